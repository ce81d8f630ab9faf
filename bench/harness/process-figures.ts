// What the kernel knows of a process: its time on the CPU, thread by thread, its memory, and what it sent to the disk.
import { readFileSync, readdirSync } from 'node:fs'

export interface ProcessFigures {
  readonly cpuMicros: number
  /** Of the main thread, where JavaScript runs; the rest is the database thread, the collector and the compiler. */
  readonly mainCpuMicros: number
  /** Bytes that were caused to be sent to the disk. */
  readonly writtenBytes: number
}

const TICK_MICROS = 10_000
const NANOS_PER_MICRO = 1000
const UTIME_FIELD = 11
const STIME_FIELD = 12

export function readProcess(pid: number): ProcessFigures {
  let cpuMicros = 0
  let mainCpuMicros = 0
  for (const thread of readdirSync(`/proc/${pid}/task`)) {
    const micros = threadMicros(pid, thread)
    cpuMicros += micros
    if (Number(thread) === pid) mainCpuMicros = micros
  }
  return { cpuMicros, mainCpuMicros, writtenBytes: numberIn(`/proc/${pid}/io`, /write_bytes: (\d+)/) }
}

/** To the nanosecond where the kernel keeps schedule statistics, else in ticks. */
function threadMicros(pid: number, thread: string): number {
  const precise = readIfThere(`/proc/${pid}/task/${thread}/schedstat`)?.split(' ')[0]
  if (precise !== undefined) return Number(precise) / NANOS_PER_MICRO
  const stat = readIfThere(`/proc/${pid}/task/${thread}/stat`)
  const fields = stat?.slice(stat.lastIndexOf(')') + 2).split(' ') ?? []
  return (Number(fields[UTIME_FIELD] ?? 0) + Number(fields[STIME_FIELD] ?? 0)) * TICK_MICROS
}

/** Resident memory now and at its highest, in bytes. */
export function readMemory(pid: number): { readonly rssBytes: number; readonly peakBytes: number } {
  const status = `/proc/${pid}/status`
  return {
    rssBytes: numberIn(status, /VmRSS:\s+(\d+)/) * 1024,
    peakBytes: numberIn(status, /VmHWM:\s+(\d+)/) * 1024,
  }
}

function numberIn(file: string, pattern: RegExp): number {
  return Number(pattern.exec(readIfThere(file) ?? '')?.[1] ?? 0)
}

/** A thread may end between the listing and the reading. */
function readIfThere(file: string): string | undefined {
  try {
    return readFileSync(file, 'utf8')
  } catch (error) {
    if (error instanceof Error && 'code' in error && (error.code === 'ENOENT' || error.code === 'ESRCH'))
      return undefined
    throw error
  }
}
