// Server-sent events: frames from a generator, a heartbeat while nothing happens, and an end to it all when the client is gone.
import type { Platform } from '../platform/platform.ts'
import type { Reply } from './reply.ts'
import { RequestError } from './request-error.ts'

const HEARTBEAT_MS = 15_000
const HEARTBEAT = ': still here\n\n'
const STREAMS_MAX = 2_000

let openStreams = 0

/** How many are open now. */
export function countStreams(): number {
  return openStreams
}

/** `data` is one line: JSON text. */
export function eventText(id: string, data: string): string {
  return `data: ${data}\nid: ${id}\n\n`
}

/** The frames must end when the signal is aborted. */
export function events(frames: AsyncGenerator<string>, platform: Platform): Reply {
  if (openStreams >= STREAMS_MAX) {
    const message = `There are ${STREAMS_MAX} streams open already: close some, or ask again in a moment.`
    throw new RequestError(429, 'too-many-streams', message, { headers: { 'retry-after': '5' } })
  }
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
  openStreams += 1
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
    openStreams -= 1
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
