// J14: the simulator shows the hour that the clocks leave out; a saved schedule fires; one that is switched off says so when it is asked why.
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
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

const scheduled = (id: string, trigger: string, schedule: string): string =>
  `id: ${id}\nnamespace: tests\ntasks: [{ id: a, type: io.kestra.plugin.core.log.Log, message: hi }]\ntriggers:\n  - { id: ${trigger}, type: io.kestra.plugin.core.trigger.Schedule, ${schedule} }\n`

test('J14: the simulator shows the hour that does not exist', { skip: NO_BROWSER }, async () => {
  await server.call('POST', '/flows', scheduled('nightly', 'day', 'cron: "30 2 * * *", timezone: Europe/Madrid'))
  const { page, problems, close } = await openTab(browser, server.address)
  await page.goto('/ui/admin/triggers?trigger=tests.nightly.day')

  await page
    .getByText(/the clocks leave out 60 minutes/)
    .first()
    .waitFor()

  await page.getByRole('textbox', { name: 'Cron' }).fill('30 4 * * *')
  await page.getByText(/Against what is saved: \d+ added, \d+ removed/).waitFor()
  assert.equal(await page.getByText(/the clocks leave out/).count(), 0)
  assert.deepEqual(problems, [])
  await close()
})

test('J14: a schedule fires, and one that is switched off says why it does not', { skip: NO_BROWSER }, async () => {
  await server.call('POST', '/flows', scheduled('often', 'tick', 'cron: "* * * * * *", withSeconds: true'))
  const { page, problems, close } = await openTab(browser, server.address)
  await page.goto('/ui/executions?filters[flowId][EQUALS]=often')
  await page.getByRole('row', { name: /often/ }).first().waitFor()

  await page.goto('/ui/admin/triggers?trigger=tests.often.tick')
  await page.getByRole('switch', { name: 'Switch tick on or off' }).first().click()
  await page.getByText('Switched tick off.').waitFor()
  await page.reload()

  const why = page.getByRole('list', { name: 'Checked' })
  await why.waitFor()
  const told = await page.getByRole('main').innerText()
  assert.match(told, /switched off|disabled/i)
  assert.deepEqual(problems, [])
  await close()
})
