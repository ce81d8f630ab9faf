// Server-sent events: frames from a generator, a heartbeat while nothing happens, and an end to it all when the client is gone.
import type { Platform } from '../platform/platform.ts'
import type { Reply } from './reply.ts'

const HEARTBEAT_MS = 15_000
const HEARTBEAT = ': still here\n\n'

/** `data` is one line: JSON text. */
export function eventText(id: string, data: string): string {
  return `data: ${data}\nid: ${id}\n\n`
}

/** The frames must end when the signal is aborted. */
export function events(frames: AsyncGenerator<string>, platform: Platform): Reply {
  const headers = { 'x-accel-buffering': 'no' }
  return {
    type: 'stream',
    status: 200,
    contentType: 'text/event-stream',
    chunks: withHeartbeat(frames, platform),
    headers,
  }
}

async function* withHeartbeat(frames: AsyncGenerator<string>, platform: Platform): AsyncGenerator<string> {
  let pending = frames.next()
  try {
    for (;;) {
      const result = await firstOf(pending, platform)
      if (result === 'quiet') {
        yield HEARTBEAT
        continue
      }
      if (result.done) return
      yield result.value
      pending = frames.next()
    }
  } finally {
    await frames.return(undefined)
  }
}

async function firstOf(
  pending: Promise<IteratorResult<string>>,
  platform: Platform,
): Promise<IteratorResult<string> | 'quiet'> {
  let callOff = (): void => {}
  const quiet = new Promise<'quiet'>(resolve => {
    callOff = platform.at(platform.nowMs() + HEARTBEAT_MS, () => resolve('quiet'))
  })
  try {
    return await Promise.race([pending, quiet])
  } finally {
    callOff()
  }
}
