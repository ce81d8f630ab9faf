// J6: two browsers save one flow: the second gets a three-way merge and nothing is lost; a tab that crashes leaves a draft that is restored.
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import type { Page } from 'playwright-core'
import { NO_BROWSER, findBarriers, openBrowser, openTab, type Browser, type Tab } from '../browser.ts'
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

const flow = (id: string, message: string, more = ''): string =>
  `id: ${id}\nnamespace: tests\n# kept\ntasks:\n  - id: hello\n    type: io.kestra.plugin.core.log.Log\n    message: ${message}\n${more}`

async function openEditor(id: string): Promise<Tab> {
  const tab = await openTab(browser, server.address)
  await tab.page.goto(`/ui/flows/edit/tests/${id}/edit`)
  await tab.page.locator('.cm-content').waitFor()
  return tab
}

async function replaceLine(page: Page, line: string, text: string): Promise<void> {
  await page.locator('.cm-line', { hasText: line }).click()
  await page.keyboard.press('Home')
  await page.keyboard.press('Shift+End')
  await page.keyboard.type(text)
}

/** Until this browser keeps a draft with these words. */
async function draftOf(page: Page, words: string): Promise<void> {
  for (;;) {
    const kept = (await page.evaluate('JSON.stringify({ ...localStorage })')) as string
    if (kept.includes(words)) return
  }
}

async function sourceOf(id: string): Promise<string> {
  const { source } = (await server.call('GET', `/flows/tests/${id}?source=true`)) as { readonly source: string }
  return source
}

/** The refusal that the journey is about is a failed request, which browsers tell on the console. */
const isExpected = (problem: string): boolean => problem.includes('412')

test(
  'J6: the second of two browsers chooses line by line where both changed the same',
  { skip: NO_BROWSER },
  async () => {
    await server.call('POST', '/flows', flow('twice', 'hi'))
    const [one, two] = [await openEditor('twice'), await openEditor('twice')]

    await replaceLine(one.page, 'message:', 'message: from one')
    await one.page.getByText('No problems. The server would accept it.').waitFor()
    await one.page.keyboard.press('Control+s')
    await one.page.getByText('Saved as revision 2.').waitFor()

    await replaceLine(two.page, 'message:', 'message: from two')
    await two.page.keyboard.press('Control+End')
    await two.page.keyboard.type('description: two wrote this')
    await two.page.getByText('No problems. The server would accept it.').waitFor()
    await two.page.keyboard.press('Control+s')
    const dialog = two.page.getByRole('dialog', { name: 'Somebody else has saved it in the meantime' })
    await dialog.getByText('1 place was changed by both of you').waitFor()
    await dialog.getByRole('group', { name: 'Before (revision 1)' }).getByText('message: hi').waitFor()
    await dialog.getByRole('group', { name: 'Theirs (revision 2)' }).getByText('message: from one').waitFor()
    assert.deepEqual(await findBarriers(two.page), [])
    await dialog.getByRole('radio', { name: 'Theirs', exact: true }).check()
    await dialog.getByRole('button', { name: 'Save the merged text' }).click()
    await two.page.getByText('Saved as revision 3.').waitFor()

    assert.equal(await sourceOf('twice'), flow('twice', 'from one', 'description: two wrote this\n'))
    await one.page.getByText('Revision 3 was saved by somebody else in the meantime.').waitFor()
    await one.page.getByRole('button', { name: 'Show it' }).click()
    await one.page.locator('.cm-line', { hasText: 'description: two wrote this' }).waitFor()
    assert.deepEqual(
      [...one.problems, ...two.problems].filter(problem => !isExpected(problem)),
      [],
    )
    await one.close()
    await two.close()
  },
)

test(
  'J6: a tab that crashed left a draft, which is merged with what was saved since',
  { skip: NO_BROWSER },
  async () => {
    await server.call('POST', '/flows', flow('crash', 'hi'))
    const tab = await openEditor('crash')
    const { page } = tab

    await page.locator('.cm-content').click()
    await page.keyboard.press('Control+End')
    await page.keyboard.type('description: not saved')
    await draftOf(page, 'not saved')
    const crashed = page.waitForEvent('crash')
    await page.goto('chrome://crash').catch(() => undefined)
    await crashed
    await server.call('PUT', '/flows/tests/crash', flow('crash', 'from somebody else'))

    const again = await page.context().newPage()
    await again.goto('/ui/flows/edit/tests/crash/edit')
    await again.getByRole('button', { name: 'Take the draft' }).click()
    await again.locator('.cm-line', { hasText: 'description: not saved' }).waitFor()
    await again.locator('.cm-line', { hasText: 'message: hi' }).waitFor()
    await again.getByRole('button', { name: 'Merge' }).click()
    await again.getByRole('button', { name: 'Save the merged text' }).click()
    await again.getByText('Saved as revision 3.').waitFor()

    assert.equal(await sourceOf('crash'), flow('crash', 'from somebody else', 'description: not saved\n'))
    await again.reload()
    await again.locator('.cm-content').waitFor()
    assert.equal(await again.getByRole('button', { name: 'Take the draft' }).count(), 0)
    assert.deepEqual(
      tab.problems.filter(problem => !isExpected(problem)),
      [],
    )
    await tab.close()
  },
)

test(
  'J6: drafts of two tabs do not touch each other; a flow that was deleted is brought back',
  { skip: NO_BROWSER },
  async () => {
    await server.call('POST', '/flows', flow('gone', 'hi'))
    const tab = await openEditor('gone')
    const { page } = tab
    await page.locator('.cm-content').click()
    await page.keyboard.press('Control+End')
    await page.keyboard.type('description: first tab')
    await draftOf(page, 'first tab')

    const second = await page.context().newPage()
    await second.goto('/ui/flows/edit/tests/gone/edit')
    await second.locator('.cm-content').waitFor()
    await second.getByText('No problems. The server would accept it.').waitFor()
    assert.equal(await second.getByRole('button', { name: 'Take the draft' }).count(), 0)
    await second.close()

    await server.call('DELETE', '/flows/tests/gone')
    await page.getByText('No problems. The server would accept it.').waitFor()
    await page.keyboard.press('Control+s')
    await page.getByRole('dialog', { name: 'The flow was deleted in the meantime' }).waitFor()
    await page.getByRole('button', { name: 'Bring it back' }).click()
    await page.getByText('The flow tests.gone is created.').waitFor()

    assert.equal(await sourceOf('gone'), flow('gone', 'hi', 'description: first tab'))
    assert.deepEqual(
      tab.problems.filter(problem => !problem.includes('404')),
      [],
    )
    await tab.close()
  },
)
