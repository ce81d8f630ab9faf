// J7: the dialog of a run has a control for each type of input, shows what depends on another, sends a file of 200 MB, tells at the field what the server
// refuses, and its line for cURL starts the same run.
import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { createReadStream, mkdtempSync, openSync, closeSync, ftruncateSync, rmSync, writeSync } from 'node:fs'
import { createHash } from 'node:crypto'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import { pipeline } from 'node:stream/promises'
import { promisify } from 'node:util'
import type { Locator, Page } from 'playwright-core'
import { NO_BROWSER, openBrowser, openTab, type Browser } from '../browser.ts'
import { startServer, type BrowserServer } from '../server.ts'

const run = promisify(execFile)
const FILE_BYTES = 200 * 1_000 * 1_000
const EVERY = `
id: every
namespace: tests
inputs:
  - { id: text, type: STRING }
  - { id: code, type: STRING, validator: "[A-Z]{3}-\\\\d+", defaults: ABC-1 }
  - { id: count, type: INT, min: 1, max: 10 }
  - { id: ratio, type: FLOAT, defaults: 0.5 }
  - { id: day, type: DATE, defaults: "2026-11-20" }
  - { id: moment, type: DATETIME, required: false }
  - { id: hour, type: TIME, defaults: "06:30:00" }
  - { id: length, type: DURATION, defaults: PT15M }
  - { id: site, type: URI, defaults: "https://example.org/a" }
  - { id: mail, type: EMAIL, defaults: ada@example.org }
  - { id: facts, type: JSON, defaults: '{"rows":[1,2]}' }
  - { id: plan, type: YAML, required: false }
  - { id: list, type: ARRAY, itemType: INT, defaults: "[1, 2]" }
  - { id: region, type: SELECT, values: [EU, US, ASIA] }
  - { id: teams, type: MULTISELECT, values: [data, web, ops] }
  - { id: fast, type: BOOL, defaults: false }
  - { id: loudly, type: BOOLEAN, required: false }
  - { id: word, type: SECRET, required: false }
  - id: reason
    type: STRING
    dependsOn: { inputs: [fast], condition: "{{ inputs.fast }}" }
tasks:
  - { id: said, type: io.kestra.plugin.core.debug.Return, format: "{{ inputs | json }}" }
`
const UPLOAD = `
id: upload
namespace: tests
inputs:
  - { id: big, type: FILE }
tasks:
  - { id: size, type: io.kestra.plugin.core.storage.Size, uri: "{{ inputs.big }}" }
`

let server: BrowserServer
let browser: Browser
before(async () => {
  if (NO_BROWSER !== false) return
  server = await startServer()
  browser = await openBrowser()
  for (const flow of [EVERY, UPLOAD]) await server.call('POST', '/flows', flow)
})
after(async () => {
  if (NO_BROWSER !== false) return
  await browser.close()
  await server.stop()
})

interface Started {
  readonly id: string
  readonly inputs: Readonly<Record<string, unknown>>
}

async function openDialog(page: Page, flow: string): Promise<Locator> {
  await page.goto(`/ui/flows/edit/tests/${flow}`)
  await page.getByRole('main').getByRole('button', { name: /^Run/ }).first().click()
  const dialog = page.getByRole('dialog', { name: `Run ${flow}` })
  await dialog.waitFor()
  return dialog
}

/** A star may stand behind what it is called. */
function field(dialog: Locator, name: string): Locator {
  return dialog.getByLabel(new RegExp(`^${name}( \\*)?$`))
}

/** The execution whose page was opened. */
async function startedOf(page: Page, flow: string): Promise<Started> {
  await page.waitForURL(url => url.pathname.startsWith(`/ui/executions/tests/${flow}/`))
  const id = new URL(page.url()).pathname.split('/')[5] ?? ''
  await page.getByRole('main').getByText('Success', { exact: true }).first().waitFor()
  return (await server.call('GET', `/executions/${id}`)) as Started
}

