// J21: five hundred files are dropped, moved, renamed, compared with what they were and restored; a key is written, changed, given an end and deleted, and
// what was done by mistake is undone.
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import type { Page } from 'playwright-core'
import { NO_BROWSER, openBrowser, openTab, settled, type Browser } from '../browser.ts'
import { startServer, type BrowserServer } from '../server.ts'

const FILES = 500
const NS = 'tests.files'
const FLOW = `
id: reader
namespace: ${NS}
tasks:
  - { id: read, type: io.kestra.plugin.core.debug.Return, format: "{{ read('sql/load.sql') }}" }
`

let server: BrowserServer
let browser: Browser
before(async () => {
  if (NO_BROWSER !== false) return
  server = await startServer()
  browser = await openBrowser()
  await server.call('POST', '/flows', FLOW)
})
after(async () => {
  if (NO_BROWSER !== false) return
  await browser.close()
  await server.stop()
})

async function listed(path: string): Promise<readonly string[]> {
  const entries = (await server.call(
    'GET',
    `/namespaces/${NS}/files/directory?path=${encodeURIComponent(path)}`,
  )) as readonly { readonly fileName: string }[]
  return entries.map(({ fileName }) => fileName).sort()
}

/** As if somebody had dragged the files onto the page. */
async function dropFiles(page: Page, count: number): Promise<void> {
  const transfer = await page.evaluateHandle(`(() => {
    const transfer = new DataTransfer()
    for (let at = 0; at < ${count}; at++)
      transfer.items.add(new File(['row ' + at], 'part-' + String(at).padStart(3, '0') + '.csv', { type: 'text/csv' }))
    return transfer
  })()`)
  const target = page.getByRole('textbox', { name: 'Find by path' })
  await target.dispatchEvent('dragover', { dataTransfer: transfer })
  await target.dispatchEvent('drop', { dataTransfer: transfer })
}

test('J21: files are dropped, moved, renamed, compared and restored', { skip: NO_BROWSER }, async () => {
  const { page, problems, close } = await openTab(browser, server.address)
  page.setDefaultTimeout(180_000)
  await page.goto(`/ui/namespaces/edit/${NS}/files`)
  await settled(page)
  await dropFiles(page, FILES)
  await page.getByText(`Uploaded ${FILES} files.`).waitFor()
  assert.equal((await listed('/')).length, FILES)

  // Two are chosen and moved into a folder that is not there yet.
  const rows = page.getByRole('main').getByRole('row')
  await rows.filter({ hasText: 'part-000.csv' }).getByRole('checkbox').check()
  await rows.filter({ hasText: 'part-001.csv' }).getByRole('checkbox').check()
  await page.getByRole('region', { name: 'Selection' }).getByRole('button', { name: 'Move' }).click()
  await page.getByRole('dialog').getByLabel('Into the folder').fill('sql')
  await page.getByRole('dialog').getByRole('button', { name: 'Move' }).click()
  await page.getByText('Moved 2 files.').waitFor()
  assert.deepEqual(await listed('/sql'), ['part-000.csv', 'part-001.csv'])

  await page.getByRole('link', { name: /^sql, folder/ }).click()
  await page.getByRole('button', { name: 'Actions on part-000.csv' }).click()
  await page.getByRole('menuitem', { name: 'Rename or move' }).click()
  await page.getByRole('dialog').getByLabel('Path').fill('sql/load.sql')
  await page.getByRole('dialog').getByRole('button', { name: 'Rename or move' }).click()
  await page.getByText('Moved to /sql/load.sql.').waitFor()

  await page.getByRole('link', { name: 'load.sql', exact: true }).click()
  const text = page.getByRole('textbox', { name: 'Content of load.sql' })
  await text.fill('select 2')
  await page.getByRole('button', { name: 'Save', exact: true }).click()
  await page.getByText('Saved load.sql.').waitFor()
  await page.getByRole('button', { name: 'History' }).click()
  const revisions = page.getByRole('list', { name: 'History' }).getByRole('button')
  await revisions.last().click()
  await page
    .getByRole('region', { name: /→ newest/ })
    .getByText('row 0')
    .first()
    .waitFor()
  await page.getByRole('button', { name: 'Restore this revision' }).click()
  await text.waitFor()
  await page.waitForFunction(`document.querySelector('textarea[aria-label="Content of load.sql"]')?.value === 'row 0'`)
  const { outputs } = await ranReader()

  assert.equal(outputs, 'row 0')
  assert.deepEqual(problems, [])
  await close()
})

