// Hours at a constant rate: what grows that should not. Every ten seconds memory, log of the database and its tables are read; the figures are their
// slopes after the first quarter, when caches are warm.
import { statSync } from 'node:fs'
import { setTimeout as sleep } from 'node:timers/promises'
import { databaseFile } from '../harness/database-figures.ts'
import { readFlow, startBenchServer } from '../harness/bench-server.ts'
import { roundTo, type Figures } from '../harness/figures.ts'
import { Generator } from '../harness/generator.ts'
import { readMemory, readProcess } from '../harness/process-figures.ts'
import type { Question } from '../harness/question.ts'
import { megabytes, sendLoad } from '../harness/webhook-load.ts'
import { join } from 'node:path'

const MINUTES = 2
const PER_MINUTE = 12_000
const MIX: readonly (readonly [flowId: string, share: number])[] = [
  ['b01', 0.7],
  ['b02', 0.2],
  ['s01', 0.1],
]
const CLIENTS = 64
const LOOK_EVERY_MS = 10_000
const HOUR_MS = 3_600_000
const SLOPE_MAX_MB = 20

export const soak: Question = {
  id: 'soak',
  asks: 'At a constant mixed rate for so many minutes: do the memory of the server, the log of its database or its latency grow?',
  run: async ask => {
    const minutes = ask.minutes ?? MINUTES
    const flows = Object.fromEntries(MIX.map(([flowId]) => [flowId, readFlow(flowId)]))
    const target = await startBenchServer(ask, flows)
    const generators = MIX.map(() => new Generator())
    try {
      const seconds = minutes * 60
      const loads = MIX.map(([flowId, share], index) => {
        const pace = { type: 'open', perMinute: PER_MINUTE * share } as const
        const generator = generators[index]
        if (!generator) throw new Error('there is no generator')
        return sendLoad(target, generator, { flowId, pace, seconds, clients: CLIENTS })
      })
      const samples: Sample[] = []
      const startMs = performance.now()
      let isRunning = true
      const ended = Promise.all(loads).finally(() => (isRunning = false))
      while (isRunning) {
        await Promise.race([ended, sleep(LOOK_EVERY_MS)])
        samples.push(sampleOf(performance.now() - startMs, { pid: target.server.pid, folder: ask.folder }))
      }
      const results = await ended
      const { usedBytes, rowsInAll } = await target.database.read()
      const acknowledged = results.reduce((sum, result) => sum + result.acknowledged, 0)
      const rssSlope = slopeOf(samples, sample => sample.rssMB)
      return {
        minutes,
        perMinute: PER_MINUTE,
        acknowledged,
        failed: results.reduce((sum, result) => sum + result.failed, 0),
        p99: Math.max(...results.map(({ latencyMs }) => latencyMs.p99)),
        rssMBPerHour: rssSlope,
        logMBPerHour: slopeOf(samples, sample => sample.logMB),
        cpuMicrosEach: roundTo(readProcess(target.server.pid).cpuMicros / acknowledged, 1),
        bytesEach: Math.round(usedBytes / acknowledged),
        rowsEach: roundTo(rowsInAll / acknowledged, 2),
        first: figuresOf(samples[0]),
        last: figuresOf(samples.at(-1)),
        goals: { [`memory grows less than ${SLOPE_MAX_MB} MB per hour`]: rssSlope < SLOPE_MAX_MB },
      }
    } finally {
      for (const generator of generators) generator.stop()
      await target.stop()
    }
  },
}

interface Sample {
  readonly atMs: number
  readonly rssMB: number
  readonly logMB: number
}

function sampleOf(atMs: number, { pid, folder }: { readonly pid: number; readonly folder: string }): Sample {
  const log = statSync(`${databaseFile(join(folder, 'data'))}-wal`, { throwIfNoEntry: false })
  return { atMs, rssMB: megabytes(readMemory(pid).rssBytes), logMB: megabytes(log?.size ?? 0) }
}

function figuresOf(sample: Sample | undefined): Figures {
  return sample ? { ...sample, atMs: Math.round(sample.atMs) } : {}
}

/** By least squares over what came after the first quarter. */
function slopeOf(samples: readonly Sample[], value: (sample: Sample) => number): number {
  const kept = samples.slice(Math.floor(samples.length / 4))
  const meanX = kept.reduce((sum, { atMs }) => sum + atMs, 0) / kept.length
  const meanY = kept.reduce((sum, sample) => sum + value(sample), 0) / kept.length
  const covariance = kept.reduce((sum, sample) => sum + (sample.atMs - meanX) * (value(sample) - meanY), 0)
  const variance = kept.reduce((sum, { atMs }) => sum + (atMs - meanX) ** 2, 0)
  return variance === 0 ? 0 : roundTo((covariance / variance) * HOUR_MS, 1)
}
