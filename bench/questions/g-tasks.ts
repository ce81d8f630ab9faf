// The number of tasks in one execution: in sequence, ten to an iteration of a loop that goes one by one. `--full` goes on to a million.
import { exponentOf } from '../harness/slope.ts'
import { startBenchServer } from '../harness/bench-server.ts'
import { runSized, type SizedRun } from '../harness/sized-runs.ts'
import type { Question } from '../harness/question.ts'

const SIZES: readonly number[] = [10, 100, 1_000, 10_000, 100_000]
const FULL_SIZE = 1_000_000
const MEMORY_MAX_MB = 300
const TASKS_PER_ITERATION = 10
/** Below, the fixed costs of a request and a commit are most of the time. */
const SLOPE_FROM = 1_000

export const gTasks: Question = {
  id: 'G-tasks',
  asks: 'How do time, bytes and memory of one execution grow with the number of its tasks?',
  run: async ask => {
    const sizes = ask.sizes ?? (ask.isFull ? [...SIZES, FULL_SIZE] : SIZES)
    const target = await startBenchServer(ask, Object.fromEntries(sizes.map(size => [nameOf(size), flowOf(size)])))
    try {
      const runs: SizedRun[] = []
      for (const size of sizes) {
        ask.say(`${size} tasks`)
        runs.push(await runSized(target, { flowId: nameOf(size), size }))
      }
      const large = runs.filter(({ size }) => size >= SLOPE_FROM)
      const timeExponent = exponentOf(large.map(({ size, totalMs }) => [size, totalMs]))
      const bytesExponent = exponentOf(large.map(({ size, writtenBytes }) => [size, writtenBytes]))
      const peakMB = Math.max(...runs.map(({ figures }) => Number(figures['peakMB'])))
      return {
        timeExponent,
        bytesExponent,
        peakMB,
        ...target.database.about,
        bySize: runs.map(({ figures }) => figures),
        goals: {
          'time exponent at most 1.1': timeExponent <= 1.1,
          'bytes exponent at most 1.1': bytesExponent <= 1.1,
          [`memory below ${MEMORY_MAX_MB} MB`]: peakMB < MEMORY_MAX_MB,
        },
      }
    } finally {
      await target.stop()
    }
  },
}

function nameOf(size: number): string {
  return `tasks_${size}`
}

function flowOf(size: number): string {
  const tasks = Array.from(
    { length: TASKS_PER_ITERATION },
    (_, index) => `      - id: step${index}
        type: io.kestra.plugin.core.debug.Return
        format: "{{ taskrun.value }}"
`,
  )
  return `id: ${nameOf(size)}
namespace: bench
tasks:
  - id: each
    type: io.kestra.plugin.core.flow.ForEach
    values: "{{ range(1, ${size / TASKS_PER_ITERATION}) }}"
    concurrencyLimit: 1
    tasks:
${tasks.join('')}`
}
