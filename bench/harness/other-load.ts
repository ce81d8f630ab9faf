// What else runs on the machine: figures taken beside other work say so.
import { readFileSync } from 'node:fs'
import { availableParallelism } from 'node:os'
import { setTimeout as sleep } from 'node:timers/promises'

const TICK_MICROS = 10_000
const QUIET_SHARE = 0.08
const QUIET_MS = 2_000

/** Time that all processors together were busy since the machine started. */
export function readBusyMicros(): number {
  const [, user, nice, system, , , irq, softirq] = readFileSync('/proc/stat', 'utf8').split(/\s+/, 9).map(Number)
  return ((user ?? 0) + (nice ?? 0) + (system ?? 0) + (irq ?? 0) + (softirq ?? 0)) * TICK_MICROS
}

/** Waits until the machine was less than 8 % busy for two seconds, at most so long; false when it never was. */
export async function waitForQuiet(waitMs: number): Promise<boolean> {
  const endMs = performance.now() + waitMs
  while (performance.now() < endMs) {
    const before = readBusyMicros()
    await sleep(QUIET_MS)
    if ((readBusyMicros() - before) / 1000 < QUIET_MS * availableParallelism() * QUIET_SHARE) return true
  }
  return false
}
