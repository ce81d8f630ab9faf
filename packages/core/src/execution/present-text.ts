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
  /** So many task runs at most, those that are under way beside the first ones; the document then tells how many there are. */
  readonly runsMax?: number
  /** Only in the answer to a creation. */
  readonly url?: string
}

let lastMs = Number.NaN
let lastText = ''
/** Each second has its place here until another needs it: contexts tell by turns of the birth of an execution and of its newest run. */
const SECONDS = Array.from({ length: 64 }, () => ({ second: Number.NaN, text: '' }))
const MILLIS: readonly string[] = Array.from({ length: 1_000 }, (_, ms) => `${String(ms).padStart(3, '0')}Z`)

/** Most moments of a document are of the same millisecond, or of the same few seconds. */
export function instantText(atMs: number): string {
  if (atMs === lastMs) return lastText
  const second = Math.floor(atMs / 1_000)
  lastText = `${secondText(second)}${MILLIS[Math.floor(atMs - second * 1_000)] ?? ''}`
  lastMs = atMs
  return lastText
}

/** Up to the point. */
function secondText(second: number): string {
  const kept = SECONDS[second & (SECONDS.length - 1)]
  if (kept?.second === second) return kept.text
  const text = new Date(second * 1_000).toISOString().slice(0, -4)
  if (kept) Object.assign(kept, { second, text })
  return text
}

const SUDDEN_MAX = 64
const sudden = new Map<string, string>()
let suddenMs = Number.NaN

/** What ran within a turn has a history of one millisecond, and the runs and executions of a millisecond share a few of them. */
export function historyText(current: StateName, history: readonly Moment[], nowMs: number): string {
  const startMs = history[0]?.atMs ?? nowMs
  if (history.length < 2 || !isFinal(current)) return writeHistory(current, history, nowMs)
  let key: string = current
  for (const { state, atMs } of history) {
    if (atMs !== startMs) return writeHistory(current, history, nowMs)
    key += state
  }
  if (suddenMs !== startMs) sudden.clear()
  suddenMs = startMs
  const known = sudden.get(key)
  if (known !== undefined) return known
  const text = writeHistory(current, history, nowMs)
  if (sudden.size < SUDDEN_MAX) sudden.set(key, text)
  return text
}

function writeHistory(current: StateName, history: readonly Moment[], nowMs: number): string {
  const startMs = history[0]?.atMs ?? nowMs
  const endMs = history.at(-1)?.atMs ?? startMs
  let moments = ''
  for (const { state, atMs } of history) {
    moments += `${moments === '' ? '' : ','}{"state":"${state}","date":"${instantText(atMs)}"}`
  }
  const isAtRest = isFinal(current) || current === 'PAUSED'
  const durationMs = (history.length > 1 ? endMs : nowMs) - startMs
  const end = isAtRest ? `,"endDate":"${instantText(endMs)}"` : ''
  return `{"current":"${current}","histories":[${moments}],"duration":"${formatDuration(Math.max(0, durationMs))}","startDate":"${instantText(startMs)}"${end}}`
}
