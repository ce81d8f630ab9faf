// J12: through an execution step by step to its failure; a watched expression changes; a fork goes on from there with other outputs and says where it is from.
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { NO_BROWSER, openBrowser, openTab, type Browser } from '../browser.ts'
import { startServer, type BrowserServer } from '../server.ts'

const FLOW = `
id: etl
namespace: tests
inputs:
  - { id: region, type: STRING, defaults: EU }
tasks:
  - { id: fetch, type: io.kestra.plugin.core.debug.Return, format: "0 rows of {{ inputs.region }}" }
  - id: check
    type: io.kestra.plugin.core.execution.Fail
    condition: "{{ outputs.fetch.value | startsWith('0') }}"
    errorMessage: nothing to load
  - { id: load, type: io.kestra.plugin.core.debug.Return, format: "loaded {{ outputs.fetch.value }} into {{ inputs.region }}" }
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

test(
  'J12: stepped to the failure, watched, and forked with other outputs and inputs',
  { skip: NO_BROWSER },
  async () => {
    await server.call('POST', '/flows', FLOW)
    const failed = await server.run('tests/etl')
    const { page, problems, close } = await openTab(browser, server.address)
    await page.goto(`/ui/executions/tests/etl/${failed}/debug?at=0`)
    const watch = page.getByRole('region', { name: 'Watch' })
    await watch.getByLabel('Expression to watch').fill('{{ outputs.fetch.value ?? "none" }}')
    await watch.getByRole('button', { name: 'Watch it' }).click()
    const value = watch.getByRole('status', { name: /Value of/ })
    await value.filter({ hasText: 'none' }).waitFor()

    await watch.getByRole('button', { name: /changes next/ }).click()
    await value.filter({ hasText: '0 rows of EU' }).waitFor()
    const changedAt = new URL(page.url()).searchParams.get('at')
    await page.getByRole('button', { name: 'Next failure' }).click()
    await page
      .getByText(/attempt-settled check → Failed/)
      .first()
      .waitFor()
    await page.getByRole('button', { name: 'One event back' }).click()

    await page.getByRole('button', { name: 'Fork from here' }).click()
    const dialog = page.getByRole('dialog', { name: /Fork from event/ })
    await dialog.getByLabel('Task whose outputs are other').selectOption({ label: 'fetch' })
    await dialog.getByLabel('What it gave instead, as JSON').fill('{"value": "42 rows"}')
    await dialog.getByLabel('Other inputs from here on').check()
    await dialog.getByLabel('region').fill('US')
    await dialog.getByRole('button', { name: 'Fork', exact: true }).click()
    await page.waitForURL(url => url.pathname.includes('/executions/tests/etl/') && !url.pathname.includes(failed))
    await page.getByRole('main').getByText('Success').first().waitFor()
    const child = /etl\/([^/]+)/.exec(new URL(page.url()).pathname)?.[1] ?? ''
    await page.getByRole('link', { name: new RegExp(`etl · ${failed.slice(-6)}, event \\d+`) }).waitFor()
    const execution = (await server.call('GET', `/executions/${child}`)) as {
      readonly originalId: string
      readonly labels: readonly { readonly key: string; readonly value: string }[]
      readonly taskRunList: readonly { readonly taskId: string; readonly outputs?: { readonly value?: string } }[]
    }
    await close()

    assert.ok(Number(changedAt) > 0)
    assert.equal(execution.originalId, failed)
    assert.ok(execution.labels.some(({ key, value }) => key === 'system.fork' && value.startsWith(`${failed}@`)))
    assert.equal(execution.taskRunList.at(-1)?.outputs?.value, 'loaded 42 rows into US')
    assert.deepEqual(problems, [])
  },
)
