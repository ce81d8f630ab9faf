import { TaskError } from './task-error.ts'

const EMPTY = Buffer.alloc(0)

/** A stream of bytes of which so many are asked for, and not so many as happen to come. */
export class ByteStream {
  readonly #iterator: AsyncIterator<Uint8Array>
  /** For messages. */
  protected readonly what: string
  #held: Buffer = EMPTY

  constructor(stream: AsyncIterable<Uint8Array>, what: string) {
    this.#iterator = stream[Symbol.asyncIterator]()
    this.what = what
  }

  async isOver(): Promise<boolean> {
    return !(await this.#fill(1))
  }

  async take(size: number): Promise<Buffer> {
    if (!(await this.#fill(size))) throw new TaskError(`${this.what} ends in the middle of a value`)
    const taken = this.#held.subarray(0, size)
    this.#held = this.#held.subarray(size)
    return taken
  }

  /** So many bytes, or all that there are, without taking them. */
  async peek(size: number): Promise<Buffer> {
    await this.#fill(size)
    return this.#held.subarray(0, size)
  }

  async skip(size: number): Promise<void> {
    if (!(await this.#fill(size))) throw new TaskError(`${this.what} ends too early`)
    this.#held = this.#held.subarray(size)
  }

  /** What is held, or comes next; undefined at the end. */
  async some(most: number): Promise<Buffer | undefined> {
    if (!(await this.#fill(1))) return undefined
    const taken = this.#held.subarray(0, most)
    this.#held = this.#held.subarray(taken.length)
    return taken
  }

  async close(): Promise<void> {
    await this.#iterator.return?.()
  }

  async #fill(size: number): Promise<boolean> {
    if (this.#held.length >= size) return true
    const parts: Uint8Array[] = [this.#held]
    let length = this.#held.length
    while (length < size) {
      const { value, done } = await this.#iterator.next()
      if (done === true) break
      parts.push(value)
      length += value.length
    }
    this.#held = Buffer.concat(parts, length)
    return length >= size
  }
}
