// What a server allocated, as the monitor inside it saw.
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'

export interface Allocations {
  readonly gcMs: number
  readonly gcCount: number
  readonly bytes: number
  /** Most first. */
  readonly sites: readonly AllocationSite[]
}

export interface AllocationSite {
  readonly site: string
  bytes: number
  /** Which function called it → bytes. */
  readonly callers: Record<string, number>
}

const MONITOR = join(import.meta.dirname, 'allocation-monitor.ts')
const LOOKS_MAX = 100
const LOOK_MS = 100

/** What the server must be told to be monitored. */
export function allocationEnv(folder: string): Readonly<Record<string, string>> {
  return {
    BENCH_ALLOCATIONS_FILE: join(folder, 'allocations.json'),
    NODE_OPTIONS: `${process.env['NODE_OPTIONS'] ?? ''} --disable-warning=ExperimentalWarning --import ${MONITOR}`,
  }
}

/** Goes on to the next step: the collector is watched, allocations are sampled, all is written. */
export async function stepMonitor(pid: number): Promise<void> {
  process.kill(pid, 'SIGUSR2')
  await sleep(LOOK_MS)
}

/** After the third step. */
export async function readAllocations(folder: string, pid: number): Promise<Allocations> {
  const file = join(folder, `allocations.json.${pid}`)
  for (let look = 0; look < LOOKS_MAX && !existsSync(file); look++) await sleep(LOOK_MS)
  await sleep(LOOK_MS)
  const allocations: Allocations = JSON.parse(readFileSync(file, 'utf8'))
  return allocations
}
