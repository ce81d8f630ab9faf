// J9: a run of ten thousand task runs, and a loop of a million iterations: the first look, zoom, only what failed, one iteration among all; never more than
// three hundred rows in the page.
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import type { Page } from 'playwright-core'
import { NO_BROWSER, openBrowser, openTab, settled, type Browser, type Tab } from '../browser.ts'
import { startServer, type BrowserServer } from '../server.ts'

const GROUPS = 100
const ITERATIONS = 1_000_000
const WANTED = 731_204
const ROWS_MAX = 300
const PATIENCE_MS = 8 * 60_000
/** A busy machine is slow; what does nothing at all for so long is broken. */
const STILL_MAX_MS = 2 * 60_000
const LOOK_EVERY_MS = 1_000

function wide(): string {
  const groups = Array.from({ length: GROUPS }, (_group, group) => {
    const tasks = Array.from({ length: GROUPS - 1 }, (_task, task) => {
      const fails = group === 70 && task === 30
      return fails
        ? `      - { id: step_${group}_${task}, type: io.kestra.plugin.core.execution.Fail, allowFailure: true, errorMessage: on purpose }\n`
        : `      - { id: step_${group}_${task}, type: io.kestra.plugin.core.debug.Return, format: x }\n`
    })
    return `  - id: group_${group}\n    type: io.kestra.plugin.core.flow.Sequential\n    tasks:\n${tasks.join('')}`
  })
  return `id: wide\nnamespace: tests\ntasks:\n${groups.join('')}`
}

const LOOP = `
id: loop
namespace: tests
tasks:
  - id: each
    type: io.kestra.plugin.core.flow.ForEach
    values: "{{ range(1, ${ITERATIONS}) }}"
    concurrencyLimit: 0
    tasks:
      - { id: value, type: io.kestra.plugin.core.debug.Return, format: "{{ taskrun.value }}" }
`

let server: BrowserServer
let browser: Browser
before(async () => {
  if (NO_BROWSER !== false) return
  server = await startServer()
  browser = await openBrowser()
  for (const source of [wide(), LOOP]) await server.call('POST', '/flows', source)
})
after(async () => {
  if (NO_BROWSER !== false) return
  await browser.close()
  await server.stop()
})

async function runToEnd(flowId: string): Promise<string> {
  const { id } = (await server.call('POST', `/executions/tests/${flowId}`)) as { readonly id: string }
  let before = ''
  for (let stillMs = 0; stillMs < STILL_MAX_MS; stillMs += LOOK_EVERY_MS) {
    const { results } = (await server.call('GET', `/executions/search?cursor=&filters[flowId][EQUALS]=${flowId}`)) as {
      readonly results: readonly { readonly state: { readonly current: string } }[]
    }
    if (['SUCCESS', 'WARNING'].includes(results[0]?.state.current ?? '')) return id
    const done = await howFar(id)
    if (done !== before) stillMs = 0
    before = done
    await new Promise(resolve => setTimeout(resolve, LOOK_EVERY_MS))
  }
  throw new Error(`${flowId} stands still at ${before}`)
}

/** How many task runs there are, and how many of them are under way in each group. */
async function howFar(id: string): Promise<string> {
  const { total, results } = (await server.call('GET', `/executions/${id}/taskruns?parent=root&size=${GROUPS}`)) as {
    readonly total: number
    readonly results: readonly { readonly children?: { readonly live: number } }[]
  }
  return [total, ...results.map(({ children }) => children?.live ?? 0)].join(' ')
}

async function open(path: string): Promise<Tab> {
  const tab = await openTab(browser, server.address)
  tab.page.setDefaultTimeout(60_000)
  await tab.page.goto(path)
  await settled(tab.page)
  return tab
}

async function rowsIn(page: Page): Promise<number> {
  return await page.getByRole('row').count()
}

test('J9: ten thousand task runs are walked, zoomed and filtered', { skip: NO_BROWSER }, async () => {
  const id = await runToEnd('wide')
  const { page, problems, close } = await open(`/ui/executions/tests/wide/${id}/gantt`)
  const grid = page.getByRole('treegrid')

  await grid.getByRole('row', { name: /group_0/ }).waitFor()
  assert.ok((await rowsIn(page)) <= ROWS_MAX)
  await grid.focus()
  await page.locator('[data-edge]').first().waitFor()
  assert.ok((await page.locator('[data-edge]').count()) < GROUPS)
  await page.keyboard.press('+')
  await page.waitForURL(/zoom=/)
  await page.keyboard.press('End')
  await grid
    .getByRole('row', { name: /group_99|step_99_98/ })
    .first()
    .waitFor()
  assert.ok((await rowsIn(page)) <= ROWS_MAX)
  await page.getByRole('button', { name: 'More of the chart' }).click()
  await page.getByRole('menuitemcheckbox', { name: 'Failures only' }).click()
  await grid
    .getByRole('row', { name: /group_70|step_70_30/ })
    .first()
    .waitFor()

  assert.ok((await rowsIn(page)) <= ROWS_MAX)
  assert.deepEqual(problems, [])
  await close()
})

test('J9: one iteration among a million is opened by its number', { skip: NO_BROWSER }, async () => {
  const id = await runToEnd('loop')
  const { page, problems, close } = await open(`/ui/executions/tests/loop/${id}/gantt?task=${id}-0`)

  // The first look reads a million iterations together; how long that may take is measured elsewhere, on a machine that is quiet.
  const grid = page.getByRole('treegrid')
  await grid.getByText('×1,000,000', { exact: true }).waitFor({ timeout: PATIENCE_MS })
  await grid.getByRole('button', { name: 'Unfold each' }).click()
  await grid.getByText('1,000,000 iterations').first().waitFor({ timeout: PATIENCE_MS })
  await page.getByRole('tab', { name: 'Iterations' }).click()
  await page.getByRole('textbox', { name: 'Number of the iteration' }).fill(String(WANTED))
  await page.getByRole('button', { name: new RegExp(`${WANTED}|${WANTED + 1}`) }).click()
  await page.waitForURL(/task=[0-9A-Za-z]{22}-[1-9]/)

  assert.ok((await rowsIn(page)) <= ROWS_MAX)
  assert.deepEqual(problems, [])
  await close()
})
