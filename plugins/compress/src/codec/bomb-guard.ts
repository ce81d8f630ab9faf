import { TaskError } from '@batuta/plugin-sdk'

const PLAIN_BYTES_MAX = 64 * 1024 ** 3
/** Zeros shrink to a thousandth with gzip; a file that is worth it does not shrink more. */
const RATIO_MAX = 2_000
const RATIO_FREE_BYTES = 1024 ** 3

/** Counts what a file grows to, and stops what was made to fill a disk. */
export class BombGuard {
  #plain = 0
  readonly #packed: number

  constructor(packedBytes: number) {
    this.#packed = Math.max(packedBytes, 1)
  }

  get plainBytes(): number {
    return this.#plain
  }

  add(bytes: number): void {
    this.#plain += bytes
    if (this.#plain > PLAIN_BYTES_MAX)
      throw new TaskError(`the file grows to more than ${PLAIN_BYTES_MAX} bytes when it is decompressed`)
    if (this.#plain > RATIO_FREE_BYTES && this.#plain / this.#packed > RATIO_MAX)
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
