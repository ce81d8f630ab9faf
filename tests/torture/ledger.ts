// What clients know: which executions were acknowledged, with what state, and what they asked for without ever hearing of it. It lives in
// the process of the torture, so no crash of the server touches it.

export interface Acknowledged {
  readonly id: string
  readonly flowId: string
  readonly token: string
  /** As of the answer. */
  readonly state: string
}

/** Where the process of the clients dies as well, somebody else has to know what they knew. */
export interface LedgerListener {
  onBegun(token: string): void
  onAcknowledged(entry: Acknowledged): void
}

export class Ledger {
  readonly #listener: LedgerListener | undefined
  readonly acknowledged: Acknowledged[] = []
  /** Tokens of requests that ended without an answer: they may have started something, once. */
  readonly unanswered = new Set<string>()
  /** By status, answers that refused: nothing was started, but for 503, which is an answer that does not know. */
  readonly refused = new Map<number, number>()
  /** By token, answers that tell of a mistake of the server, and what the server wrote of it. */
  readonly mistakes = new Map<string, string>()
  /** Kills that were acknowledged. */
  readonly killed = new Set<string>()

  constructor(listener?: LedgerListener) {
    this.#listener = listener
  }

  /** Before the request goes out. */
  begin(token: string): void {
    this.#listener?.onBegun(token)
  }

  acknowledge(entry: Acknowledged): void {
    this.acknowledged.push(entry)
    this.#listener?.onAcknowledged(entry)
  }

  refuse(status: number): void {
    this.refused.set(status, (this.refused.get(status) ?? 0) + 1)
  }
}
