// What the kernel knows of a process: its time on the CPU, thread by thread, its memory, and what it sent to the disk.
import { existsSync, readFileSync, readdirSync } from 'node:fs'

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
const CUTIME_FIELD = 13
const CSTIME_FIELD = 14

export function readProcess(pid: number): ProcessFigures {
  let cpuMicros = 0
  let mainCpuMicros = 0
  for (const thread of threadsOf(pid)) {
    const micros = threadMicros(pid, thread)
    cpuMicros += micros
    if (Number(thread) === pid) mainCpuMicros = micros
  }
  return { cpuMicros, mainCpuMicros, writtenBytes: numberIn(`/proc/${pid}/io`, /write_bytes: (\d+)/) }
}

/** A child may end between the listing and the reading. */
function threadsOf(pid: number): readonly string[] {
  return existsSync(`/proc/${pid}/task`) ? readdirSync(`/proc/${pid}/task`) : []
}

export interface ProcessTree {
  /** Of all its processes since they began, those that have ended included. */
  readonly cpuMicros: number
  /** Of the living ones, by what they call themselves. */
  readonly byName: ReadonlyMap<string, number>
  /** Bytes that were written to files. */
  readonly writtenBytes: number
  readonly rssBytes: number
}

/** A process with its children: a PostgreSQL. Memory that they share is counted once. */
export function readProcessTree(pid: number): ProcessTree {
  const children = (readIfThere(`/proc/${pid}/task/${pid}/children`) ?? '').split(' ').filter(Boolean).map(Number)
  const byName = new Map<string, number>()
  let cpuMicros = reapedMicros(pid)
  let writtenBytes = 0
  let rssBytes = sharedBytes(pid)
  for (const member of [pid, ...children]) {
    const used = readProcess(member)
    cpuMicros += used.cpuMicros
    // Not what the kernel was caused to send: a file system with large pages counts all of a page for each line that is appended to it.
    writtenBytes += numberIn(`/proc/${member}/io`, /wchar: (\d+)/)
    rssBytes += numberIn(`/proc/${member}/status`, /RssAnon:\s+(\d+)/) * 1024
    const name = titleOf(member)
    byName.set(name, (byName.get(name) ?? 0) + used.cpuMicros)
  }
  return { cpuMicros, byName, writtenBytes, rssBytes }
}

/** "postgres: checkpointer" is a checkpointer, and every session is one of the sessions. */
function titleOf(pid: number): string {
  const title = readIfThere(`/proc/${pid}/cmdline`)?.replaceAll('\0', ' ').trim() ?? ''
  const own = /^postgres: ([a-z ]+?)(?: \d+)?(?: +)?$/.exec(title)?.[1]
  if (own !== undefined) return own.replace(/ worker.*/, ' worker')
  return title.startsWith('postgres: ') ? 'sessions' : 'postmaster'
}

/** Of children that have ended and were waited for. */
function reapedMicros(pid: number): number {
  const fields = statFields(pid, String(pid))
  return (Number(fields[CUTIME_FIELD] ?? 0) + Number(fields[CSTIME_FIELD] ?? 0)) * TICK_MICROS
}

function sharedBytes(pid: number): number {
  return numberIn(`/proc/${pid}/status`, /RssShmem:\s+(\d+)/) * 1024
}

/** To the nanosecond where the kernel keeps schedule statistics, else in ticks. */
function threadMicros(pid: number, thread: string): number {
  const precise = readIfThere(`/proc/${pid}/task/${thread}/schedstat`)?.split(' ')[0]
  if (precise !== undefined) return Number(precise) / NANOS_PER_MICRO
  const fields = statFields(pid, thread)
  return (Number(fields[UTIME_FIELD] ?? 0) + Number(fields[STIME_FIELD] ?? 0)) * TICK_MICROS
}

function statFields(pid: number, thread: string): readonly string[] {
  const stat = readIfThere(`/proc/${pid}/task/${thread}/stat`)
  return stat?.slice(stat.lastIndexOf(')') + 2).split(' ') ?? []
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
