// Server-sent events: frames from a generator, a heartbeat while nothing happens, and an end to it all when the client is gone.
import type { Platform } from '../platform/platform.ts'
import type { Reply } from './reply.ts'

const HEARTBEAT_MS = 15_000
const HEARTBEAT = ': still here\n\n'
const ENCODER = new TextEncoder()

/** `data` is one line: JSON text. */
export function eventText(id: string, data: string): string {
  return `data: ${data}\nid: ${id}\n\n`
}

export function events(platform: Platform, frames: (signal: AbortSignal) => AsyncGenerator<string>): Reply {
  const controller = new AbortController()
  const generator = frames(controller.signal)
  let pending: Promise<IteratorResult<string>> | undefined
  const stream = new ReadableStream<Uint8Array>({
    pull: async sink => {
      pending ??= generator.next()
      const result = await firstOf(pending, platform)
      if (result === 'quiet') return sink.enqueue(ENCODER.encode(HEARTBEAT))
      pending = undefined
      if (result.done) sink.close()
      else sink.enqueue(ENCODER.encode(result.value))
    },
    cancel: async () => {
      controller.abort()
      await generator.return(undefined)
    },
  })
  return {
    type: 'stream',
    status: 200,
    contentType: 'text/event-stream',
    stream,
    headers: { 'x-accel-buffering': 'no' },
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
