// J29, in three minutes instead of eight hours: one tab on a busy list and one on a run; the heap and the page stay as large as they are, and five tabs have
// one stream. `BATUTA_SOAK_MINUTES` makes it longer.
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import type { Page } from 'playwright-core'
import { NO_BROWSER, openBrowser, openTab, settled, type Browser } from '../browser.ts'
import { startServer, type BrowserServer } from '../server.ts'
import { startProxy, type StreamProxy } from '../stream-proxy.ts'

const MINUTES = Number(process.env['BATUTA_SOAK_MINUTES'] ?? 3)
const MINUTE_MS = 60_000
const EVERY_MS = 250
const WARM_MS = 30_000
const GROWTH_MB_PER_HOUR = 20
/** What the collector leaves lying now and then. */
const NOISE_MB = 3
const NODES_MAX = 400
const BUSY = `
id: busy
namespace: tests
tasks:
  - { id: say, type: io.kestra.plugin.core.log.Log, message: "busy with {{ execution.id }}" }
`
/** More task runs than a page keeps of one run, and then many more. */
const LONG = `
id: long
namespace: tests
tasks:
  - id: many
    type: io.kestra.plugin.core.flow.ForEach
    values: "{{ range(1, 2500) }}"
    concurrencyLimit: 0
    tasks:
      - { id: value, type: io.kestra.plugin.core.debug.Return, format: x }
  - id: each
    type: io.kestra.plugin.core.flow.ForEach
    values: "{{ range(1, 100000) }}"
    tasks:
      - { id: say, type: io.kestra.plugin.core.log.Log, message: "tick {{ taskrun.value }}" }
      - { id: rest, type: io.kestra.plugin.core.flow.Sleep, duration: PT0.2S }
`

let server: BrowserServer
let proxy: StreamProxy
let browser: Browser
before(async () => {
  if (NO_BROWSER !== false) return
  server = await startServer()
  proxy = await startProxy(server.address)
  browser = await openBrowser()
  for (const source of [BUSY, LONG]) await server.call('POST', '/flows', source)
})
after(async () => {
  if (NO_BROWSER !== false) return
  await browser.close()
  await proxy.stop()
  await server.stop()
})

/** A server that has more to do than it can says so, and is left in peace until the next time. */
async function startBusy(): Promise<void> {
  try {
    await server.call('POST', '/executions/tests/busy')
  } catch (error) {
    if (!String(error).includes('answered 429')) throw error
  }
}

interface Size {
  readonly heapMB: number
  readonly nodes: number
}

async function measure(page: Page): Promise<Size> {
  const session = await page.context().newCDPSession(page)
  await session.send('HeapProfiler.collectGarbage')
  const { usedSize } = await session.send('Runtime.getHeapUsage')
  await session.detach()
  return { heapMB: usedSize / 1e6, nodes: await page.locator('*').count() }
}

test('J29: a busy list and a run that goes on do not make the page grow', { skip: NO_BROWSER }, async t => {
  const { id } = (await server.call('POST', '/executions/tests/long')) as { readonly id: string }
  const { page: list, problems, close } = await openTab(browser, proxy.address)
  await list.goto('/ui/executions')
  await settled(list)
  const run = await list.context().newPage()
  await run.goto(`/ui/executions/tests/long/${id}/logs`)
  await settled(run)
  const others = await Promise.all([0, 1, 2].map(() => list.context().newPage()))
  for (const page of others) await page.goto('/ui/flows')
  await list.getByRole('button', { name: 'Live' }).waitFor()
  assert.equal(proxy.streams, 1)

  const load = async (ms: number): Promise<void> => {
    for (let doneMs = 0; doneMs < ms; doneMs += EVERY_MS) {
      await startBusy()
      await new Promise(resolve => setTimeout(resolve, EVERY_MS))
    }
  }
  await load(WARM_MS)
  const before = { list: await measure(list), run: await measure(run) }
  await load(MINUTES * MINUTE_MS)
  const after = { list: await measure(list), run: await measure(run) }

  const most = NOISE_MB + (GROWTH_MB_PER_HOUR / 60) * MINUTES
  for (const name of ['list', 'run'] as const) {
    const grown = after[name].heapMB - before[name].heapMB
    t.diagnostic(
      `${name}: ${before[name].heapMB.toFixed(1)} → ${after[name].heapMB.toFixed(1)} MB, ${before[name].nodes} → ${after[name].nodes} nodes`,
    )
    assert.ok(grown <= most, `the heap of the ${name} grew by ${grown.toFixed(1)} MB in ${MINUTES} minutes`)
    assert.ok(after[name].nodes - before[name].nodes <= NODES_MAX, `${name}: ${after[name].nodes} nodes`)
  }
  assert.equal(proxy.streams, 1)
  assert.deepEqual(problems, [])
  await close()
})
