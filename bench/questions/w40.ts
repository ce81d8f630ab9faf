// Windmill's comparison: small Python scripts in sequence in one execution, 40 × fibo(10) and 10 × fibo(33). Asked once for each way a script
// can run, and per task: how long it ran, and how long the way was from its end to the beginning of the next one.
import { median } from '../harness/calibrate.ts'
import { runToEnd, type ExecutionDocument } from '../harness/api.ts'
import { startBenchServer, type BenchServer } from '../harness/bench-server.ts'
import { roundTo, type Figures } from '../harness/figures.ts'
import type { Question } from '../harness/question.ts'
import { COUNTING_FLOW, countingFlow, countInterpreters } from './w40-interpreters.ts'

const GOAL_MS = 1_000
const HOP_GOAL_MS = 5
const LIGHT: Work = { id: 'w40_light', tasks: 40, number: 10, repeats: 5 }
const HEAVY: Work = { id: 'w40_heavy', tasks: 10, number: 33, repeats: 1 }

/** How scripts are run, as the configuration calls it. */
const WAYS: readonly { readonly name: string; readonly env: Readonly<Record<string, string>> }[] = [
  { name: 'cold', env: { BATUTA_SCRIPT_ISOLATION: 'process', BATUTA_SCRIPT_ZYGOTES: '0' } },
  { name: 'zygote', env: { BATUTA_SCRIPT_ISOLATION: 'process' } },
  { name: 'as configured', env: {} },
]

const FLOWS = { [LIGHT.id]: flowOf(LIGHT), [HEAVY.id]: flowOf(HEAVY), [COUNTING_FLOW]: countingFlow() }

export const w40: Question = {
  id: 'W40',
  asks: 'How long do 40 small Python scripts in sequence take from the start over HTTP to the end, and where does the time go?',
  run: async ask => {
    const ways: Figures[] = []
    let totalMs = Infinity
    let hopMs = Infinity
    let about: Figures = {}
    for (const { name, env } of WAYS) {
      ask.say(`scripts run: ${name}`)
      const target = await startBenchServer(ask, FLOWS, env)
      try {
        const light = await measure(target, LIGHT)
        const heavy = await measure(target, HEAVY)
        const interpreters = await countInterpreters(target.server)
        ways.push({ scripts: name, ...light.figures, heavyTotalMs: roundTo(heavy.totalMs, 0), interpreters })
        ;({ totalMs, hopMs } = light)
        about = target.database.about
      } finally {
        await target.stop()
      }
    }
    return {
      totalMs: roundTo(totalMs, 1),
      ways,
      ...about,
      goals: {
        'at most 1.0 s for 40 × fibo(10)': totalMs <= GOAL_MS,
        'from one task to the next below 5 ms': hopMs < HOP_GOAL_MS,
      },
    }
  },
}

interface Work {
  readonly id: string
  readonly tasks: number
  readonly number: number
  readonly repeats: number
}

/** Each way has a server of its own; the first execution starts the host and loads the plugin, and is told apart. */
async function measure(
  { server }: BenchServer,
  { id, tasks, repeats }: Work,
): Promise<{ readonly totalMs: number; readonly hopMs: number; readonly figures: Figures }> {
  const totals: number[] = []
  const steps: Step[] = []
  let firstMs = 0
  // The first one is told apart.
  for (let count = 0; count <= repeats; count++) {
    const startMs = performance.now()
    const execution = await runToEnd(server, { namespace: 'bench', flowId: id })
    const tookMs = performance.now() - startMs
    if (execution.state.current !== 'SUCCESS') throw new Error(`${id} ended with ${execution.state.current}`)
    if (count === 0) firstMs = tookMs
    else totals.push(tookMs)
    if (count > 0) steps.push(...stepsOf(execution, tasks))
  }
  const hops = steps.flatMap(step => step.hopMs ?? [])
  const totalMs = median(totals)
  return {
    totalMs,
    hopMs: median(hops),
    figures: {
      totalMs: roundTo(totalMs, 1),
      worstMs: roundTo(Math.max(...totals), 1),
      firstMs: roundTo(firstMs, 1),
      executionMs: spread(steps.map(step => step.executionMs)),
      hopMs: spread(hops),
      settlingMs: spread(steps.map(step => step.settlingMs)),
      assignmentMs: spread(steps.map(step => step.assignmentMs)),
    },
  }
}

interface Step {
  /** From its creation until the host began. */
  readonly assignmentMs: number
  /** In the host: working folder, fork, script, outputs. */
  readonly executionMs: number
  /** From the host's word until the engine has moved on. */
  readonly settlingMs: number
  /** From the end in the host to the beginning of the next task there; the last has none. */
  readonly hopMs: number | undefined
}

interface Run {
  readonly state: ExecutionDocument['state']
  readonly attempts: readonly { readonly state: ExecutionDocument['state'] }[]
}

function stepsOf({ taskRunList }: ExecutionDocument, tasks: number): readonly Step[] {
  const runs = (taskRunList ?? []) as readonly Run[]
  if (runs.length !== tasks) throw new Error(`${runs.length} of ${tasks} tasks ran`)
  return runs.map((run, index) => {
    const begunMs = momentOf(run.state, 'RUNNING')
    const endedMs = momentOf(run.attempts.at(-1)?.state, 'SUCCESS')
    const next = runs[index + 1]
    return {
      assignmentMs: begunMs - momentOf(run.state, 'CREATED'),
      executionMs: endedMs - begunMs,
      settlingMs: momentOf(run.state, 'SUCCESS') - endedMs,
      hopMs: next === undefined ? undefined : momentOf(next.state, 'RUNNING') - endedMs,
    }
  })
}

function momentOf(state: ExecutionDocument['state'] | undefined, name: string): number {
  return Date.parse(state?.histories.find(moment => moment.state === name)?.date ?? '')
}

/** Moments are told in whole milliseconds: the mean knows more than the median. */
function spread(values: readonly number[]): Figures {
  const sorted = [...values].sort((a, b) => a - b)
  const at = (part: number): number => sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * part))] ?? 0
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length
  return { p50: at(0.5), p95: at(0.95), mean: roundTo(mean, 2) }
}

function flowOf({ id, tasks, number }: Work): string {
  const names = Array.from({ length: tasks }, (_, index) => `task_${String(index).padStart(2, '0')}`)
  return `id: ${id}\nnamespace: bench\ntasks:\n${names.map(name => taskOf(name, number)).join('')}`
}

function taskOf(name: string, number: number): string {
  return `  - id: ${name}
    type: io.kestra.plugin.scripts.python.Script
    script: |
      def fibo(n):
          if n <= 1:
              return n
          return fibo(n - 1) + fibo(n - 2)
      print(fibo(${number}))
`
}
