// The small texts that execution documents are made of.
import { formatDuration } from '../std/duration.ts'
import { isFinal, type Moment, type StateName } from './state.ts'

/** The three shapes of Kestra's API: 0.20 to 0.22, 0.23 to 1.3, and 2.0. */
export type ApiDialect = 'a' | 'b' | 'c'

export interface PresentOptions {
  readonly dialect: ApiDialect
  readonly nowMs: number
  /** By ordinal of the run: when a worker took its job. */
  readonly claims?: ReadonlyMap<number, number>
  /** Only in the answer to a creation. */
  readonly url?: string
}

let lastMs = Number.NaN
let lastText = ''

/** Most moments of a document are the same millisecond. */
export function instantText(atMs: number): string {
  if (atMs !== lastMs) {
    lastText = new Date(atMs).toISOString()
    lastMs = atMs
  }
  return lastText
}

export function historyText(current: StateName, history: readonly Moment[], nowMs: number): string {
  const startMs = history[0]?.atMs ?? nowMs
  const endMs = history.at(-1)?.atMs ?? startMs
  const moments: string[] = []
  for (const { state, atMs } of history) moments.push(`{"state":"${state}","date":"${instantText(atMs)}"}`)
  const isAtRest = isFinal(current) || current === 'PAUSED'
  const durationMs = (history.length > 1 ? endMs : nowMs) - startMs
  const end = isAtRest ? `,"endDate":"${instantText(endMs)}"` : ''
  return `{"current":"${current}","histories":[${moments.join(',')}],"duration":"${formatDuration(Math.max(0, durationMs))}","startDate":"${instantText(startMs)}"${end}}`
}
