// A bounded queue to a collector. Records wait here at most a second and go in batches, one request at a time. While the collector is away the queue
// keeps what it has and drops what comes, and counts it: nobody in the engine ever waits for it.
import type { Shipped } from '../observed.ts'
import type { Post, Posted } from './post.ts'

export interface ShipperOptions {
  readonly signal: Shipped['signal']
  readonly post: Post
  /** The request, around the records. */
  readonly envelope: { readonly before: string; readonly after: string }
  nowMs(): number
  at(atMs: number, run: () => void): () => void
  random(): number
  /** Once when the collector is gone, once when it is back. */
  onNotice(message: string, error?: unknown): void
}

const BATCH_RECORDS_MAX = 512
const BATCH_CHARS_MAX = 1024 * 1024
const QUEUE_RECORDS_MAX = 8_192
const QUEUE_CHARS_MAX = 8 * 1024 * 1024
const SEND_EVERY_MS = 1_000
const RETRY_FIRST_MS = 1_000
const RETRY_LONGEST_MS = 30_000
/** What the last batches may take when the server stops. */
const STOP_PATIENCE_MS = 3_000
/** What may be better in a moment; anything else will be refused again. */
const PASSING: ReadonlySet<number> = new Set([408, 429, 502, 503, 504])

export class Shipper {
  readonly #options: ShipperOptions
  #queue: string[] = []
  #chars = 0
  #sent = 0
  #dropped = 0
  #failures = 0
  #failuresInRow = 0
  #sending: Promise<void> | undefined
  #callOff: (() => void) | undefined
  #isStopped = false

  constructor(options: ShipperOptions) {
    this.#options = options
  }

  get figures(): Shipped {
    return {
      signal: this.#options.signal,
      sent: this.#sent,
      dropped: this.#dropped,
      failures: this.#failures,
      queued: this.#queue.length,
    }
  }

  /** `make` is called only when there is room for its record. */
  offer(make: () => string): void {
    if (this.#isStopped || this.#queue.length >= QUEUE_RECORDS_MAX || this.#chars >= QUEUE_CHARS_MAX) {
      this.#dropped += 1
      return
    }
    const record = make()
    this.#queue.push(record)
    this.#chars += record.length
    if (this.#queue.length >= BATCH_RECORDS_MAX && this.#failuresInRow === 0) this.#send()
    else this.#sendIn(SEND_EVERY_MS)
  }

  /** Sends what is left, as far as the collector takes it in time. */
  async stop(): Promise<void> {
    this.#isStopped = true
    this.#callOff?.()
    const { nowMs, at } = this.#options
    let isLate = false
    let callOff = (): void => {}
    const late = new Promise<void>(resolve => {
      callOff = at(nowMs() + STOP_PATIENCE_MS, () => {
        isLate = true
        resolve()
      })
    })
    await Promise.race([this.#drain(() => isLate), late])
    callOff()
    this.#dropped += this.#queue.length
    this.#queue = []
  }

  async #drain(isLate: () => boolean): Promise<void> {
    await this.#sending
    while (this.#queue.length > 0 && this.#failuresInRow === 0 && !isLate()) await this.#sendBatch()
  }

  #sendIn(ms: number): void {
    if (this.#callOff || this.#sending || this.#isStopped) return
    this.#callOff = this.#options.at(this.#options.nowMs() + ms, () => {
      this.#callOff = undefined
      this.#send()
    })
  }

  #send(): void {
    if (this.#sending || this.#queue.length === 0) return
    this.#callOff?.()
    this.#callOff = undefined
    this.#sending = this.#sendBatch().then(pauseMs => {
      this.#sending = undefined
      if (this.#queue.length > 0) this.#sendIn(pauseMs)
    })
  }

  /** How long to wait before the next one. */
  async #sendBatch(): Promise<number> {
    const { post, envelope } = this.#options
    const count = batchSize(this.#queue)
    try {
      const posted = await post(envelope.before + this.#queue.slice(0, count).join(',') + envelope.after)
      if (PASSING.has(posted.status)) return this.#failed(new Error(`it answers ${posted.status}`), posted.retryAfterMs)
      this.#settle(count, posted)
      return this.#queue.length >= BATCH_RECORDS_MAX ? 0 : SEND_EVERY_MS
    } catch (error) {
      return this.#failed(error, undefined)
    }
  }

  #settle(count: number, posted: Posted): void {
    for (const record of this.#queue.splice(0, count)) this.#chars -= record.length
    if (posted.status >= 300) {
      this.#failures += 1
      this.#dropped += count
      const { signal, onNotice } = this.#options
      if (this.#failures === 1)
        onNotice(`the collector refuses ${signal} with ${posted.status}: ${posted.text.slice(0, 200)}`)
      return
    }
    const rejected = Math.min(count, rejectedIn(posted.text))
    this.#sent += count - rejected
    this.#dropped += rejected
    if (this.#failuresInRow > 0) this.#options.onNotice(`the collector takes ${this.#options.signal} again`)
    this.#failuresInRow = 0
  }

  #failed(error: unknown, retryAfterMs: number | undefined): number {
    const { signal, onNotice, random } = this.#options
    this.#failures += 1
    this.#failuresInRow += 1
    if (this.#failuresInRow === 1)
      onNotice(`the collector does not take ${signal}; they wait, and are dropped when there are too many`, error)
    const pauseMs = Math.min(RETRY_FIRST_MS * 2 ** (this.#failuresInRow - 1), RETRY_LONGEST_MS)
    return Math.max(retryAfterMs ?? 0, pauseMs * (0.5 + random() / 2))
  }
}

function batchSize(queue: readonly string[]): number {
  let chars = 0
  for (let count = 0; count < queue.length && count < BATCH_RECORDS_MAX; count++) {
    chars += queue[count]?.length ?? 0
    if (chars > BATCH_CHARS_MAX) return Math.max(1, count)
  }
  return Math.min(queue.length, BATCH_RECORDS_MAX)
}

const REJECTED = /"rejected(?:Spans|LogRecords|DataPoints)"\s*:\s*"?(\d+)/

/** A collector may take a part and say so. */
function rejectedIn(text: string): number {
  return Number(REJECTED.exec(text)?.[1] ?? 0)
}
