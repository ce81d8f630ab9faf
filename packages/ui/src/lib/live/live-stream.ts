// The one stream of server-sent events of this browser and the topics that are asked for on it. It runs in a worker that all tabs share, or in the
// page where there is no such worker. The server remembers a client by the id of its last event: a stream that breaks goes on where it was.
//
//   start → catching-up ──hello──→ live ──error──→ catching-up ──4 s──→ polling ──hello──→ live

export interface LiveWish {
  readonly topic: string
  /** Of a list: the query of its search. */
  readonly query?: string
  /** Of a log: the chunk to go on after. */
  readonly after?: number
}

/** What the frame of a topic carries beside these is told by the server's documentation of that topic. */
export interface LiveFrame {
  readonly topic: string
  readonly type: string
  readonly [field: string]: unknown
}

export type StreamState = 'live' | 'catching-up' | 'polling'

export interface StreamWorld {
  /** Opens the stream; returns how to close it. */
  open(ears: { onFrame(text: string): void; onBroken(isClosed: boolean): void }): () => void
  /** False when the server does not know the client any more. */
  change(
    clientId: string,
    body: { readonly add: readonly LiveWish[]; readonly remove: readonly string[] },
  ): Promise<boolean>
  /** Runs later; returns how to take that back. */
  later(ms: number, run: () => void): () => void
}

export interface StreamListener {
  onState(state: StreamState): void
  onFrame(frame: LiveFrame): void
}

const POLLING_AFTER_MS = 4_000
const REOPEN_MS = [1_000, 2_000, 5_000, 10_000]

export class LiveStream {
  readonly #world: StreamWorld
  readonly #listener: StreamListener
  readonly #wishes = new Map<string, LiveWish>()
  #clientId: string | undefined
  #close: (() => void) | undefined
  #forgetPolling: (() => void) | undefined
  #forgetReopening: (() => void) | undefined
  #failures = 0
  #isPolling = false

  constructor(world: StreamWorld, listener: StreamListener) {
    this.#world = world
    this.#listener = listener
  }

  start(): void {
    if (this.#close) return
    this.#listener.onState('catching-up')
    this.#pollSoon()
    this.#close = this.#world.open({
      onFrame: text => this.#hear(parseFrame(text)),
      onBroken: isClosed => this.#break(isClosed),
    })
  }

  stop(): void {
    this.#close?.()
    this.#close = undefined
    this.#clientId = undefined
    this.#dropPolling()
    this.#isPolling = false
    this.#forgetReopening?.()
  }

  add(wish: LiveWish): void {
    this.#wishes.set(wish.topic, wish)
    this.#change({ add: [wish], remove: [] })
  }

  remove(topic: string): void {
    if (this.#wishes.delete(topic)) this.#change({ add: [], remove: [topic] })
  }

  #change(body: { readonly add: readonly LiveWish[]; readonly remove: readonly string[] }): void {
    const { clientId } = { clientId: this.#clientId }
    if (clientId === undefined || body.add.length + body.remove.length === 0) return
    this.#world.change(clientId, body).then(
      isKnown => {
        if (!isKnown && clientId === this.#clientId) this.#break(true)
      },
      // The stream itself will tell that the server is gone.
      () => undefined,
    )
  }

  #hear(frame: LiveFrame | undefined): void {
    if (!frame) return
    if (frame.topic !== 'live') {
      this.#listener.onFrame(frame)
      return
    }
    if (frame.type !== 'hello' || typeof frame['clientId'] !== 'string') return
    this.#clientId = frame['clientId']
    this.#failures = 0
    this.#dropPolling()
    this.#isPolling = false
    this.#listener.onState('live')
    const there = new Set(Array.isArray(frame['topics']) ? frame['topics'].map(String) : [])
    this.#change({
      add: [...this.#wishes.values()].filter(({ topic }) => !there.has(topic)),
      remove: [...there].filter(topic => !this.#wishes.has(topic)),
    })
  }

  #break(isClosed: boolean): void {
    if (!this.#close) return
    if (!this.#isPolling) this.#listener.onState('catching-up')
    this.#pollSoon()
    if (!isClosed) return
    this.#clientId = undefined
    this.#close()
    this.#close = undefined
    const wait = REOPEN_MS[Math.min(this.#failures, REOPEN_MS.length - 1)] ?? 1_000
    this.#failures += 1
    this.#forgetReopening?.()
    this.#forgetReopening = this.#world.later(wait, () => this.#reopen())
  }

  /** Still polling until the server has said hello. */
  #reopen(): void {
    if (this.#close) return
    this.#close = this.#world.open({
      onFrame: text => this.#hear(parseFrame(text)),
      onBroken: isClosed => this.#break(isClosed),
    })
  }

  /** A browser tries again every few seconds by itself, and tells each time that it failed: the first one counts. */
  #pollSoon(): void {
    if (this.#isPolling) return
    if (this.#failures > 0) this.#poll()
    else this.#forgetPolling ??= this.#world.later(POLLING_AFTER_MS, () => this.#poll())
  }

  #poll(): void {
    this.#dropPolling()
    this.#isPolling = true
    this.#listener.onState('polling')
  }

  #dropPolling(): void {
    this.#forgetPolling?.()
    this.#forgetPolling = undefined
  }
}

function parseFrame(text: string): LiveFrame | undefined {
  const value: unknown = JSON.parse(text)
  return isFrame(value) ? value : undefined
}

function isFrame(value: unknown): value is LiveFrame {
  return typeof value === 'object' && value !== null && 'topic' in value && 'type' in value
}
