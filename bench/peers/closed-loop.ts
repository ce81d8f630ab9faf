// The same closed loop for all: so many clients that each begin anew as soon as they were answered. Plain requests are sent by the
// generator's own process; calls of several requests run here.
import { setTimeout as sleep } from 'node:timers/promises'
import { Generator } from '../harness/generator.ts'
import { Latencies } from '../load/latencies.ts'
import type { Work } from './peer.ts'

/** How long answers are waited for after the last call was made. */
const DRAIN_MS = 30_000
const MESSAGE_CHARS_MAX = 300

export interface LoopResult {
  readonly done: number
  readonly failed: number
  readonly elapsedMs: number
  readonly p50: number
  readonly p95: number
  /** Of the first failure. */
  readonly cause?: string
}

export interface Loop {
  readonly clients: number
  readonly seconds: number
}

export async function runLoop(work: Work, loop: Loop): Promise<LoopResult> {
  return work.type === 'http' ? await sendRequests(work, loop) : await makeCalls(work, loop)
}

async function sendRequests(work: Work & { readonly type: 'http' }, { clients, seconds }: Loop): Promise<LoopResult> {
  const generator = new Generator()
  try {
    const { acknowledged, failed, elapsedMs, latencyMs, failures } = await generator.run({
      host: '127.0.0.1',
      port: work.port,
      requests: [work.request],
      connectionsMax: clients,
      pace: { type: 'closed' },
      sendMs: seconds * 1000,
      samplesMax: 0,
    })
    const { p50, p95 } = latencyMs
    const cause = failed > 0 ? { cause: JSON.stringify(failures) } : {}
    return { done: acknowledged, failed, elapsedMs, p50, p95, ...cause }
  } finally {
    generator.stop()
  }
}

async function makeCalls(work: Work & { readonly type: 'call' }, { clients, seconds }: Loop): Promise<LoopResult> {
  const latencies = new Latencies()
  const causes: string[] = []
  const startMs = performance.now()
  let lastMs = startMs
  let isOver = false
  const client = async (): Promise<void> => {
    while (!isOver && performance.now() - startMs < seconds * 1000) {
      const sinceMs = performance.now()
      try {
        await work.call()
        lastMs = performance.now()
        if (!isOver) latencies.add(lastMs - sinceMs)
      } catch (error) {
        causes.push(String(error).slice(0, MESSAGE_CHARS_MAX))
      }
    }
  }
  const all = Promise.all(Array.from({ length: clients }, client))
  await Promise.race([all, sleep(seconds * 1000 + DRAIN_MS, undefined, { ref: false })])
  isOver = true
  const { p50, p95 } = latencies.summarize()
  const cause = causes[0] === undefined ? {} : { cause: causes[0] }
  return { done: latencies.count, failed: causes.length, elapsedMs: lastMs - startMs, p50, p95, ...cause }
}
