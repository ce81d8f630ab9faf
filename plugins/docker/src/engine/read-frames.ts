// The output of a container without a terminal: both streams in one, in frames of eight bytes of header (stream, three zeros, length) and
// their bytes. Lines may be cut anywhere between frames, and so are characters.
import { PassThrough } from 'node:stream'
import { readLines } from '@batuta/plugin-sdk'
import type { Command } from '@batuta/plugin-sdk'

const HEADER_BYTES = 8
const LENGTH_AT = 4
const STDERR = 2

export interface Frame {
  readonly isError: boolean
  readonly bytes: Buffer
}

/** Ends when the frames do. While `onLine` waits, nothing is read. */
export async function readFrames(frames: AsyncIterable<Frame>, onLine: Command['onLine']): Promise<void> {
  const out = new PassThrough()
  const err = new PassThrough()
  const reading = Promise.all([
    readLines(out, text => onLine({ stream: 'stdout', text })),
    readLines(err, text => onLine({ stream: 'stderr', text })),
  ])
  const fail = (): void => void (out.destroy(), err.destroy())
  reading.catch(fail)
  try {
    for await (const { isError, bytes } of frames) {
      if (out.destroyed) break
      await write(isError ? err : out, bytes)
    }
  } finally {
    out.end()
    err.end()
  }
  await reading
}

/** A reader that has failed never drains. */
async function write(stream: PassThrough, bytes: Buffer): Promise<void> {
  if (stream.write(bytes)) return
  await new Promise<void>(resolve => {
    const done = (): void => {
      stream.off('drain', done).off('close', done)
      resolve()
    }
    stream.on('drain', done).on('close', done)
  })
}

export async function* framesOf(source: AsyncIterable<Uint8Array>): AsyncGenerator<Frame> {
  const cutter = new FrameCutter()
  for await (const piece of source) yield* cutter.cut(Buffer.from(piece.buffer, piece.byteOffset, piece.byteLength))
}

class FrameCutter {
  #held: Buffer = Buffer.alloc(0)
  /** Bytes that are still to come of the frame at hand. */
  #rest = 0
  #isError = false

  /** False when it is not whole yet. */
  #takeHeader(): boolean {
    if (this.#held.length < HEADER_BYTES) return false
    this.#isError = this.#held[0] === STDERR
    this.#rest = this.#held.readUInt32BE(LENGTH_AT)
    this.#held = this.#held.subarray(HEADER_BYTES)
    return true
  }

  *cut(bytes: Buffer): Generator<Frame> {
    this.#held = this.#held.length === 0 ? bytes : Buffer.concat([this.#held, bytes])
    while (this.#rest > 0 ? this.#held.length > 0 : this.#takeHeader()) {
      const part = this.#held.subarray(0, this.#rest)
      this.#rest -= part.length
      this.#held = this.#held.subarray(part.length)
      if (part.length > 0) yield { isError: this.#isError, bytes: part }
    }
  }
}
