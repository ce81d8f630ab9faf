// One peer, one row: from nothing to its first result, at rest, one client, 32 clients, and as many starts as it takes.
import { mkdtempSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { roundTo } from '../harness/figures.ts'
import { runLoop, type Loop, type LoopResult } from './closed-loop.ts'
import { WORK } from './install.ts'
import { RESULT, type Peer, type RunningPeer, type Work } from './peer.ts'
import { Stage } from './stage.ts'

const REST_MS = 3_000
const WARMUP: Loop = { clients: 32, seconds: 4 }
const SLOW_WARMUP: Loop = { clients: 1, seconds: 1 }
const ALONE: Loop = { clients: 1, seconds: 8 }
const TOGETHER: Loop = { clients: 32, seconds: 15 }
const STARTS: Loop = { clients: 64, seconds: 15 }
const SLOW_STARTS: Loop = { clients: 8, seconds: 15 }
/** How long it is waited after the last start for all of them to end. */
const ENDED_WAIT_MS = 15_000
const ENDED_POLL_MS = 250
const SAMPLE_MS = 1_000
/** Processes of a peer are in groups of their own: they would outlive us. */
const END_SIGNALS: readonly NodeJS.Signals[] = ['SIGTERM', 'SIGINT', 'SIGHUP']
const MEGABYTE = 2 ** 20

export interface Row {
  readonly peer: string
  readonly title: string
  readonly version: string
  readonly store: string
  readonly durable: string
  readonly stored: string
  readonly how: string
  readonly at: string
  readonly loadAverage: readonly number[]
  /** Why there are no figures. */
  readonly reason?: string
  readonly figures?: RowFigures
}

export interface RowFigures {
  readonly firstResultMs: number
  readonly restMB: number
  readonly loadMB: number
  readonly alone: LoopResult
  readonly together: LoopResult
  readonly togetherPerSecond: number
  readonly starts: LoopResult
  readonly acknowledgedPerSecond: number
  readonly ended: number
  readonly endedPerSecond: number
}

export interface Ask {
  /** Of the installation. */
  readonly folder: string
  /** For a try: no phase lasts longer. */
  readonly secondsMax: number
  say(line: string): void
}

export async function measure(peer: Peer, ask: Ask): Promise<RowFigures> {
  const stage = new Stage(ask.folder, mkdtempSync(join(WORK, `${peer.name}-run-`)))
  const onSignal = (): void => void stage.close().then(() => process.exit(1))
  for (const signal of END_SIGNALS) process.once(signal, onSignal)
  try {
    ask.say('starting')
    const running = await peer.start(stage)
    const result = await running.prove()
    const firstResultMs = Math.round(performance.now() - stage.startedMs)
    if (!result.includes(RESULT)) throw new Error(`the three steps gave "${result}" and not "${RESULT}"`)
    return { firstResultMs, ...(await measureRunning(peer, running, { stage, ask })) }
  } catch (error) {
    throw new Error(`${error instanceof Error ? error.message : String(error)}\n${stage.tails()}`, { cause: error })
  } finally {
    for (const signal of END_SIGNALS) process.off(signal, onSignal)
    await stage.close()
  }
}

async function measureRunning(
  { isSlow = false }: Peer,
  running: RunningPeer,
  { stage, ask }: { readonly stage: Stage; readonly ask: Ask },
): Promise<Omit<RowFigures, 'firstResultMs'>> {
  const { say } = ask
  const atMost = ({ clients, seconds }: Loop): Loop => ({ clients, seconds: Math.min(seconds, ask.secondsMax) })
  await sleep(REST_MS)
  const restBytes = stage.residentBytes()
  await runLoop(running.threeSteps, atMost(isSlow ? SLOW_WARMUP : WARMUP))
  say('three steps, 1 client')
  const alone = await runLoop(running.threeSteps, atMost(ALONE))
  say('three steps, 32 clients')
  const together = await sampled(stage, running.threeSteps, atMost(TOGETHER))
  say('starts')
  const before = await running.countEnded()
  const startedMs = performance.now()
  const starts = await sampled(stage, running.starts, atMost(isSlow ? SLOW_STARTS : STARTS))
  const ended = (await waitForEnd(running, before + starts.result.done)) - before
  const endedSeconds = (performance.now() - startedMs) / 1000
  return {
    restMB: Math.round(restBytes / MEGABYTE),
    loadMB: Math.round(Math.max(together.bytes, starts.bytes) / MEGABYTE),
    alone,
    together: together.result,
    togetherPerSecond: perSecond(together.result),
    starts: starts.result,
    acknowledgedPerSecond: perSecond(starts.result),
    ended,
    endedPerSecond: roundTo(ended / endedSeconds, 1),
  }
}

/** The largest of the samples that were taken while it ran. */
async function sampled(stage: Stage, work: Work, loop: Loop): Promise<{ result: LoopResult; bytes: number }> {
  let isOver = false
  let bytes = 0
  const watch = async (): Promise<void> => {
    while (!isOver) {
      bytes = Math.max(bytes, stage.residentBytes())
      await sleep(SAMPLE_MS)
    }
  }
  const watching = watch()
  const result = await runLoop(work, loop)
  isOver = true
  await watching
  return { result, bytes }
}

async function waitForEnd(running: RunningPeer, wanted: number): Promise<number> {
  const endMs = performance.now() + ENDED_WAIT_MS
  for (;;) {
    const ended = await running.countEnded()
    if (ended >= wanted || performance.now() > endMs) return ended
    await sleep(ENDED_POLL_MS)
  }
}

function perSecond({ done, elapsedMs }: LoopResult): number {
  return roundTo(done / (Math.max(1, elapsedMs) / 1000), 1)
}

export function loadAverage(): readonly number[] {
  return readFileSync('/proc/loadavg', 'utf8').split(' ').slice(0, 2).map(Number)
}
