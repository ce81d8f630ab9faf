// Between a client that pushes rows and a task that takes them: when too many wait, the client is made to wait.
export interface Source {
  pause(): void
  resume(): void
}

const WAITING_MAX = 2_000

export class RowQueue<R> {
  readonly #source: Source
  #rows: R[] = []
  #isDone = false
  #isPaused = false
  #error: unknown
  #wake: () => void = () => undefined

  constructor(source: Source) {
    this.#source = source
  }

  push(row: R): void {
    this.#rows.push(row)
    if (this.#rows.length >= WAITING_MAX && !this.#isPaused) {
      this.#isPaused = true
      this.#source.pause()
    }
    this.#wake()
  }

  /** With the error that ended it, or none. */
  end(error?: unknown): void {
    this.#error ??= error
    this.#isDone = true
    this.#wake()
  }

  async *portions(): AsyncGenerator<readonly R[]> {
    for (;;) {
      const rows = this.#rows
      this.#rows = []
      this.#resume()
      if (rows.length > 0) yield rows
      else if (this.#isDone) break
      else await this.#more()
    }
    if (this.#error !== undefined) throw this.#error
  }

  /** Settles when the client has ended; rows are dropped. */
  async drain(): Promise<void> {
    while (!this.#isDone) {
      this.#rows = []
      this.#resume()
      await this.#more()
    }
  }

  #more(): Promise<void> {
    if (this.#rows.length > 0 || this.#isDone) return Promise.resolve()
    return new Promise(resolve => {
      this.#wake = resolve
    })
  }

  #resume(): void {
    if (!this.#isPaused) return
    this.#isPaused = false
    this.#source.resume()
  }
}
