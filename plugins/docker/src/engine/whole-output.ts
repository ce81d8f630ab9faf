// The output of a container, whole. An engine that follows a log may end when the container does, though it has not told all of it (seen with 30,000
// of 50,000 lines on a machine under load): so the log is read once more then, and what was not told yet is told.
import { createHash } from 'node:crypto'
import { framesOf, type Frame } from './read-frames.ts'

export interface OutputSource {
  /** The log up to the end of the container, as it comes. */
  follow(): Promise<AsyncIterable<Uint8Array>>
  /** Settles when the container has ended. */
  readonly ended: Promise<unknown>
  /** The log as it is kept. */
  read(): Promise<AsyncIterable<Uint8Array>>
}

export async function* wholeOutput({ follow, ended, read }: OutputSource): AsyncGenerator<Frame> {
  const told = { out: new Told(), error: new Told() }
  for await (const frame of framesOf(await follow())) {
    const stream = frame.isError ? told.error : told.out
    stream.add(frame.bytes)
    yield frame
  }
  await ended
  const rests = { out: told.out.rest(), error: told.error.rest() }
  for await (const { isError, bytes } of framesOf(await read())) {
    const untold = (isError ? rests.error : rests.out).take(bytes)
    if (untold.length > 0) yield { isError, bytes: untold }
  }
}

const NOTHING: Buffer = Buffer.alloc(0)

/** What was told of a stream: how much, and a hash of it. */
class Told {
  #bytes = 0
  readonly #hash = createHash('sha256')

  add(bytes: Buffer): void {
    this.#bytes += bytes.length
    this.#hash.update(bytes)
  }

  rest(): Rest {
    return new Rest(this.#bytes, this.#hash.digest('hex'))
  }
}

/** What comes after that. Nothing where the log does not begin with what was told: the engine keeps only the end of it. */
class Rest {
  #skipped: number
  readonly #digest: string
  readonly #hash = createHash('sha256')
  #isSame: boolean | undefined

  constructor(bytes: number, digest: string) {
    this.#skipped = bytes
    this.#digest = digest
  }

  take(bytes: Buffer): Buffer {
    const before = bytes.subarray(0, this.#skipped)
    this.#skipped -= before.length
    if (before.length > 0) this.#hash.update(before)
    if (before.length === bytes.length) return NOTHING
    this.#isSame ??= this.#hash.digest('hex') === this.#digest
    return this.#isSame ? bytes.subarray(before.length) : NOTHING
  }
}
