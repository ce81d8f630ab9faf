// Bytes allocated per execution of Benchmark 1, and where: counts that a busy machine does not change. The goals of B01 fall when garbage grows.
import { allocationEnv, readAllocations, stepMonitor, type AllocationSite } from '../harness/allocation-figures.ts'
import { readFlow, startBenchServer, type BenchServer } from '../harness/bench-server.ts'
import { roundTo, type Figures } from '../harness/figures.ts'
import { Generator } from '../harness/generator.ts'
import { readProcess } from '../harness/process-figures.ts'
import type { Ask, Question } from '../harness/question.ts'
import { sendLoad } from '../harness/webhook-load.ts'

const SECONDS = 8
const WARMUP_SECONDS = 6
const CLIENTS = 128
const SITES_MAX = 60
const CALLERS_MAX = 3

export const a01: Question = {
  id: 'A01',
  asks: 'How many bytes does an execution of Benchmark 1 allocate in the server, where, and what share of its main thread collects them?',
  run: async ask => {
    const target = await startBenchServer(ask, { b01: readFlow('b01') }, allocationEnv(ask.folder))
    const generator = new Generator()
    try {
      return await measure(ask, target, generator)
    } finally {
      generator.stop()
      await target.stop()
    }
  },
}

async function measure(ask: Ask, target: BenchServer, generator: Generator): Promise<Figures> {
  const { pid } = target.server
  const load = (seconds: number): ReturnType<typeof sendLoad> =>
    sendLoad(target, generator, {
      flowId: 'b01',
      pace: typeof ask.rate === 'number' ? { type: 'open', perMinute: ask.rate } : { type: 'closed' },
      seconds,
      clients: ask.clients ?? CLIENTS,
    })
  ask.say('warming up')
  await load(WARMUP_SECONDS)
  await stepMonitor(pid)
  ask.say('watching the collector')
  const before = readProcess(pid)
  const watched = await load(ask.seconds ?? SECONDS)
  const mainMicros = readProcess(pid).mainCpuMicros - before.mainCpuMicros
  await stepMonitor(pid)
  ask.say('sampling what is allocated')
  const sampled = await load(ask.seconds ?? SECONDS)
  await stepMonitor(pid)
  const { gcMs, gcCount, bytes, sites } = await readAllocations(ask.folder, pid)
  const per = (total: number): number => Math.round(total / Math.max(1, sampled.acknowledged))
  return {
    allocatedBytesPerExecution: per(bytes),
    gcShareOfMainThread: roundTo((gcMs * 1000) / mainMicros, 3),
    gcMeanMs: roundTo(gcMs / Math.max(1, gcCount), 2),
    mainThreadMicrosPerExecution: roundTo(mainMicros / Math.max(1, watched.acknowledged), 1),
    executions: sampled.acknowledged,
    sites: sites.slice(0, SITES_MAX).map(site => figuresOf(site, per)),
  }
}

function figuresOf({ site, bytes, callers }: AllocationSite, per: (total: number) => number): Figures {
  const from = Object.entries(callers)
    .sort((a, b) => b[1] - a[1])
    .slice(0, CALLERS_MAX)
    .map(([caller, part]) => `${caller} ${per(part)}`)
  return { site, bytes: per(bytes), from: from.join(', ') }
}
