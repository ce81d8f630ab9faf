// Fans: one execution that starts many. Children beside one another, children of children, children that a limit lets in a few at a time, and
// executions that a Flow trigger starts because another one ended. What is measured is the time until the last of them has ended.
import { setTimeout as sleep } from 'node:timers/promises'
import { runToEnd } from '../harness/api.ts'
import { startBenchServer, type BenchServer } from '../harness/bench-server.ts'
import { roundTo, type Figures } from '../harness/figures.ts'
import { readMemory, readProcess } from '../harness/process-figures.ts'
import type { Ask, Question } from '../harness/question.ts'
import { exponentOf } from '../harness/slope.ts'
import { megabytes } from '../harness/webhook-load.ts'

const SIZES: readonly number[] = [10, 100, 1_000, 10_000]
const FULL: readonly number[] = [100_000]
/** Below, the fixed costs of a request and a commit are most of the time. */
const SLOPE_FROM = 100
/** How many of a limited flow run at once. */
const LIMIT = 10
/** A nested fan has this many branches. */
const BRANCHES = 10
const LOOK_MS = 10
const WAIT_MS = 15 * 60_000
const EXPONENT_MAX = 1.1

interface Fan {
  readonly name: string
  /** Whose executions are many. */
  readonly leaf: string
  tasksOf(size: number): string
}

const FANS: readonly Fan[] = [
  { name: 'wide', leaf: 'fan_leaf', tasksOf: size => callEach('fan_leaf', size) },
  { name: 'nested', leaf: 'fan_leaf', tasksOf: size => callBeside(`fan_branch_${size}`) },
  { name: 'queued', leaf: 'fan_limited', tasksOf: size => callEach('fan_limited', size) },
  { name: 'triggered', leaf: 'fan_listener', tasksOf: size => callEach('fan_source', size) },
]

const LEAF = `tasks:
  - id: leaf
    type: io.kestra.plugin.core.debug.Return
    format: "{{ flow.id }}"
`

const LISTENER = `${LEAF}triggers:
  - id: after
    type: io.kestra.plugin.core.trigger.Flow
    states: [SUCCESS]
    conditions:
      - type: io.kestra.plugin.core.condition.ExecutionFlow
        namespace: bench
        flowId: fan_source
`

export const gFan: Question = {
  id: 'G-fan',
  asks: 'How do time and memory grow with the number of executions that one starts, side by side, nested, under a limit, by a Flow trigger?',
  run: async ask => {
    const sizes = ask.sizes ?? (ask.isFull ? [...SIZES, ...FULL] : SIZES)
    const target = await startBenchServer(ask, flowsOf(sizes))
    try {
      const fans: Record<string, Figures> = {}
      for (const fan of FANS) fans[fan.name] = await measure(ask, target, { fan, sizes })
      const worst = Math.max(...Object.values(fans).map(({ timeExponent }) => Number(timeExponent)))
      return {
        worstTimeExponent: worst,
        ...target.database.about,
        ...fans,
        peakMB: megabytes(readMemory(target.server.pid).peakBytes),
        goals: { [`every time exponent at most ${EXPONENT_MAX}`]: worst <= EXPONENT_MAX },
      }
    } finally {
      await target.stop()
    }
  },
}

function flowsOf(sizes: readonly number[]): Readonly<Record<string, string>> {
  const bodies: Record<string, string> = {
    fan_leaf: LEAF,
    fan_limited: `concurrency: { limit: ${LIMIT}, behavior: QUEUE }\n${LEAF}`,
    fan_source: LEAF,
    fan_listener: LISTENER,
  }
  for (const size of sizes) {
    bodies[`fan_branch_${size}`] = callEach('fan_leaf', size / BRANCHES)
    for (const { name, tasksOf } of FANS) bodies[`fan_${name}_${size}`] = tasksOf(size)
  }
  return Object.fromEntries(Object.entries(bodies).map(([id, body]) => [id, `id: ${id}\nnamespace: bench\n${body}`]))
}

/** A loop without a limit, each child awaited. */
function callEach(flowId: string, size: number): string {
  return `tasks:
  - id: each
    type: io.kestra.plugin.core.flow.ForEach
    values: "{{ range(1, ${size}) }}"
    concurrencyLimit: 0
    tasks:
      - id: call
        type: io.kestra.plugin.core.flow.Subflow
        namespace: bench
        flowId: ${flowId}
`
}

function callBeside(flowId: string): string {
  const calls = Array.from(
    { length: BRANCHES },
    (_, branch) => `      - id: call${branch}
        type: io.kestra.plugin.core.flow.Subflow
        namespace: bench
        flowId: ${flowId}
`,
  )
  return `tasks:
  - id: all
    type: io.kestra.plugin.core.flow.Parallel
    tasks:
${calls.join('')}`
}

async function measure(
  ask: Ask,
  target: BenchServer,
  { fan, sizes }: { readonly fan: Fan; readonly sizes: readonly number[] },
): Promise<Figures> {
  const { pid } = target.server
  const bySize: Figures[] = []
  const points: [number, number][] = []
  for (const size of sizes) {
    const { cpuMicros } = readProcess(pid)
    const totalMs = await fanOut(target, fan, size)
    if (size >= SLOPE_FROM) points.push([size, totalMs])
    const { rssBytes, peakBytes } = readMemory(pid)
    bySize.push({
      size,
      totalMs: roundTo(totalMs, 1),
      microsEach: roundTo((totalMs * 1000) / size, 1),
      cpuMicrosEach: roundTo((readProcess(pid).cpuMicros - cpuMicros) / size, 1),
      rssMB: megabytes(rssBytes),
      peakMB: megabytes(peakBytes),
    })
    ask.say(`${fan.name}: ${JSON.stringify(bySize.at(-1))}`)
  }
  return { timeExponent: exponentOf(points), bySize }
}

/** The parent waits for its children; what a trigger starts is waited for by looking. */
async function fanOut({ server, database }: BenchServer, { name, leaf }: Fan, size: number): Promise<number> {
  const flowId = `fan_${name}_${size}`
  const before = await database.countExecutions(leaf, 'SUCCESS')
  const beginMs = performance.now()
  const { state } = await runToEnd(server, { namespace: 'bench', flowId })
  if (state.current !== 'SUCCESS') throw new Error(`${flowId} ended with ${state.current}`)
  for (;;) {
    const totalMs = performance.now() - beginMs
    const ended = (await database.countExecutions(leaf, 'SUCCESS')) - before
    if (ended === size) return totalMs
    if (ended > size || totalMs > WAIT_MS) throw new Error(`${ended} executions of ${leaf} ended of ${size}`)
    await sleep(LOOK_MS)
  }
}
