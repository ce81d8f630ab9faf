// Kestra's Benchmark 3: a loop over range(1,100) without a limit, one OutputValues in it; then larger loops.
import { exponentOf } from '../harness/slope.ts'
import { startBenchServer } from '../harness/bench-server.ts'
import { runSized, type SizedRun } from '../harness/sized-runs.ts'
import type { Question } from '../harness/question.ts'

const SIZES: readonly number[] = [100, 1_000, 10_000, 100_000]
const KESTRA_SIZE = 100

export const b03: Question = {
  id: 'B03',
  asks: 'How long does an unbounded loop take, and how do its time, its bytes and its memory grow with the iterations?',
  run: async ask => {
    const target = await startBenchServer(ask, Object.fromEntries(SIZES.map(size => [nameOf(size), flowOf(size)])))
    try {
      const runs: SizedRun[] = []
      for (const size of SIZES) {
        ask.say(`${size} iterations`)
        runs.push(await runSized(target, { flowId: nameOf(size), size }))
      }
      const timeExponent = exponentOf(runs.slice(1).map(({ size, totalMs }) => [size, totalMs]))
      const bytesExponent = exponentOf(runs.map(({ size, writtenBytes }) => [size, writtenBytes]))
      const totalMs = runs.find(({ size }) => size === KESTRA_SIZE)?.totalMs ?? Infinity
      return {
        totalMs,
        iterationsPerSecond: Math.round((KESTRA_SIZE / totalMs) * 1000),
        timeExponent,
        bytesExponent,
        ...target.database.about,
        bySize: runs.map(({ figures }) => figures),
        goals: { 'below 50 ms for 100 iterations': totalMs < 50, 'time exponent at most 1.1': timeExponent <= 1.1 },
      }
    } finally {
      await target.stop()
    }
  },
}

function nameOf(size: number): string {
  return `b03_${size}`
}

function flowOf(size: number): string {
  return `id: ${nameOf(size)}
namespace: bench
tasks:
  - id: each
    type: io.kestra.plugin.core.flow.ForEach
    values: "{{ range(1, ${size}) }}"
    concurrencyLimit: 0
    tasks:
      - id: out
        type: io.kestra.plugin.core.output.OutputValues
        values:
          value: "{{ taskrun.value }}"
`
}
