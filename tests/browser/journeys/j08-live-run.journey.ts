// J8: a run is looked at while it runs: chart, log and drawing move without a reload; the stream is cut and the page polls; the server is started again, and
// the log goes on where it was, with no line lost and none twice.
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { NO_BROWSER, openBrowser, openTab, settled, type Browser, type Tab } from '../browser.ts'
import { startServer, type BrowserServer } from '../server.ts'
import { startProxy, type StreamProxy } from '../stream-proxy.ts'

const LINES = 24
const TICKING = `
id: ticking
namespace: tests
tasks:
  - id: each
    type: io.kestra.plugin.core.flow.ForEach
    values: "{{ range(1, ${LINES}) }}"
    tasks:
      - { id: say, type: io.kestra.plugin.core.log.Log, message: "tick {{ taskrun.value }} of ${LINES}" }
      - { id: rest, type: io.kestra.plugin.core.flow.Sleep, duration: PT0.7S }
`
const RUN_MAX_MS = 90_000

let server: BrowserServer
let proxy: StreamProxy
let browser: Browser
before(async () => {
  if (NO_BROWSER !== false) return
  server = await startServer()
  proxy = await startProxy(server.address)
  browser = await openBrowser()
  await server.call('POST', '/flows', TICKING)
})
after(async () => {
  if (NO_BROWSER !== false) return
  await browser.close()
  await proxy.stop()
  await server.stop()
})

async function startRun(): Promise<string> {
  const { id } = (await server.call('POST', '/executions/tests/ticking')) as { readonly id: string }
  return id
}

async function open(path: string): Promise<Tab> {
  const tab = await openTab(browser, proxy.address)
  await tab.page.goto(path)
  await settled(tab.page)
  return tab
}

/** What the browser itself says of connections that are cut on purpose is no fault of the page. */
function faultsIn(problems: readonly string[]): readonly string[] {
  return problems.filter(problem => !problem.includes('Failed to load resource') && !problem.includes('net::ERR_'))
}

test('J8: chart, drawing and log move while the run goes on', { skip: NO_BROWSER }, async () => {
  const id = await startRun()
  const chart = await open(`/ui/executions/tests/ticking/${id}/gantt`)
  await chart.page.getByRole('heading', { name: /Running/ }).waitFor()
  const drawing = await open(`/ui/executions/tests/ticking/${id}/topology?view=table`)
  const log = await open(`/ui/executions/tests/ticking/${id}/logs`)

  await log.page.getByRole('log').getByText(`tick 6 of ${LINES}`).waitFor({ timeout: RUN_MAX_MS })
  await drawing.page
    .getByRole('row', { name: /say/ })
    .getByText(/Success|Running/)
    .first()
    .waitFor()
  await log.page.getByRole('log').getByText(`tick ${LINES} of ${LINES}`).waitFor({ timeout: RUN_MAX_MS })
  await chart.page.getByRole('heading', { name: /Success/ }).waitFor({ timeout: RUN_MAX_MS })
  await drawing.page.getByRole('heading', { name: /Success/ }).waitFor()

  for (const { problems, close } of [chart, drawing, log]) {
    assert.deepEqual(problems, [])
    await close()
  }
})

test('J8: a page whose stream is cut says that it polls, and goes on', { skip: NO_BROWSER }, async t => {
  t.after(() => proxy.blockStream(false))
  const id = await startRun()
  const { page, problems, close } = await open(`/ui/executions/tests/ticking/${id}/logs`)
  await page.getByRole('button', { name: 'Live' }).waitFor()

  proxy.blockStream(true)
  await page.getByRole('button', { name: /^Polling/ }).waitFor({ timeout: RUN_MAX_MS })
  await page.getByRole('log').getByText(`tick ${LINES} of ${LINES}`).waitFor({ timeout: RUN_MAX_MS })
  await page.getByRole('heading', { name: /Success/ }).waitFor({ timeout: RUN_MAX_MS })
  proxy.blockStream(false)
  await page.getByRole('button', { name: 'Live' }).waitFor({ timeout: RUN_MAX_MS })

  assert.deepEqual(faultsIn(problems), [])
  await close()
})

test('J8: over a restart of the server no line is lost and none comes twice', { skip: NO_BROWSER }, async () => {
  const id = await startRun()
  const { page, problems, close } = await open(`/ui/executions/tests/ticking/${id}/logs`)
  const log = page.getByRole('log')
  await log.getByText(`tick 3 of ${LINES}`).waitFor({ timeout: RUN_MAX_MS })

  await server.restart()
  await page.getByRole('button', { name: 'Live' }).waitFor({ timeout: RUN_MAX_MS })
  await log.getByText(`tick ${LINES} of ${LINES}`).waitFor({ timeout: RUN_MAX_MS })
  await page.getByRole('heading', { name: /Success/ }).waitFor({ timeout: RUN_MAX_MS })

  const shown = (await log.innerText()).match(/tick \d+ of/g)
  assert.deepEqual(
    shown,
    Array.from({ length: LINES }, (_line, index) => `tick ${index + 1} of`),
  )
  assert.deepEqual(faultsIn(problems), [])
  await close()
})
