// Bytes that are small to send and grow when they are decompressed: what was made to fill a disk is stopped on its way there.
import { TaskError } from './task-error.ts'

const PLAIN_BYTES_MAX = 64 * 1024 ** 3
/** Zeros shrink to a thousandth with gzip; a file that is worth it does not shrink more. */
const RATIO_MAX = 2_000
const RATIO_FREE_BYTES = 256 * 1024 ** 2

/** Counts what a file grows to. */
export class BombGuard {
  #plain = 0
  readonly #packed: () => number

  /** @param packed how many bytes it has, or had until now */
  constructor(packed: number | (() => number)) {
    this.#packed = typeof packed === 'number' ? () => packed : packed
  }

  get plainBytes(): number {
    return this.#plain
  }

  /** @throws {TaskError} when it is too much */
  add(bytes: number): void {
    this.#plain += bytes
    if (this.#plain > PLAIN_BYTES_MAX)
      throw new TaskError(`the file grows to more than ${PLAIN_BYTES_MAX} bytes when it is decompressed`)
    if (this.#plain > RATIO_FREE_BYTES && this.#plain / Math.max(this.#packed(), 1) > RATIO_MAX)
      throw new TaskError(
        `the file grows to more than ${RATIO_MAX} times its size when it is decompressed: that is no ordinary file`,
      )
  }

  async *watch(bytes: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
    for await (const chunk of bytes) {
      this.add(chunk.length)
      yield chunk
    }
  }
}
