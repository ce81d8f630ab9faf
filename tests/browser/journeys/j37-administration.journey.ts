// J37: the pages of whoever runs the server: what is kept and what takes the space, limits in use, and servers for language models, by keyboard as well and
// on a narrow screen.
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { NO_BROWSER, findBarriers, openBrowser, openTab, settled, type Browser } from '../browser.ts'
import { STORE, startServer, type BrowserServer } from '../server.ts'

const RUNS = 3
const QUICK = `
id: quick
namespace: company.old
tasks:
  - { id: say, type: io.kestra.plugin.core.log.Log, message: hello }
`
const TOOL = `
id: greeter
namespace: company.tools
inputs: [{ id: name, type: STRING }]
tasks:
  - { id: say, type: io.kestra.plugin.core.log.Log, message: "hello {{ inputs.name }}" }
triggers:
  - { id: tool, type: io.kestra.plugin.core.trigger.McpToolTrigger, toolName: greet, title: Greet, toolDescription: Greets somebody., mcpServer: team }
`

let server: BrowserServer
let browser: Browser
before(async () => {
  if (NO_BROWSER !== false) return
  server = await startServer({ config: JSON.stringify({ retention: { executions: 'P90D' } }) })
  browser = await openBrowser()
  for (const source of [QUICK, TOOL]) await server.call('POST', '/flows', source)
  for (let run = 0; run < RUNS; run += 1) await server.run('company.old/quick')
})
after(async () => {
  if (NO_BROWSER !== false) return
  await browser.close()
  await server.stop()
})

test('J37: what is kept is told, and what is old is counted, then taken away', { skip: NO_BROWSER }, async () => {
  const { page, problems, close } = await openTab(browser, server.address)
  await page.goto('/ui/admin/retention')
  await page.waitForURL('**/admin/instance/retention')
  await page.getByRole('region', { name: 'What is kept, and for how long' }).getByText('90 days').waitFor()
  await page.getByRole('region', { name: 'Space' }).getByText(STORE).waitFor()
  const purge = page.getByRole('region', { name: 'Take away what is old' })
  await purge.getByText('No execution is that old.').waitFor()

  await purge.getByLabel('Namespace; empty for all').fill('company.old')
  await purge.getByLabel('Begun before').fill('2999-01-01')
  await purge.getByText(`${RUNS} executions would go: ${RUNS} success`).waitFor()
  assert.deepEqual(await findBarriers(page), [])
  await purge.getByRole('button', { name: 'Delete them…' }).click()
  await page.getByRole('dialog').getByRole('button', { name: 'Delete' }).click()
  await page.getByRole('dialog').waitFor({ state: 'detached' })
  for (;;) {
    const { total } = (await server.call('GET', '/executions/search')) as { readonly total: number }
    if (total === 0) break
  }

  await page.reload()
  await page.getByText('There are no executions yet: nothing takes up space.').waitFor()
  assert.deepEqual(problems, [])
  await close()
})

test('J37: limits in use are told, and that there is none', { skip: NO_BROWSER }, async () => {
  const { page, problems, close } = await openTab(browser, server.address)
  await page.goto('/ui/admin/quotas')
  await page.getByText('No namespace has a limit, and there are no pools.').waitFor()

  await page.goto('/ui/namespaces/edit/company.old/concurrency')
  await page.getByLabel('At most so many executions at a time').fill('4')
  await page.getByRole('button', { name: 'Save' }).click()
  await page.getByText('Saved company.old.').waitFor()
  await page.goto('/ui/admin/instance/quotas')
  await page
    .getByRole('row', { name: /company\.old/ })
    .getByText('0 of 4 in use')
    .waitFor()

  assert.deepEqual(await findBarriers(page), [])
  assert.deepEqual(problems, [])
  await close()
})

test('J37: a server for models is opened, closed and taken away by keyboard', { skip: NO_BROWSER }, async () => {
  const { page, problems, close } = await openTab(browser, server.address)
  await page.goto('/ui/admin/mcp-servers')
  await page.getByRole('row', { name: /default/ }).waitFor()

  await page.keyboard.press('n')
  const dialog = page.getByRole('dialog', { name: 'New server' })
  await dialog.getByLabel(/^Id/).waitFor()
  await page.keyboard.type('not an id!')
  await page.keyboard.press('Enter')
  await dialog.getByText('An id of letters').waitFor()
  await dialog.getByLabel(/^Id/).fill('team')
  await page.keyboard.press('Enter')
  await dialog.waitFor({ state: 'detached' })

  const row = page.getByRole('row', { name: /team/ })
  const menu = row.getByRole('button', { name: 'More: team' })
  await menu.press('Enter')
  await page.getByRole('menuitem', { name: 'Show its tools' }).press('Enter')
  await page.getByRole('table', { name: 'Tools of team' }).getByText('Greets somebody.').waitFor()
  assert.deepEqual(await findBarriers(page), [])
  await menu.press('Enter')
  await page.getByRole('menuitem', { name: 'Close it' }).press('Enter')
  await row.getByText('closed').waitFor()
  await menu.press('Enter')
  await page.getByRole('menuitem', { name: 'Delete' }).press('Enter')
  await page.getByRole('dialog').getByRole('button', { name: 'Delete' }).press('Enter')
  await row.waitFor({ state: 'detached' })

  assert.deepEqual(problems, [])
  await close()
})

test('J37: on a narrow screen nothing is cut off', { skip: NO_BROWSER }, async () => {
  const { page, problems, close } = await openTab(browser, server.address, 'narrow')
  for (const path of ['instance/retention', 'instance/quotas', 'instance/mcp-servers?server=default', 'iam/sign-in']) {
    await page.goto(`/ui/admin/${path}`)
    await settled(page)

    assert.equal(await page.evaluate('document.documentElement.scrollWidth <= innerWidth'), true, path)
    assert.deepEqual(await findBarriers(page), [], path)
  }
  assert.deepEqual(problems, [])
  await close()
})
