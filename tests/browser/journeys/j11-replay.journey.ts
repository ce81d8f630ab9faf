// J11: a replay from the failed task with a changed input succeeds; a restart keeps its id; the comparison of both names the input as the first difference.
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { NO_BROWSER, openBrowser, openTab, settled, type Browser } from '../browser.ts'
import { startServer, type BrowserServer } from '../server.ts'

const FLOW = `
id: etl
namespace: tests
inputs:
  - { id: host, type: STRING, defaults: down }
tasks:
  - { id: fetch, type: io.kestra.plugin.core.debug.Return, format: fetched }
  - id: load
    type: io.kestra.plugin.core.execution.Fail
    condition: "{{ inputs.host == 'down' }}"
    errorMessage: "no answer from {{ inputs.host }}"
`

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

test('J11: replayed from what failed with another input, restarted, and compared', { skip: NO_BROWSER }, async () => {
  await server.call('POST', '/flows', FLOW)
  const failed = await server.run('tests/etl')
  const { page, problems, close } = await openTab(browser, server.address)
  await page.goto(`/ui/executions/tests/etl/${failed}`)
  await page.getByRole('button', { name: 'Replay', exact: true }).click()
  const dialog = page.getByRole('dialog', { name: 'Replay the execution' })
  await dialog.getByLabel('what failed: load').check()
  await dialog.getByLabel('changed').check()
  await dialog.getByLabel('host').fill('up')
  await dialog.getByRole('button', { name: 'Replay', exact: true }).click()
  await page.waitForURL(url => url.pathname.includes('/tests/etl/') && !url.pathname.includes(failed))
  await page.getByRole('main').getByText('Success', { exact: true }).first().waitFor()
  const replayed = /etl\/([^/]+)/.exec(new URL(page.url()).pathname)?.[1] ?? ''

  await page.goto(`/ui/executions/tests/etl/${failed}`)
  await page.getByRole('button', { name: 'Restart', exact: true }).click()
  await page.getByRole('main').getByText('Restarted').first().waitFor()
  const restarted = new URL(page.url()).pathname

  await page.goto(`/ui/executions/compare?left=${failed}&right=${replayed}`)
  await settled(page)
  await page.getByText('inputs.host').first().waitFor()
  const { first } = (await server.call('GET', `/executions/compare?left=${failed}&right=${replayed}`)) as {
    readonly first: { readonly path: string; readonly left: string; readonly right: string }
  }
  await close()

  assert.ok(restarted.includes(failed))
  assert.deepEqual(first, { path: 'inputs.host', left: 'down', right: 'up' })
  assert.deepEqual(problems, [])
})
