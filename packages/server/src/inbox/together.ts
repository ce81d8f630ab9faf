// What goes to the database together. A statement takes as many as came while the one before was on its way: one alone waits for nobody, and a
// thousand cost a few commits instead of a thousand.

/** Rejects when nobody can say what was stored: whoever sent it says it again. */
export type Send<Item> = (items: readonly Item[]) => Promise<void>

const STATEMENT_ITEMS_MAX = 500

interface Waiting<Item> {
  readonly item: Item
  resolve(): void
  reject(error: unknown): void
}

export class Together<Item> {
  readonly #send: Send<Item>
  #waiting: Waiting<Item>[] = []
  #isSending = false

  constructor(send: Send<Item>) {
    this.#send = send
  }

  /** Settles with the statement that took it. */
  add(item: Item): Promise<void> {
    const taken = new Promise<void>((resolve, reject) => this.#waiting.push({ item, resolve, reject }))
    if (!this.#isSending) void this.#sendAll()
    return taken
  }

  async #sendAll(): Promise<void> {
    this.#isSending = true
    // What comes in one turn of the event loop goes together.
    await Promise.resolve()
    while (this.#waiting.length > 0) {
      const batch = this.#waiting.splice(0, STATEMENT_ITEMS_MAX)
      try {
        await this.#send(batch.map(({ item }) => item))
        for (const { resolve } of batch) resolve()
      } catch (error) {
        for (const { reject } of batch) reject(error)
      }
    }
    this.#isSending = false
  }
}
