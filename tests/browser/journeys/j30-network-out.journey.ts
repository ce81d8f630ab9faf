// J30: the cable is pulled: what was seen can still be read and says how old it is, what was written stays, and all goes on when the cable is back.
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { NO_BROWSER, openBrowser, openTab, settled, type Browser } from '../browser.ts'
import { startServer, type BrowserServer } from '../server.ts'
import { startProxy, type StreamProxy } from '../stream-proxy.ts'

const FLOW = `id: plain
namespace: tests
tasks:
  - { id: say, type: io.kestra.plugin.core.log.Log, message: hello }
`
const PATIENCE_MS = 60_000

let server: BrowserServer
let proxy: StreamProxy
let browser: Browser
before(async () => {
  if (NO_BROWSER !== false) return
  server = await startServer()
  proxy = await startProxy(server.address)
  browser = await openBrowser()
  await server.call('POST', '/flows', FLOW)
  await server.run('tests/plain')
})
after(async () => {
  if (NO_BROWSER !== false) return
  await browser.close()
  await proxy.stop()
  await server.stop()
})

test('J30: pages that were seen are read without the network, with their age', { skip: NO_BROWSER }, async t => {
  const { page, problems, close } = await openTab(browser, proxy.address)
  t.after(() => proxy.unplug(false))
  const navigation = page.getByRole('navigation', { name: 'Main' })
  await page.goto('/ui/executions')
  await page.getByRole('link', { name: /SUCCESS tests\.plain/ }).waitFor()
  await navigation.getByRole('link', { name: 'Flows' }).click()
  await page.getByRole('link', { name: /plain/ }).first().waitFor()
  await page.getByRole('button', { name: 'Live' }).waitFor()

  proxy.unplug(true)
  await page.context().setOffline(true)
  await page.getByRole('button', { name: /^Offline · as of \d/ }).waitFor()
  await navigation.getByRole('link', { name: /^(Executions|Runs)$/ }).click()
  await page.getByRole('link', { name: /SUCCESS tests\.plain/ }).waitFor()

  proxy.unplug(false)
  await page.context().setOffline(false)
  await page.getByRole('button', { name: 'Live', exact: true }).waitFor({ timeout: PATIENCE_MS })
  await server.run('tests/plain')
  await page
    .getByRole('link', { name: /SUCCESS tests\.plain/ })
    .nth(1)
    .waitFor({ timeout: PATIENCE_MS })

  assert.deepEqual(faultsIn(problems), [])
  await close()
})

test('J30: what is written without the network is kept, and saved when it is back', { skip: NO_BROWSER }, async t => {
  const { page, problems, close } = await openTab(browser, proxy.address)
  t.after(() => proxy.unplug(false))
  await page.goto('/ui/flows/edit/tests/plain/edit')
  await settled(page)
  await page.locator('.cm-line', { hasText: 'message: hello' }).click()
  await page.keyboard.press('Control+End')

  proxy.unplug(true)
  await page.context().setOffline(true)
  await page.getByRole('button', { name: /^Offline/ }).waitFor()
  await page.keyboard.type('# written on the train\n')
  await page.keyboard.press('Control+s')
  await page.locator('.cm-line', { hasText: '# written on the train' }).waitFor()

  proxy.unplug(false)
  await page.context().setOffline(false)
  await page.getByRole('button', { name: 'Live', exact: true }).waitFor({ timeout: PATIENCE_MS })
  await page.locator('.cm-line', { hasText: '# written on the train' }).waitFor()
  await page.keyboard.press('Control+s')
  await page.getByText(/Saved/).first().waitFor({ timeout: PATIENCE_MS })
  const { source } = (await server.call('GET', '/flows/tests/plain?source=true')) as { readonly source: string }

  assert.match(source, /written on the train/)
  assert.deepEqual(faultsIn(problems), [])
  await close()
})

/** What the browser itself says of a cable that is pulled on purpose is no fault of the page. */
function faultsIn(problems: readonly string[]): readonly string[] {
  return problems.filter(problem => !problem.includes('Failed to load resource') && !problem.includes('net::ERR_'))
}
