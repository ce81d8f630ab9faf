// The footprint: from the start of the process until it is ready, memory at rest, memory after the first load, and what an installation takes.
import { lstatSync, readdirSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { median } from '../harness/calibrate.ts'
import { readFlow, startBenchServer, type BenchServer } from '../harness/bench-server.ts'
import { roundTo, type Figures } from '../harness/figures.ts'
import { Generator } from '../harness/generator.ts'
import { readMemory } from '../harness/process-figures.ts'
import type { Ask, Question } from '../harness/question.ts'
import { ROOT } from '../harness/server-process.ts'
import { megabytes, sendLoad } from '../harness/webhook-load.ts'

const FLOW = 'b01'
const STARTS = 7
const REST_MS = 3_000
const LOAD_SECONDS = 5
const LOAD_PER_MINUTE = 60_000

export const m01: Question = {
  id: 'M01',
  asks: 'How soon is the server ready, how much memory does it hold at rest and after its first load, how large is the installation?',
  run: async ask => {
    const readyMs: number[] = []
    const answeringMs: number[] = []
    for (let count = 0; count < STARTS; count++) {
      ask.say(`start ${count + 1} of ${STARTS}`)
      const started = await startOnce(ask, count === 0)
      readyMs.push(started.readyMs)
      answeringMs.push(started.answeringMs)
    }
    const memory = await measureMemory(ask)
    return {
      readyMs: roundTo(median(readyMs), 1),
      firstReadyMs: roundTo(readyMs[0] ?? 0, 1),
      answeringMs: roundTo(median(answeringMs), 1),
      starts: readyMs.map(ms => roundTo(ms, 1)),
      ...memory,
      builtMB: megabytes(sizeOf(join(ROOT, 'dist'))),
      dependenciesMB: megabytes(sizeOf(join(ROOT, 'node_modules'))),
      goals: { 'ready within 300 ms': median(readyMs) < 300, 'at rest below 80 MB': Number(memory['restMB']) < 80 },
    }
  },
}

/** The first start finds neither a database nor a compile cache. */
async function startOnce(ask: Ask, isFirst: boolean): Promise<{ readyMs: number; answeringMs: number }> {
  if (isFirst) rmSync(join(ROOT, 'node_modules', '.cache', 'batuta'), { recursive: true, force: true })
  const startMs = performance.now()
  const { server, stop } = await startBenchServer(ask, { [FLOW]: readFlow(FLOW) })
  await (await fetch(`${server.address}/health`)).arrayBuffer()
  const answeringMs = performance.now() - startMs
  await stop()
  return { readyMs: server.readyMs, answeringMs }
}

async function measureMemory(ask: Ask): Promise<Figures> {
  const target = await startBenchServer(ask, { [FLOW]: readFlow(FLOW) })
  const generator = new Generator()
  try {
    await sleep(REST_MS)
    const rest = readMemory(target.server.pid)
    ask.say(`${LOAD_PER_MINUTE} per minute`)
    const first = await loadOnce(target, generator)
    return { restMB: megabytes(rest.rssBytes), afterFirstLoadMB: first, processes: 1 }
  } finally {
    generator.stop()
    await target.stop()
  }
}

async function loadOnce(target: BenchServer, generator: Generator): Promise<number> {
  const pace = { type: 'open', perMinute: LOAD_PER_MINUTE } as const
  await sendLoad(target, generator, { flowId: FLOW, pace, seconds: LOAD_SECONDS, clients: 64 })
  await sleep(REST_MS)
  return megabytes(readMemory(target.server.pid).rssBytes)
}

function sizeOf(path: string): number {
  const stat = lstatSync(path)
  if (!stat.isDirectory()) return stat.size
  return readdirSync(path).reduce((sum, name) => sum + sizeOf(join(path, name)), 0)
}
