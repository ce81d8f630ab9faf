// What this machine gives at this moment: a fixed loop on the CPU and a fixed number of writes that must reach the disk. Every figure is
// reported relative to them, too, so that runs on other machines, or beside other load, can be compared.
import { closeSync, fdatasyncSync, mkdtempSync, openSync, rmSync, writeSync } from 'node:fs'
import { join } from 'node:path'

export interface Calibration {
  /** One round of the loop on the CPU: the median of several. */
  readonly cpuLoopMs: number
  /** One append of 4 KiB that reaches the disk: the median of many. */
  readonly fsyncMs: number
}

const ROUNDS = 7
const STEPS = 20_000_000
const SYNCS = 200
const PAGE_BYTES = 4096

export function calibrate(folder: string): Calibration {
  return { cpuLoopMs: round(median(Array.from({ length: ROUNDS }, timeCpuLoop))), fsyncMs: round(timeSyncs(folder)) }
}

function timeCpuLoop(): number {
  const startMs = performance.now()
  let value = 1
  for (let step = 0; step < STEPS; step++) value = (Math.imul(value, 1_664_525) + 1_013_904_223) >>> 0
  if (value === 0) throw new Error('the loop was left out')
  return performance.now() - startMs
}

function timeSyncs(folder: string): number {
  const own = mkdtempSync(join(folder, 'sync-'))
  const file = openSync(join(own, 'log'), 'w')
  try {
    const page = Buffer.alloc(PAGE_BYTES, 1)
    return median(
      Array.from({ length: SYNCS }, () => {
        const startMs = performance.now()
        writeSync(file, page)
        fdatasyncSync(file)
        return performance.now() - startMs
      }),
    )
  } finally {
    closeSync(file)
    rmSync(own, { recursive: true })
  }
}

export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b)
  return sorted[Math.floor(sorted.length / 2)] ?? 0
}

function round(ms: number): number {
  return Math.round(ms * 1000) / 1000
}
