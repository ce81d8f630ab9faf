// J4: a wrong name of an output is marked at once, with what was probably meant and the way there; the server says the same of the same text. It saves
// such a flow all the same, as Kestra does: what is not there may be meant to be missing. What can never run it refuses, in the words of the page.
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import type { Page } from 'playwright-core'
import { NO_BROWSER, openBrowser, openTab, type Browser } from '../browser.ts'
import { startServer, type BrowserServer } from '../server.ts'

let server: BrowserServer
let browser: Browser
before(async () => {
  if (NO_BROWSER !== false) return
  server = await startServer()
  browser = await openBrowser()
})
after(async () => {
  if (NO_BROWSER !== false) return
  await browser.close()
  await server.stop()
})

/** A machine that is quiet takes less than 100 ms. The best of the trials counts: other work of the machine is not ours. */
const SQUIGGLE_MAX_MS = 2_000
const TRIALS = 5

const flow = (name: string): string => `id: named
namespace: tests
tasks:
  - id: fetch
    type: io.kestra.plugin.core.debug.Return
    format: rows
  - id: tell
    type: io.kestra.plugin.core.log.Log
    message: "{{ outputs.${name}.value }}"
`

interface Judged {
  readonly diagnostics: readonly { readonly line: number; readonly message: string }[]
}

/** From the last key to the mark, as the page sees it. */
async function msToMark(page: Page): Promise<number> {
  return (await page.evaluate(`new Promise(resolve => {
    const root = document.querySelector('[data-code-editor]').shadowRoot
    const since = performance.now()
    const look = () => root.querySelector('.cm-lintRange-warning') ? resolve(performance.now() - since) : requestAnimationFrame(look)
    look()
  })`)) as number
}

test(
  'J4: a wrong output is marked, explained, and corrected; the server says the same',
  { skip: NO_BROWSER },
  async t => {
    await server.call('POST', '/flows', flow('fetch'))
    const { page, problems, close } = await openTab(browser, server.address)
    await page.goto('/ui/flows/edit/tests/named/edit')
    await page.getByText('No problems. The server would accept it.').waitFor()

    const times: number[] = []
    for (let trial = 0; trial < TRIALS; trial += 1) {
      await page.locator('.cm-line', { hasText: 'outputs.fetch' }).click()
      await page.keyboard.press('End')
      for (let letter = 0; letter < ' }}"'.length + 'h.value'.length; letter += 1)
        await page.keyboard.press('ArrowLeft')
      await page.keyboard.press('Backspace')
      times.push(await msToMark(page))
      await page.getByRole('button', { name: 'Fix: fetch' }).first().click()
      await page.locator('.cm-line', { hasText: 'outputs.fetch.value' }).waitFor()
      await page.getByText('No problems. The server would accept it.').waitFor()
    }
    t.diagnostic(`ms from the key to the mark: ${times.map(time => Math.round(time)).join(' ')}`)
    assert.ok(Math.min(...times) <= SQUIGGLE_MAX_MS, `${times}`)

    const [judged] = (await server.call('POST', '/flows/validate', flow('feth'))) as readonly Judged[]
    assert.deepEqual(
      judged?.diagnostics.map(({ line, message }) => `${line}: ${message}`),
      ['9: The flow has no task "feth". Did you mean "fetch"?'],
    )
    assert.deepEqual(problems, [])
    await close()
  },
)

const UNKNOWN = 'Nobody knows "io.kestra.plugin.core.log.Logg". Did you mean "io.kestra.plugin.core.log.Log"?'

test('J4: what can never run is refused by the server in the words of the page', { skip: NO_BROWSER }, async () => {
  await server.call('POST', '/flows', flow('fetch').replace('id: named', 'id: refused'))
  const { page, problems, close } = await openTab(browser, server.address)
  await page.goto('/ui/flows/edit/tests/refused/edit')
  await page.getByText('No problems. The server would accept it.').waitFor()
  await page.locator('.cm-line', { hasText: 'core.log.Log' }).click()
  await page.keyboard.press('End')
  await page.keyboard.type('g')
  await page.keyboard.press('Escape')
  await page.getByText(UNKNOWN).first().waitFor()

  await page.keyboard.press('ControlOrMeta+s')
  await page.getByText('It could not be saved.').waitFor()
  const kept = (await server.call('GET', '/flows/tests/refused')) as { readonly revision: number }
  const saved = server.call(
    'PUT',
    '/flows/tests/refused',
    flow('fetch').replace('id: named', 'id: refused').replace('log.Log', 'log.Logg'),
  )

  await assert.rejects(
    saved,
    error => error instanceof Error && error.message.includes(JSON.stringify(UNKNOWN).slice(1, -1)),
  )
  assert.equal(kept.revision, 1)
  assert.deepEqual(
    problems.filter(problem => !problem.includes('status of 422')),
    [],
  )
  await close()
})
