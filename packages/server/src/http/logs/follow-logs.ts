// The log of an execution as it grows. Turns announce themselves; the lines of running scripts are written beside the turns, so the log is also
// looked at every half second while the execution lives.
import type { HttpDependencies } from '../dependencies.ts'
import { eventText } from '../event-stream.ts'
import { newBell, pauseUntil, type Bell } from '../executions/watch-execution.ts'
import { entriesOf, type LogFilter } from './read-logs.ts'

const LOOK_MS = 500
const CHUNKS_MAX = 500

export async function* followLogs(
  executionId: string,
  {
    filter,
    dependencies,
    signal,
  }: { readonly filter: LogFilter; readonly dependencies: HttpDependencies; readonly signal: AbortSignal },
): AsyncGenerator<string> {
  const { changes, platform, store } = dependencies
  const bell = newBell(signal)
  const stopWatching = changes.watch(executionId, bell.ring)
  let offset = 0
  try {
    while (!signal.aborted) {
      bell.mute()
      const isEnded = await hasEnded(executionId, dependencies)
      for (;;) {
        const rows = await store.read.logsOf({ executionId, limit: CHUNKS_MAX, offset })
        offset += rows.length
        for (const row of rows)
          for (const entry of entriesOf(row, filter)) yield eventText('progress', JSON.stringify(entry))
        if (rows.length < CHUNKS_MAX) break
      }
      if (isEnded) {
        yield eventText('end', '{}')
        return
      }
      await bellOrTime(bell, platform, signal)
    }
  } finally {
    stopWatching()
    bell.close()
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
