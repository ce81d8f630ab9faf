// A service of somebody else, that triggers look at: a line of messages which grows with time. A watch reads on from its mark; a poll asks whether there is
// anything, and is told so every other time.
import type { HostJob } from '@batuta/plugin-sdk'
import { START_MS } from './ledger.ts'

export const POLL_TYPE = 'io.batuta.simulation.Poll'
export const WATCH_TYPE = 'io.batuta.simulation.Watch'

const MESSAGE_EVERY_MS = 1_700
/** No more come after these. */
export const MESSAGES_MAX = 12
const AT_ONCE_MAX = 3

/** The numbers of the messages after the mark that are there by now, some of them. */
export function messagesAfter(mark: number, nowMs: number): readonly number[] {
  const there = Math.min(MESSAGES_MAX, Math.floor((nowMs - START_MS) / MESSAGE_EVERY_MS))
  return Array.from({ length: Math.max(0, Math.min(AT_ONCE_MAX, there - mark)) }, (_, at) => mark + 1 + at)
}

/** How far the watch had read when it began. */
export function markOf({ source }: HostJob): number {
  return source?.mark === undefined ? 0 : Number(source.mark)
}

export function findsSomething({ key }: HostJob): boolean {
  return key.epoch % 2 === 1
}
