// Who sends a body byte by byte holds a connection and a place for as long as we let it. Bodies that are under way are looked at now and then: one that came
// at less than a modem's pace is cut off. A body that comes at once costs an entry in a set, and no clock is asked for it.
import type { IncomingMessage } from 'node:http'
import type { Clock, Scheduler } from '../platform/platform.ts'

interface Pace {
  readonly fromMs: number
  readonly bytesBefore: number
}

export interface SlowBodyLimits {
  readonly lookEveryMs: number
  /** How long a body may take however slowly it comes. */
  readonly graceMs: number
  readonly bytesPerSecondMin: number
}

export const SLOW_BODIES: SlowBodyLimits = { lookEveryMs: 5_000, graceMs: 20_000, bytesPerSecondMin: 1_024 }

/** Undefined until it was looked at. */
const underWay = new Map<IncomingMessage, Pace | undefined>()

/** Whoever notes one must forget it. */
export function noteBody(incoming: IncomingMessage): void {
  underWay.set(incoming, undefined)
}

export function forgetBody(incoming: IncomingMessage): void {
  underWay.delete(incoming)
}

/** Until it has ended, or its connection. */
export function watchBody(incoming: IncomingMessage): void {
  noteBody(incoming)
  incoming.once('end', () => forgetBody(incoming))
  incoming.once('close', () => forgetBody(incoming))
}

/** The returned function ends the looks. */
export function cutSlowBodies(
  platform: Clock & Scheduler,
  { lookEveryMs, graceMs, bytesPerSecondMin }: SlowBodyLimits,
): () => void {
  const look = (): void => {
    const nowMs = platform.elapsedMs()
    for (const [incoming, pace] of underWay) {
      const bytes = incoming.socket.bytesRead
      if (!pace) {
        underWay.set(incoming, { fromMs: nowMs, bytesBefore: bytes })
        continue
      }
      const tookMs = nowMs - pace.fromMs
      if (tookMs < graceMs || ((bytes - pace.bytesBefore) * 1000) / tookMs >= bytesPerSecondMin) continue
      underWay.delete(incoming)
      incoming.socket.destroy()
    }
    callOff = platform.at(platform.nowMs() + lookEveryMs, look)
  }
  let callOff = platform.at(platform.nowMs() + lookEveryMs, look)
  return () => callOff()
}
