// Keys: written by their type, deleted, and back again after an undo.
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { NO_BROWSER, openBrowser, openTab, settled, type Browser } from './browser.ts'
import { startServer, type BrowserServer } from './server.ts'

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

test('a key is written, deleted and put back', { skip: NO_BROWSER }, async () => {
  const { page, problems, close } = await openTab(browser, server.address)
  await page.goto('/ui/kv')
  await settled(page)

  await page.getByRole('button', { name: 'New key' }).first().click()
  await page.getByLabel('Namespace').fill('tests')
  await page.getByLabel('Key', { exact: false }).last().fill('window')
  await page.getByLabel('Type').selectOption('DURATION')
  await page.getByLabel('Value').fill('PT36H')
  await page.getByRole('button', { name: 'Save' }).click()
  await page.getByRole('link', { name: 'tests / window' }).waitFor()
  const written = (await server.call('GET', '/namespaces/tests/kv/window')) as { readonly type: string }

  await page.getByLabel('Select tests / window').check()
  await page.getByRole('button', { name: 'Delete', exact: true }).click()
  await page.getByText('Deleted 1 key.').waitFor()
  await page.getByRole('button', { name: 'Undo' }).last().click()
  await page.getByText('1 key is back.').waitFor()
  const back = (await server.call('GET', '/namespaces/tests/kv/window')) as { readonly type: string }
  await close()

  assert.equal(written.type, 'DURATION')
  assert.equal(back.type, 'DURATION')
  assert.deepEqual(problems, [])
})
