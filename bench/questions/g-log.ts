// Log lines of a script: how many a second are stored, what they take on the disk, and what other executions feel of it.
import { runToEnd } from '../harness/api.ts'
import { readFlow, startBenchServer, type BenchServer } from '../harness/bench-server.ts'
import { roundTo, type Figures } from '../harness/figures.ts'
import { Generator } from '../harness/generator.ts'
import { readProcess } from '../harness/process-figures.ts'
import type { Ask, Question } from '../harness/question.ts'
import { sendLoad } from '../harness/webhook-load.ts'

const SIZES: readonly number[] = [10, 1_000, 100_000]
const FULL: readonly number[] = [1_000_000, 10_000_000]
const GOAL_PER_SECOND = 50_000
const RATE_PER_MINUTE = 30_000
const CLIENTS = 64
const CALM_SECONDS = 5

export const gLog: Question = {
  id: 'G-log',
  asks: 'How many lines of a script are stored in a second, what do they take, and how do other executions feel it?',
  run: async ask => {
    const sizes = ask.sizes ?? (ask.isFull ? [...SIZES, ...FULL] : SIZES)
    const flows = Object.fromEntries(sizes.map(size => [nameOf(size), flowOf(size)]))
    const target = await startBenchServer(ask, { b01: readFlow('b01'), ...flows })
    const generator = new Generator()
    try {
      const load = { flowId: 'b01', pace: { type: 'open', perMinute: RATE_PER_MINUTE }, clients: CLIENTS } as const
      await sendLoad(target, generator, { ...load, seconds: CALM_SECONDS })
      const calm = await sendLoad(target, generator, { ...load, seconds: CALM_SECONDS })
      const runs: Figures[] = []
      for (const size of sizes) {
        runs.push(await runSize(ask, target, size))
        ask.say(`${size} lines: ${String(runs.at(-1)?.['linesPerSecond'])} a second`)
      }
      const largest = sizes.at(-1) ?? 0
      const [, beside] = await Promise.all([
        runToEnd(target.server, { namespace: 'bench', flowId: nameOf(largest) }),
        sendLoad(target, generator, { ...load, seconds: CALM_SECONDS }),
      ])
      const perSecond = Math.max(...runs.map(figures => Number(figures['linesPerSecond'])))
      return {
        linesPerSecond: perSecond,
        bySize: runs,
        p99CalmMs: calm.latencyMs.p99,
        p99BesideMs: beside.latencyMs.p99,
        p99Ratio: roundTo(beside.latencyMs.p99 / calm.latencyMs.p99, 2),
        isSound: runs.every(({ missing }) => missing === 0),
        goals: {
          [`at least ${GOAL_PER_SECOND.toLocaleString('en-US')} lines per second`]: perSecond >= GOAL_PER_SECOND,
        },
      }
    } finally {
      generator.stop()
      await target.stop()
    }
  },
}

async function runSize(_ask: Ask, { server, database }: BenchServer, size: number): Promise<Figures> {
  const before = await database.read()
  const used = readProcess(server.pid)
  const startMs = performance.now()
  const { id, state } = await runToEnd(server, { namespace: 'bench', flowId: nameOf(size) })
  const totalMs = performance.now() - startMs
  if (state.current !== 'SUCCESS') throw new Error(`${size} lines ended with ${state.current}`)
  const after = await database.read()
  const stored = await countLines({ server, database }, id)
  return {
    lines: size,
    totalMs: roundTo(totalMs, 0),
    linesPerSecond: Math.round((size / totalMs) * 1000),
    missing: stored.isFile ? 0 : Math.max(0, size - stored.lines),
    beyondLimitInFile: stored.isFile,
    rows: (after.rows['logs'] ?? 0) - (before.rows['logs'] ?? 0),
    bytesEach: roundTo((after.usedBytes - before.usedBytes) / size, 1),
    serverMicrosEach: roundTo((readProcess(server.pid).cpuMicros - used.cpuMicros) / size, 2),
  }
}

/** Lines beyond 10 MiB of an attempt go to a file, and a line says so. */
async function countLines(
  { database }: Pick<BenchServer, 'server' | 'database'>,
  id: string,
): Promise<{ readonly lines: number; readonly isFile: boolean }> {
  const chunks = await database.rows('select lines from logs where execution_id = $1', [id])
  let lines = 0
  let isFile = false
  for (const chunk of chunks) {
    const parsed: readonly { readonly message: string }[] = JSON.parse(String(chunk['lines']))
    lines += parsed.filter(({ message }) => message.startsWith('line number ')).length
    isFile ||= parsed.some(({ message }) => message.includes('kestra://'))
  }
  return { lines, isFile }
}

function nameOf(size: number): string {
  return `log_${size}`
}

function flowOf(size: number): string {
  return `id: ${nameOf(size)}
namespace: bench
tasks:
  - id: write
    type: io.kestra.plugin.scripts.shell.Commands
    taskRunner:
      type: io.kestra.plugin.core.runner.Process
    commands:
      - seq -f 'line number %.0f' 1 ${size}
`
}
