// Executions that wait: each failed and is tried again in six hours, so that it has a timer. What one takes in memory and on the disk, how a server
// starts with them, and Benchmark 1 beside them.
import { readFlow, startBenchServer, type BenchServer } from '../harness/bench-server.ts'
import { roundTo, type Figures } from '../harness/figures.ts'
import { Generator } from '../harness/generator.ts'
import { readMemory } from '../harness/process-figures.ts'
import type { Ask, Question } from '../harness/question.ts'
import { startServer } from '../harness/server-process.ts'
import { webhookPath, WEBHOOK_KEY } from '../harness/api.ts'
import { megabytes, sendLoad } from '../harness/webhook-load.ts'
import type { LoadResult } from '../load/plan.ts'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'

const SIZES: readonly number[] = [1_000, 20_000]
const FULL: readonly number[] = [100_000, 1_000_000]
const CLIENTS = 128
const SLICE_SECONDS = 2
const LOAD_SECONDS = 5
const REST_MS = 2_000
const BYTES_MAX = 1_500

const WAITING = `id: waiting
namespace: bench
tasks:
  - id: fail
    type: io.kestra.plugin.core.execution.Fail
    retry:
      type: constant
      interval: PT6H
      maxAttempts: 3
triggers:
  - id: webhook
    type: io.kestra.plugin.core.trigger.Webhook
    key: ${WEBHOOK_KEY}
`

export const gInflight: Question = {
  id: 'G-inflight',
  asks: 'What does an execution take that waits, in memory and on the disk, and does Benchmark 1 feel so many of them?',
  run: async ask => {
    const sizes = ask.sizes ?? (ask.isFull ? [...SIZES, ...FULL] : SIZES)
    const target = await startBenchServer(ask, { waiting: WAITING, b01: readFlow('b01') })
    const generator = new Generator()
    try {
      await load(target, generator, LOAD_SECONDS)
      const empty = await load(target, generator, LOAD_SECONDS)
      const runs: Figures[] = []
      for (const size of sizes) {
        const begun = await figuresOf(target)
        const waiting = await grow(target, generator, size)
        await sleep(REST_MS)
        const now = await figuresOf(target)
        const added = Math.max(1, waiting - begun.waiting)
        const beside = await load(target, generator, LOAD_SECONDS)
        runs.push({
          waiting,
          memoryBytesEach: Math.round((now.rssBytes - begun.rssBytes) / added),
          diskBytesEach: Math.round((now.usedBytes - begun.usedBytes) / added),
          rssMB: megabytes(now.rssBytes),
          throughputRatio: roundTo(rateOf(beside) / rateOf(empty), 2),
        })
        ask.say(JSON.stringify(runs.at(-1)))
      }
      const restart = await startAgain(ask, target)
      const last = runs.at(-1) ?? {}
      return {
        bySize: runs,
        ...restart,
        goals: { [`at most ${BYTES_MAX} bytes of memory each`]: Number(last['memoryBytesEach']) <= BYTES_MAX },
      }
    } finally {
      generator.stop()
      await target.stop()
    }
  },
}

async function load(target: BenchServer, generator: Generator, seconds: number): Promise<LoadResult> {
  return await sendLoad(target, generator, { flowId: 'b01', pace: { type: 'closed' }, seconds, clients: CLIENTS })
}

function rateOf({ acknowledged, elapsedMs }: LoadResult): number {
  return acknowledged / elapsedMs
}

/** In slices, because a generator sends for a time and not for a number. */
async function grow(target: BenchServer, generator: Generator, size: number): Promise<number> {
  const { host, port } = target.server
  for (;;) {
    const { waiting } = await figuresOf(target)
    if (waiting >= size) return waiting
    await generator.run({
      host,
      port,
      requests: [`GET ${webhookPath('waiting')} HTTP/1.1\r\nHost: ${host}:${port}\r\n\r\n`],
      connectionsMax: CLIENTS,
      pace: { type: 'closed' },
      sendMs: Math.min(SLICE_SECONDS * 1000, Math.max(100, (size - waiting) / 20)),
      samplesMax: 1,
    })
  }
}

async function figuresOf({ server, database }: BenchServer): Promise<{
  readonly waiting: number
  readonly usedBytes: number
  readonly rssBytes: number
}> {
  const [row] = await database.rows("select count(*) as n from executions where waits_for = 'timer'")
  const { usedBytes } = await database.read()
  return { waiting: Number(row?.['n']), usedBytes, rssBytes: readMemory(server.pid).rssBytes }
}

/** The database is kept: a server that comes back finds them all. */
async function startAgain(ask: Ask, { server, database }: BenchServer): Promise<Figures> {
  await server.stop()
  const again = await startServer({
    dataDir: join(ask.folder, 'data'),
    flowsDir: join(ask.folder, 'flows'),
    env: database.env,
  })
  const { rssBytes } = readMemory(again.pid)
  const [row] = await database.rows("select count(*) as n from executions where waits_for = 'timer'")
  await again.stop()
  return {
    restartReadyMs: roundTo(again.readyMs, 0),
    restartRssMB: megabytes(rssBytes),
    restartWaiting: Number(row?.['n']),
  }
}