test('J21: what is deleted by mistake comes back', { skip: NO_BROWSER }, async () => {
  const { page, problems, close } = await openTab(browser, server.address)
  page.setDefaultTimeout(60_000)
  await page.goto(`/ui/namespaces/edit/${NS}/files`)
  await settled(page)
  await dropFiles(page, 3)
  await page.getByText('Uploaded 3 files.').waitFor()
  const before = await listed('/')
  await page.getByRole('button', { name: 'Actions on part-002.csv' }).click()
  await page.getByRole('menuitem', { name: 'Delete' }).click()
  await page.getByText('Deleted part-002.csv.').waitFor()
  await page.getByRole('link', { name: 'part-002.csv', exact: true }).waitFor({ state: 'detached' })
  const without = await listed('/')
  await page.getByRole('status').getByRole('button', { name: 'Undo' }).last().click()
  await page.getByRole('link', { name: 'part-002.csv', exact: true }).waitFor()

  assert.deepEqual(
    without,
    before.filter(name => name !== 'part-002.csv'),
  )
  assert.deepEqual(await listed('/'), before)
  assert.deepEqual(problems, [])
  await close()
})

interface KeyRow {
  readonly key: string
  readonly expirationDate?: string
}

async function keys(): Promise<readonly KeyRow[]> {
  return (await server.call('GET', `/namespaces/${NS}/kv`)) as readonly KeyRow[]
}

test('J21: a key is written, changed, given an end, deleted and brought back', { skip: NO_BROWSER }, async () => {
  const { page, problems, close } = await openTab(browser, server.address)
  await page.goto(`/ui/namespaces/edit/${NS}/kv`)
  await settled(page)
  await page.getByRole('button', { name: 'New key' }).first().click()
  const drawer = page.getByRole('dialog', { name: 'New key' })
  await drawer.getByLabel('Key').fill('cursor')
  await drawer.getByRole('combobox', { name: 'Type' }).selectOption({ label: 'JSON' })
  await drawer.getByLabel('Value').fill('{"row": 41}')
  await drawer.getByRole('button', { name: 'Save', exact: true }).click()
  await page.getByText('Saved cursor.').waitFor()

  await page.getByRole('link', { name: /cursor/ }).click()
  const edit = page.getByRole('dialog', { name: `${NS} / cursor` })
  await edit.getByLabel('Value').fill('{"row": 42}')
  await edit.getByRole('combobox', { name: 'Expires' }).selectOption('P1D')
  await edit.getByRole('button', { name: 'Save', exact: true }).click()
  await edit.waitFor({ state: 'detached' })
  const changed = (await server.call('GET', `/namespaces/${NS}/kv/cursor`)) as { readonly value: unknown }
  const [row] = await keys()

  await page.getByRole('button', { name: 'Actions on cursor' }).click()
  await page.getByRole('menuitem', { name: 'Delete' }).click()
  await page.getByText('Deleted 1 key.').waitFor()
  assert.deepEqual(await keys(), [])
  // What was saved before can be undone as well: the last one said is meant.
  await page.getByRole('status').getByRole('button', { name: 'Undo' }).last().click()
  await page.getByText('1 key is back.').waitFor()
  const back = (await server.call('GET', `/namespaces/${NS}/kv/cursor`)) as { readonly value: unknown }

  assert.deepEqual(changed.value, { row: 42 })
  assert.ok(row?.expirationDate !== undefined && Date.parse(row.expirationDate) > Date.now())
  assert.deepEqual(back.value, { row: 42 })
  assert.deepEqual(problems, [])
  await close()
})

async function ranReader(): Promise<{ readonly outputs: unknown }> {
  const id = await server.run(`${NS}/reader`)
  const { taskRunList } = (await server.call('GET', `/executions/${id}`)) as {
    readonly taskRunList: readonly { readonly outputs?: { readonly value?: unknown } }[]
  }
  return { outputs: taskRunList[0]?.outputs?.value }
}
