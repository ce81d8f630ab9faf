// Overload: three times what the server can do, for a minute. It must refuse what it cannot take in time, answer in time what it takes, keep its
// memory, and be well again as soon as it is over. Clients behave as a proxy with a bounded number of connections does: a request that finds
// all of them busy goes away.
import { setTimeout as sleep } from 'node:timers/promises'
import { webhookPath } from '../harness/api.ts'
import { readFlow, startBenchServer, type BenchServer } from '../harness/bench-server.ts'
import { roundTo, type Figures } from '../harness/figures.ts'
import { Generator } from '../harness/generator.ts'
import { readMemory } from '../harness/process-figures.ts'
import type { Ask, Question } from '../harness/question.ts'
import { measureWebhook, megabytes, sendLoad } from '../harness/webhook-load.ts'
import type { LoadResult } from '../load/plan.ts'

const FLOW = 'b01'
/** The same flow by another name, so that probes are not counted among what was loaded. */
const PROBE = 'probe'
const FACTOR = 3
const WARMUP_SECONDS = 6
const CAPACITY_SECONDS = 10
const SECONDS = 60
const CLIENTS_CAPACITY = 128
const CLIENTS_OVERLOAD = 4_000
const PROBE_EVERY_MS = 10
const PROBE_FAST_MS = 100
/** So many fast answers in a row are well again. */
const PROBES_WELL = 20
const PROBE_MAX_MS = 30_000
const MINUTE_MS = 60_000

export const p01: Question = {
  id: 'P01',
  asks: 'What happens to a server that is asked for three times what it can do?',
  run: async ask => {
    const target = await startBenchServer(ask, {
      [FLOW]: readFlow(FLOW),
      [PROBE]: readFlow(FLOW).replace(/^id: b01$/m, `id: ${PROBE}`),
    })
    const generator = new Generator()
    try {
      return { ...(await overload(ask, target, generator)), ...target.database.about }
    } finally {
      generator.stop()
      await target.stop()
    }
  },
}

async function overload(ask: Ask, target: BenchServer, generator: Generator): Promise<Figures> {
  const closed = { flowId: FLOW, pace: { type: 'closed' }, clients: CLIENTS_CAPACITY } as const
  ask.say('warming up')
  await sendLoad(target, generator, { ...closed, seconds: WARMUP_SECONDS })
  ask.say('what it can do')
  const capacity = perMinuteOf(await sendLoad(target, generator, { ...closed, seconds: CAPACITY_SECONDS }))
  const before = readMemory(target.server.pid)
  const perMinute = typeof ask.rate === 'number' ? ask.rate : FACTOR * capacity
  ask.say(`${perMinute} per minute, of which it can do ${capacity}`)
  const seconds = ask.seconds ?? SECONDS
  const pace = { type: 'open', perMinute, whenBusy: 'leave' } as const
  const clients = ask.clients ?? CLIENTS_OVERLOAD
  let wellAgainMs = Infinity
  const { load, figures, verified, isSound } = await measureWebhook(target, generator, {
    flowId: FLOW,
    pace,
    seconds,
    clients,
    afterLoad: async () => void (wellAgainMs = await probe(target)),
  })
  const recoveryMs = Math.max(0, load.elapsedMs - seconds * 1000) + wellAgainMs
  const { peakBytes } = readMemory(target.server.pid)
  const refused = load.failures['status-429'] ?? 0
  return {
    capacityPerMinute: capacity,
    offeredPerMinute: perMinute,
    ...figures,
    refusedShare: roundTo(refused / Math.max(1, load.sent), 4),
    otherFailures: load.failed - refused,
    left: load.left,
    acceptedOfCapacity: roundTo(perMinuteOf(load) / capacity, 3),
    recoveryMs: Math.round(recoveryMs),
    rssBeforeMB: megabytes(before.rssBytes),
    rssPeakMB: megabytes(peakBytes),
    verified,
    goals: {
      'p99 of the accepted below 1 s': load.latencyMs.p99 < 1000,
      'recovers within 5 s': recoveryMs < 5000,
      'nothing but 429 is refused with': load.failed === refused,
      'nothing acknowledged is lost': isSound,
    },
  }
}

/** How long it takes until the answers are fast again; infinite when they never are. */
async function probe({ server }: BenchServer): Promise<number> {
  const url = server.address + webhookPath(PROBE)
  const startMs = performance.now()
  let wellSinceMs = startMs
  for (let well = 0; well < PROBES_WELL;) {
    const sentMs = performance.now()
    if (sentMs - startMs > PROBE_MAX_MS) return Infinity
    const { ok } = await fetch(url).then(async response => ({ ok: response.ok, text: await response.text() }))
    const isWell = ok && performance.now() - sentMs < PROBE_FAST_MS
    well = isWell ? well + 1 : 0
    if (!isWell) wellSinceMs = performance.now()
    await sleep(PROBE_EVERY_MS)
  }
  return wellSinceMs - startMs
}

function perMinuteOf({ acknowledged, elapsedMs }: LoadResult): number {
  return Math.round((acknowledged / elapsedMs) * MINUTE_MS)
}
