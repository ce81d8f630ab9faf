// Pages of what runs while they are looked at: what a frame costs while a hundred task runs end in each second, and which nodes of a drawing are touched.
import type { Browser, Page } from 'playwright-core'
import { BIG_NAMESPACE } from '../fixture/fixture-flows.ts'
import type { Sample } from './figure.ts'
import { visit } from './visit.ts'

const WATCHED_MS = 5_000
/** Until what began at once has come to rest. */
const SETTLING_MS = 3_000

/** Branches beside each other, each of tasks one after the other that sleep. */
interface Ticking {
  readonly id: string
  readonly branches: number
  readonly tasks: number
  readonly seconds: number
}

/** With its groups ten thousand task runs; of sixteen at once, as two processors take, a hundred end in a second. */
const GANTT: Ticking = { id: 'ticking_rows', branches: 100, tasks: 99, seconds: 0.15 }
/** So slow that what changes is in sight while it is watched. */
const DRAWING: Ticking = { id: 'ticking_nodes', branches: 4, tasks: 100, seconds: 2 }

export const LIVE_PAGES = ['gantt while 100 end in a second', 'topology while tasks end'] as const

export async function watchGantt(browser: Browser, address: string): Promise<readonly Sample[]> {
  const [name] = LIVE_PAGES
  return await whileRunning(address, GANTT, async execution => {
    const path = `/ui/executions/${BIG_NAMESPACE}/${GANTT.id}/${execution.id}/gantt`
    const content = '[role=treegrid] [role=row][aria-level]'
    const { page, close } = await visit(browser, address, { name, path, content, scriptMostKB: Infinity })
    try {
      await page.waitForTimeout(SETTLING_MS)
      const endedBefore = await execution.countEnded()
      const { frames, workMs } = await watch(page)
      const ended = (await execution.countEnded()) - endedBefore
      const note = `${ended} task runs ended in ${WATCHED_MS} ms, ${frames} frames`
      return [{ page: name, what: 'work of a frame', unit: 'ms', most: 4, value: workMs / frames, note }]
    } finally {
      await close()
    }
  })
}

export async function watchTopology(browser: Browser, address: string): Promise<readonly Sample[]> {
  const [, name] = LIVE_PAGES
  return await whileRunning(address, DRAWING, async execution => {
    const path = `/ui/executions/${BIG_NAMESPACE}/${DRAWING.id}/${execution.id}/topology`
    const { page, close } = await visit(browser, address, {
      name,
      path,
      content: 'main [data-id]',
      scriptMostKB: Infinity,
    })
    try {
      const fromMs = Date.now() - SETTLING_MS
      await page.evaluate(NOTE_TOUCHED)
      await page.waitForTimeout(WATCHED_MS)
      const touched = (await page.evaluate('[...touchedNodes]')) as readonly string[]
      const changed = await execution.changedSince(fromMs)
      // Groups hold what has changed.
      const idle = touched.filter(node => /^tasks\[0\]\.tasks\[\d+\]\.tasks\[\d+\]$/.test(node) && !changed.has(node))
      const note = `${touched.length} nodes were touched`
      if (touched.length === 0) throw new Error('no node was touched while tasks ended: nothing was watched')
      return [{ page: name, what: 'nodes repainted without a change', unit: '', most: 0, value: idle.length, note }]
    } finally {
      await close()
    }
  })
}

/** What the main thread worked meanwhile, the frames among it. */
async function watch(page: Page): Promise<{ readonly frames: number; readonly workMs: number }> {
  const session = await page.context().newCDPSession(page)
  await session.send('Performance.enable')
  const workedMs = async (): Promise<number> => {
    const { metrics } = await session.send('Performance.getMetrics')
    return (metrics.find(({ name }) => name === 'TaskDuration')?.value ?? Number.NaN) * 1_000
  }
  await page.evaluate('void (globalThis.taking = probe.frames())')
  const before = await workedMs()
  await page.waitForTimeout(WATCHED_MS)
  const workMs = (await workedMs()) - before
  const frames = (await page.evaluate('taking.stop().length')) as number
  await session.detach()
  return { frames, workMs }
}

const NOTE_TOUCHED = `globalThis.touchedNodes = new Set()
new MutationObserver(found => {
  for (const { target } of found) {
    const node = (target.nodeType === 1 ? target : target.parentElement)?.closest('[data-id]')
    if (node) touchedNodes.add(node.dataset.id)
  }
}).observe(document.querySelector('main'), { subtree: true, childList: true, attributes: true, characterData: true })`

interface Running {
  readonly id: string
  countEnded(): Promise<number>
  /** Nodes of the drawing whose task runs have changed their state. */
  changedSince(ms: number): Promise<ReadonlySet<string>>
}

async function whileRunning<T>(address: string, flow: Ticking, work: (execution: Running) => Promise<T>): Promise<T> {
  const api = `${address}/api/v1/main`
  const ask = async (method: string, path: string, body?: string | FormData): Promise<unknown> => {
    const headers = typeof body === 'string' ? { 'content-type': 'application/x-yaml' } : {}
    const reply = await fetch(`${api}${path}`, { method, headers, ...(body === undefined ? {} : { body }) })
    if (!reply.ok) throw new Error(`${method} ${path}: ${reply.status} ${await reply.text()}`)
    return reply.status === 204 ? undefined : await reply.json()
  }
  const known = await fetch(`${api}/flows/${BIG_NAMESPACE}/${flow.id}`)
  if (known.status === 404) await ask('POST', '/flows', sourceOf(flow))
  const { id } = (await ask('POST', `/executions/${BIG_NAMESPACE}/${flow.id}`, new FormData())) as { id: string }
  const runs = async (): Promise<readonly TaskRun[]> =>
    ((await ask('GET', `/executions/${id}`)) as { taskRunList?: readonly TaskRun[] }).taskRunList ?? []
  try {
    return await work({
      id,
      countEnded: async () => (await runs()).filter(({ state }) => state.current === 'SUCCESS').length,
      changedSince: async ms =>
        new Set(
          (await runs()).flatMap(({ taskId, state }) =>
            state.histories.some(({ date }) => Date.parse(date) >= ms) ? nodeOf(taskId) : [],
          ),
        ),
    })
  } finally {
    await ask('DELETE', `/executions/${id}/kill`)
  }
}

interface TaskRun {
  readonly taskId: string
  readonly state: { readonly current: string; readonly histories: readonly { readonly date: string }[] }
}

/** A node is named by its place in the document. */
function nodeOf(taskId: string): string {
  const [, branch = '', task] = taskId.split('_')
  return task === undefined ? `tasks[0].tasks[${branch}]` : `tasks[0].tasks[${branch}].tasks[${task}]`
}

function sourceOf({ id, branches, tasks, seconds }: Ticking): string {
  const lists = Array.from({ length: branches }, (_branch, branch) => {
    const lines = Array.from(
      { length: tasks },
      (_task, task) =>
        `          - { id: tick_${branch}_${task}, type: io.kestra.plugin.core.flow.Sleep, duration: PT${seconds}S }\n`,
    )
    return `      - id: branch_${branch}\n        type: io.kestra.plugin.core.flow.Sequential\n        tasks:\n${lines.join('')}`
  })
  const head = `id: ${id}\nnamespace: ${BIG_NAMESPACE}\n`
  return `${head}tasks:\n  - id: all\n    type: io.kestra.plugin.core.flow.Parallel\n    tasks:\n${lists.join('')}`
}
