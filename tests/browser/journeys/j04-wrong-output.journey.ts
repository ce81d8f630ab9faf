// J4: a wrong name of an output is marked at once, with what was probably meant and the way there; the server says the same of the same text.
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

const SQUIGGLE_MAX_MS = 150
/** The best of them counts: other work of the machine is not ours. */
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
