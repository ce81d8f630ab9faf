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
}

export async function* followLogs(executionId: string, following: LogFollowing): AsyncGenerator<string> {
  const { dependencies, signal } = following
  const { changes, platform } = dependencies
  const bell = newBell(signal)
  const stopWatching = changes.watch(executionId, bell.ring)
  try {
    let offset = 0
    while (!signal.aborted) {
      bell.mute()
      // Asked before the lines are read: what was written until the end is then among them.
      const isEnded = await hasEnded(executionId, dependencies)
      offset = yield* newLines(executionId, offset, following)
      if (isEnded) return yield eventText('end', '{}')
      await bellOrTime(bell, platform, signal)
    }
  } finally {
    stopWatching()
    bell.close()
  }
}

/** From a chunk on; returns the number of the next one. */
async function* newLines(
  executionId: string,
  from: number,
  { filter, dependencies }: LogFollowing,
): AsyncGenerator<string, number> {
  for (let offset = from; ;) {
    const rows = await dependencies.store.read.logsOf({ executionId, limit: CHUNKS_MAX, offset })
    const entries = rows.flatMap(row => entriesOf(row, filter))
    yield* entries.map(entry => eventText('progress', JSON.stringify(entry)))
    offset += rows.length
    if (rows.length < CHUNKS_MAX) return offset
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
