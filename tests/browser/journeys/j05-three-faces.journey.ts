// J5: form, drawing and code change one text; comments, order and quotes stay, and undo goes back over all of them.
import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
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

const GOLDEN = join(import.meta.dirname, 'golden')
const golden = (name: string): string => readFileSync(join(GOLDEN, name), 'utf8')

async function textOf(page: Page): Promise<string> {
  const lines = await page.locator('.cm-line').allTextContents()
  return lines.join('\n').replaceAll('\u200b', '')
}

/** By keys: the menu is there when its first entry has the focus. */
async function act(page: Page, task: string, action: string): Promise<void> {
  await page.getByRole('button', { name: `Actions for ${task}` }).press('Enter')
  await page.locator('[role=menuitem]:focus').waitFor()
  await page.getByRole('menuitem', { name: action }).press('Enter')
}

test('J5: edits of all three faces keep what they do not mean', { skip: NO_BROWSER }, async () => {
  const before = golden('before.txt')
  await server.call('POST', '/flows', before)
  const { page, problems, close } = await openTab(browser, server.address)
  await page.goto('/ui/flows/edit/tests/faces/edit')
  await page.locator('.cm-content').waitFor()

  await page.getByRole('button', { name: 'Form', exact: true }).press('Enter')
  await page.locator('.cm-line', { hasText: 'message: "first"' }).click()
  await page.getByRole('textbox', { name: 'message' }).fill('from the form')
  await act(page, 'second', 'Move up')
  await act(page, 'third', 'Wrap in Parallel')
  await act(page, 'fourth', 'Delete')
  await page.locator('.cm-content').focus()
  await page.keyboard.press('Control+End')
  await page.keyboard.type('description: from the code')
  await page.getByText('No problems. The server would accept it.').waitFor()

  assert.equal(await textOf(page), golden('after.txt').trimEnd())
  await page.keyboard.press('Control+s')
  await page.getByText('Saved as revision 2.').waitFor()
  const saved = (await server.call('GET', '/flows/tests/faces?source=true')) as { readonly source: string }
  assert.equal(saved.source.trimEnd(), golden('after.txt').trimEnd())

  for (let step = 0; step < 60 && (await textOf(page)) !== before; step += 1) await page.keyboard.press('Control+z')
  assert.equal(await textOf(page), before)
  assert.deepEqual(problems, [])
  await close()
})
