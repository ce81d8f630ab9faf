// Carries log lines over the pipe in batches: after 50 ms or 256 KiB, and never more ahead of the server than a window. Whoever
// produces lines in bulk awaits `ready`, so that a flood fills the script's own pipe and nobody's memory.
import type { FromHost, JobKey, LogLine } from '@batuta/plugin-sdk'
import { keyText } from '@batuta/plugin-sdk'

const BATCH_MS = 50
const BATCH_CHARS = 256 * 1024
export const LOG_WINDOW_CHARS = 1024 * 1024
/** What a line costs beside its message. */
export const LOG_LINE_CHARS = 60

interface Batch {
  readonly key: JobKey
  lines: LogLine[]
  chars: number
}

export class LogShipper {
  readonly #send: (message: FromHost) => void
  readonly #open = new Map<string, Batch>()
  /** Sizes of the batches that the server has not taken yet, by number. */
  readonly #untaken = new Map<number, number>()
  #untakenChars = 0
  #openChars = 0
  #last = 0
  #timer: NodeJS.Timeout | undefined
  #waiting: (() => void)[] = []

  constructor(send: (message: FromHost) => void) {
    this.#send = send
  }

  add(key: JobKey, line: LogLine): void {
    const name = keyText(key)
    const batch = this.#open.get(name) ?? { key, lines: [], chars: 0 }
    const chars = line.message.length + LOG_LINE_CHARS
    batch.lines.push(line)
    batch.chars += chars
    this.#openChars += chars
    this.#open.set(name, batch)
    if (batch.chars >= BATCH_CHARS) this.#ship(name, batch)
    else if (this.#timer === undefined) this.#timer = setTimeout(() => this.#shipAll(), BATCH_MS)
  }

  /** Settles when the window has room. */
  ready(): Promise<void> {
    if (this.#hasRoom()) return Promise.resolve()
    return new Promise(resolve => this.#waiting.push(resolve))
  }

  /** Sends what is held of one attempt; before its outcome. */
  flush(key: JobKey): void {
    const name = keyText(key)
    const batch = this.#open.get(name)
    if (batch !== undefined) this.#ship(name, batch)
  }

  /** The server has taken in all batches up to this one. */
  taken(upTo: number): void {
    for (const [number, chars] of this.#untaken) {
      if (number > upTo) break
      this.#untaken.delete(number)
      this.#untakenChars -= chars
    }
    if (!this.#hasRoom()) return
    const waiting = this.#waiting
    this.#waiting = []
    for (const resume of waiting) resume()
  }

  #hasRoom(): boolean {
    return this.#untakenChars + this.#openChars < LOG_WINDOW_CHARS
  }

  #shipAll(): void {
    this.#timer = undefined
    for (const [name, batch] of this.#open) this.#ship(name, batch)
  }

  #ship(name: string, { key, lines, chars }: Batch): void {
    this.#open.delete(name)
    this.#openChars -= chars
    const number = ++this.#last
    this.#untaken.set(number, chars)
    this.#untakenChars += chars
    this.#send({ type: 'log', batch: number, key, lines })
  }
}
