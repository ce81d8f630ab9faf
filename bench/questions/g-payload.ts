// Large outputs of a task, used by the next one: how long it takes, what memory the server holds at its peak, how long its event loop stands still.
import { rmSync } from 'node:fs'
import { join } from 'node:path'
import { runToEnd } from '../harness/api.ts'
import { startBenchServer } from '../harness/bench-server.ts'
import { roundTo, type Figures } from '../harness/figures.ts'
import { loopEnv, readLoop } from '../harness/loop-figures.ts'
import { readMemory } from '../harness/process-figures.ts'
import type { Ask, Question } from '../harness/question.ts'
import { megabytes } from '../harness/webhook-load.ts'

const SIZES: readonly number[] = [1_000, 100_000, 1_000_000, 10_000_000]
const FULL = 50_000_000
const STALL_MAX_MS = 50
const RUNS = 3

export const gPayload: Question = {
  id: 'G-payload',
  asks: 'What does an output of so many bytes cost: time, memory of the server at its peak, stalls of its event loop?',
  run: async ask => {
    const runs: Figures[] = []
    for (const size of ask.sizes ?? (ask.isFull ? [...SIZES, FULL] : SIZES)) {
      runs.push(await runSize(ask, size))
      ask.say(`${size} bytes: ${JSON.stringify(runs.at(-1))}`)
    }
    const stall = Math.max(...runs.map(({ ownStallsOver50 }) => Number(ownStallsOver50)))
    return { bySize: runs, goals: { [`no stall of our own above ${STALL_MAX_MS} ms`]: stall === 0 } }
  },
}

/** A server of its own: the peak of its memory is that of its life. */
async function runSize(ask: Ask, size: number): Promise<Figures> {
  const folder = join(ask.folder, String(size))
  const target = await startBenchServer(
    { ...ask, folder },
    { warm: flowOf('warm', 1_000), payload: flowOf('payload', size) },
    loopEnv(folder),
  )
  try {
    await runToEnd(target.server, { namespace: 'bench', flowId: 'warm' })
    const restMB = megabytes(readMemory(target.server.pid).rssBytes)
    const before = await readLoop(folder, target.server.pid)
    const times: number[] = []
    const ends: string[] = []
    for (let count = 0; count < RUNS; count++) {
      const startMs = performance.now()
      ends.push((await runToEnd(target.server, { namespace: 'bench', flowId: 'payload' })).state.current)
      times.push(performance.now() - startMs)
    }
    const after = await readLoop(folder, target.server.pid)
    return {
      bytes: size,
      firstMs: roundTo(times[0] ?? 0, 0),
      bestMs: roundTo(Math.min(...times), 0),
      ended: [...new Set(ends)].join(' '),
      restMB,
      peakMB: megabytes(readMemory(target.server.pid).peakBytes),
      stallMaxMs: after.maxMs,
      ownStallMaxMs: after.ownMaxMs,
      ownStallsOver50: after.ownOver50 - before.ownOver50,
    }
  } finally {
    await target.stop()
    rmSync(folder, { recursive: true, force: true })
  }
}

function flowOf(id: string, size: number): string {
  return `id: ${id}
namespace: bench
tasks:
  - id: make
    type: io.kestra.plugin.scripts.shell.Commands
    taskRunner:
      type: io.kestra.plugin.core.runner.Process
    commands:
      - printf '::{"outputs":{"text":"'; head -c ${size} /dev/zero | tr '\\0' 'x'; printf '"}}::\\n'
  - id: use
    type: io.kestra.plugin.core.debug.Return
    format: '{{ outputs.make.vars.text | length }}'
`
}
