// The log of an execution as it grows. Turns announce themselves; the lines of running scripts are written beside the turns, so the log is also
// looked at every half second while the execution lives.
import type { HttpDependencies } from '../dependencies.ts'
import { eventText } from '../event-stream.ts'
import { newBell, pauseUntil, type Bell } from '../executions/watch-execution.ts'
import { entriesOf, type LogFilter } from './read-logs.ts'

const LOOK_MS = 500
const CHUNKS_MAX = 500

export interface LogFollowing {
  readonly filter: LogFilter
  readonly dependencies: HttpDependencies
  readonly signal: AbortSignal
  /** Events are to have ids to go on from; else they have those of Kestra. */
  readonly resume?: { readonly after: string | undefined }
}

/** Behind an entry of a chunk. */
interface Place {
  readonly chunk: number
  readonly entry: number
}

const FIRST: Place = { chunk: 0, entry: 0 }
const PLACE = /^progress:(\d{1,9}):(\d{1,9})$/

function placeAfter(id: string | undefined): Place {
  const [, chunk, entry] = PLACE.exec(id ?? '') ?? []
  return chunk === undefined || entry === undefined ? FIRST : { chunk: Number(chunk), entry: Number(entry) }
}

export async function* followLogs(executionId: string, following: LogFollowing): AsyncGenerator<string> {
  const { dependencies, signal } = following
  const { changes, platform } = dependencies
  const bell = newBell(signal)
  const stopWatching = changes.watch(executionId, bell.ring)
  try {
    let place = placeAfter(following.resume?.after)
    while (!signal.aborted) {
      bell.mute()
      // Asked before the lines are read: what was written until the end is then among them.
      const isEnded = await hasEnded(executionId, dependencies)
      place = yield* newLines(executionId, place, following)
      if (isEnded) return yield eventText('end', '{}')
      await bellOrTime(bell, platform, signal)
    }
  } finally {
    stopWatching()
    bell.close()
  }
}

/** From a place on; returns the next one. */
async function* newLines(
  executionId: string,
  from: Place,
  { filter, dependencies, resume }: LogFollowing,
): AsyncGenerator<string, Place> {
  let { chunk, entry: seen } = from
  for (;;) {
    const rows = await dependencies.store.read.logsOf({ executionId, limit: CHUNKS_MAX, offset: chunk })
    for (const row of rows) {
      const at = { chunk, seen }
      const idOf = (index: number): string => (resume ? `progress:${at.chunk}:${at.seen + index + 1}` : 'progress')
      const fresh = entriesOf(row, filter).slice(seen)
      yield* fresh.map((entry, index) => eventText(idOf(index), JSON.stringify(entry)))
      seen = 0
      chunk += 1
    }
    if (rows.length < CHUNKS_MAX) return { chunk, entry: seen }
  }
}

async function bellOrTime(bell: Bell, platform: HttpDependencies['platform'], signal: AbortSignal): Promise<void> {
  const heard = new AbortController()
  const either = AbortSignal.any([signal, heard.signal])
  await Promise.race([bell.heard(), pauseUntil(platform.nowMs() + LOOK_MS, platform, either)])
  heard.abort()
}

async function hasEnded(executionId: string, { store }: HttpDependencies): Promise<boolean> {
  const row = await store.read.findExecution(executionId)
  return !row || row.waitsFor === null
}