test('J7: every type has its control, and what is refused is told at the field', { skip: NO_BROWSER }, async () => {
  const { page, problems, close } = await openTab(browser, server.address)
  const dialog = await openDialog(page, 'every')

  await field(dialog, 'text').fill('what was said')
  await field(dialog, 'code').fill('nonsense')
  await field(dialog, 'count').fill('40')
  await field(dialog, 'moment').fill('2026-11-20T10:15:30')
  await field(dialog, 'region').selectOption('EU')
  const teams = dialog.getByRole('group', { name: 'teams' })
  await teams.getByLabel('data').check()
  await teams.getByLabel('ops').check()
  await dialog.getByRole('group', { name: 'loudly' }).getByLabel('yes').check()
  assert.equal(await field(dialog, 'word').getAttribute('type'), 'password')
  assert.equal(await field(dialog, 'reason').count(), 0)
  await dialog.getByRole('switch', { name: 'fast' }).check()
  await field(dialog, 'reason').fill('because it is asked')
  await dialog.getByRole('button', { name: /^Run/ }).click()

  const summary = dialog.getByRole('alert')
  await summary.getByText('2 inputs need you:').waitFor()
  await summary.getByRole('button', { name: 'count' }).click()
  assert.equal(await page.evaluate('document.activeElement.name'), 'count')
  assert.equal(await field(dialog, 'count').getAttribute('aria-invalid'), 'true')
  await page.keyboard.press('ControlOrMeta+A')
  await page.keyboard.type('4')
  await field(dialog, 'code').fill('ABC-42')
  await summary.getByText('need you').waitFor({ state: 'detached' })

  await dialog.getByText('As cURL, CLI, YAML, link').click()
  const line = await dialog
    .getByRole('heading', { name: 'cURL' })
    .locator('xpath=following-sibling::*[1]')
    .locator('pre')
    .innerText()
  await dialog.getByRole('button', { name: /^Run/ }).click()
  const { inputs } = await startedOf(page, 'every')
  await close()

  assert.deepEqual(
    ['text', 'code', 'count', 'region', 'teams', 'fast', 'loudly', 'reason'].map(name => inputs[name]),
    ['what was said', 'ABC-42', 4, 'EU', ['data', 'ops'], true, true, 'because it is asked'],
  )
  assert.equal(new Date(String(inputs['moment'])).toISOString(), '2026-11-20T10:15:30.000Z')
  const again = (await server.call('GET', `/executions/${await runLine(line)}`)) as Started
  assert.deepEqual(again.inputs, inputs)
  assert.deepEqual(problems, [])
})

test('J7: a file of 200 MB is sent from the dialog and arrives whole', { skip: NO_BROWSER }, async () => {
  const folder = mkdtempSync(join(tmpdir(), 'batuta-upload-'))
  const path = join(folder, 'big.bin')
  makeFile(path)
  const { page, problems, close } = await openTab(browser, server.address)
  page.setDefaultTimeout(120_000)
  const dialog = await openDialog(page, 'upload')
  await field(dialog, 'big').setInputFiles(path)
  await dialog.getByText('big.bin').waitFor()
  await dialog.getByRole('button', { name: /^Run/ }).click()
  const { id, inputs } = await startedOf(page, 'upload')
  const reply = await fetch(
    `${server.address}/api/v1/main/executions/${id}/file?path=${encodeURIComponent(String(inputs['big']))}`,
  )
  const arrived = createHash('sha256')
  if (reply.body) await pipeline(reply.body, arrived)
  const sent = createHash('sha256')
  await pipeline(createReadStream(path), sent)
  await close()
  rmSync(folder, { recursive: true })

  assert.equal(arrived.digest('hex'), sent.digest('hex'))
  assert.deepEqual(problems, [])
})

/** Mostly nothing, with something at the beginning, in the middle and at the end. */
function makeFile(path: string): void {
  const file = openSync(path, 'w')
  ftruncateSync(file, FILE_BYTES)
  for (const at of [0, FILE_BYTES / 2, FILE_BYTES - 8]) writeSync(file, `at ${at}`.slice(0, 8), at)
  closeSync(file)
}

/** The id of what the line starts, as a shell runs it. */
async function runLine(line: string): Promise<string> {
  const env = { ...process.env, BATUTA_TOKEN: '' }
  const { stdout } = await run('sh', ['-c', line.replace(/\u00a0/g, ' ')], { env, timeout: 30_000 })
  return (JSON.parse(stdout) as { readonly id: string }).id
}
