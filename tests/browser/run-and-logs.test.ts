// A flow is started from the dialog, its log is read and searched, its trigger explains itself, and what waits for a person is answered.
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { NO_BROWSER, openBrowser, openTab, settled, type Browser, type Tab } from './browser.ts'
import { startServer, type BrowserServer } from './server.ts'

const ASKING = `
id: asking
namespace: tests
inputs:
  - { id: region, type: SELECT, values: [EU, US], defaults: EU }
  - { id: dry, type: BOOL, defaults: true }
  - { id: reason, type: STRING, displayName: Why for real?, dependsOn: { inputs: [dry], condition: "{{ inputs.dry == false }}" } }
  - { id: limit, type: INT, min: 1, defaults: 10 }
  - { id: file, type: FILE, required: false }
tasks:
  - { id: say, type: io.kestra.plugin.core.log.Log, message: "{{ inputs.region }} because of {{ inputs.reason ?? 'nothing' }}" }
`
const TALKING = `
id: talking
namespace: tests
tasks:
  - id: talk
    type: io.kestra.plugin.scripts.shell.Commands
    taskRunner: { type: io.kestra.plugin.core.runner.Process }
    commands:
      - for i in $(seq 1 2000); do echo "line $i of the log"; done; echo "refused by warehouse:5432" 1>&2
`
const SCHEDULED = `
id: nightly
namespace: tests
tasks:
  - { id: say, type: io.kestra.plugin.core.log.Log, message: hello }
triggers:
  - { id: at_two, type: io.kestra.plugin.core.trigger.Schedule, cron: "0 2 * * 1-5", timezone: Europe/Madrid }
`
const APPROVAL = `
id: payout
namespace: tests
tasks:
  - id: wait_for_yes
    type: io.kestra.plugin.core.flow.Pause
    onResume:
      - { id: reason, type: STRING }
  - { id: done, type: io.kestra.plugin.core.log.Log, message: "{{ outputs.wait_for_yes.onResume.reason }}" }
`

let server: BrowserServer
let browser: Browser
before(async () => {
  if (NO_BROWSER !== false) return
  server = await startServer()
  browser = await openBrowser()
  for (const source of [ASKING, TALKING, SCHEDULED, APPROVAL]) await server.call('POST', '/flows', source)
})
after(async () => {
  if (NO_BROWSER !== false) return
  await browser.close()
  await server.stop()
})

async function open(path: string): Promise<Tab> {
  const tab = await openTab(browser, server.address)
  await tab.page.goto(path)
  await settled(tab.page)
  return tab
}

test('a flow is started by keyboard, with an input that its condition asks for', { skip: NO_BROWSER }, async () => {
  const { page, problems, close } = await open('/ui/executions?run=tests/asking')
  const dialog = page.getByRole('dialog', { name: 'Run asking' })

  await dialog.getByLabel('dry').uncheck()
  await dialog.getByLabel('Why for real?').waitFor()
  await dialog.getByLabel('limit').fill('none')
  await page.keyboard.press('Control+Enter')
  await dialog.getByText('2 inputs need you:').waitFor()
  await dialog.getByLabel('limit').fill('12')
  await dialog.getByLabel('Why for real?').fill('the audit')
  await dialog.locator('[aria-invalid=true]').first().waitFor({ state: 'detached' })
  await page.keyboard.press('Control+Enter')
  await page.waitForURL(/\/ui\/executions\/tests\/asking\//)

  const { inputs } = (await server.call('GET', `/executions/${page.url().split(/[/?]/)[7] ?? ''}`)) as {
    readonly inputs: unknown
  }
  assert.deepEqual(inputs, { region: 'EU', dry: false, reason: 'the audit', limit: 12, file: null })
  assert.deepEqual(problems, [])
  await close()
})

test(
  'a line of a log is reached by its address, found by its text, and only what is seen is there',
  { skip: NO_BROWSER },
  async () => {
    const id = await server.run('tests/talking')
    const { page, problems, close } = await open(`/ui/executions/tests/talking/${id}/logs?line=1500`)
    const log = page.getByRole('log', { name: 'Log lines' })

    await log.getByText('line 1500 of the log').or(log.getByText('line 1499 of the log')).first().waitFor()
    await page.getByRole('textbox', { name: 'Find in the log' }).fill('refused')
    await page.getByText('1 hit', { exact: true }).waitFor()
    await page.keyboard.press('Enter')
    await log.locator('mark', { hasText: 'refused' }).waitFor()

    assert.ok((await log.getByRole('link').count()) < 120)
    assert.deepEqual(problems, [])
    await close()
  },
)

test(
  'a schedule is told in words, says when it runs, and is switched off and on again',
  { skip: NO_BROWSER },
  async () => {
    const { page, problems, close } = await open('/ui/admin/triggers?trigger=tests.nightly.at_two')

    await page.getByText('at 02:00, Monday to Friday Madrid').first().waitFor()
    await page.getByRole('heading', { name: 'Next dates' }).waitFor()
    const side = page.getByRole('complementary', { name: 'at_two' })
    // At once: it does not jump back until the server has answered.
    const isOnAfterClick = await side.getByRole('switch').evaluate(box => {
      box.click()
      return box.checked
    })
    assert.equal(isOnAfterClick, false)
    await page.getByText('Switched at_two off.').waitFor()
    await side.getByText('The trigger is switched off.').waitFor()
    await page.getByRole('button', { name: 'Undo' }).click()
    await side.getByRole('switch', { checked: true }).waitFor()

    assert.deepEqual(problems, [])
    await close()
  },
)

test('on the page of its flow a trigger stays off from the click on', { skip: NO_BROWSER }, async () => {
  const { page, problems, close } = await open('/ui/flows/edit/tests/nightly/triggers')

  await page.getByRole('switch', { name: 'Disable at_two' }).uncheck()
  await page.getByRole('switch', { name: 'Enable at_two' }).check()
  await page.getByRole('switch', { name: 'Disable at_two' }).waitFor()

  assert.deepEqual(problems, [])
  await close()
})

test('what waits for a person is answered from the inbox', { skip: NO_BROWSER }, async () => {
  const { id } = (await server.call('POST', '/executions/tests/payout')) as { readonly id: string }
  const { page, problems, close } = await open('/ui/inbox')

  await page.getByRole('region', { name: 'payout' }).getByLabel('reason').fill('looks good')
  await page.keyboard.press('Control+Enter')
  await page.getByText('Nothing waits for you.').waitFor()

  const { state } = (await server.call('GET', `/executions/${id}`)) as { readonly state: { readonly current: string } }
  assert.ok(['RUNNING', 'SUCCESS'].includes(state.current), state.current)
  assert.deepEqual(problems, [])
  await close()
})
