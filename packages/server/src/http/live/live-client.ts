// The stream of one browser. Frames that it does not take lie in a queue of bounded size; when that is full they are dropped, and the client is told to
// begin anew with what it watches.
import { eventText } from '../event-stream.ts'
import type { TopicWish } from './source.ts'

const PENDING_LENGTH_MAX = 2 ** 20
/** Marks that are kept of a topic: who comes back missed no more frames than these. */
const MARKS_MAX = 64

interface Frame {
  readonly topic: string
  readonly text: string
  readonly mark: number | undefined
}

export class LiveClient {
  readonly id: string
  readonly topics = new Map<string, TopicWish>()
  /** Undefined while somebody reads the stream. */
  leftMs: number | undefined
  #seq = 0
  #pending: Frame[] = []
  readonly #marks = new Map<string, { readonly seq: number; readonly mark: number }[]>()
  #pendingLength = 0
  #wake: (() => void) | undefined
  #isOverrun = false
  #reader = 0

  constructor(id: string) {
    this.id = id
  }

  /** `body` is a JSON object; false when the client is too slow for it. */
  push(topic: string, body: string, mark?: number): boolean {
    if (this.#isOverrun) return false
    const text = `{"topic":${JSON.stringify(topic)},${body.slice(1)}`
    if (this.#pendingLength + text.length > PENDING_LENGTH_MAX && this.#pending.length > 0) {
      this.#pending = []
      this.#pendingLength = 0
      this.#isOverrun = true
      this.#wake?.()
      return false
    }
    this.#pending.push({ topic, text, mark })
    this.#pendingLength += text.length
    this.#wake?.()
    return true
  }

  /** A new reader takes the place of the one before. `onGap` is asked for snapshots. */
  async *frames(signal: AbortSignal, onGap: () => void): AsyncGenerator<string> {
    const reader = ++this.#reader
    const wake = (): void => this.#wake?.()
    signal.addEventListener('abort', wake)
    wake()
    try {
      while (!signal.aborted && reader === this.#reader) {
        if (this.#isOverrun) {
          this.#isOverrun = false
          this.push('live', '{"type":"gap"}')
          onGap()
        }
        const frames = this.#pending
        this.#pending = []
        this.#pendingLength = 0
        for (const frame of frames) {
          this.#seq += 1
          this.#keepMark(frame)
          yield eventText(`${this.id}.${this.#seq}`, frame.text)
        }
        if (this.#pending.length === 0 && !this.#isOverrun && !signal.aborted)
          await new Promise<void>(resolve => (this.#wake = resolve))
      }
    } finally {
      signal.removeEventListener('abort', wake)
    }
  }

  /** Topics that can go on from where the client was go on from there. `seq` is the last frame that it had. */
  resume(seq: number): void {
    this.#pending = []
    this.#pendingLength = 0
    for (const [topic, marks] of this.#marks) {
      const wish = this.topics.get(topic)
      const last = marks.findLast(mark => mark.seq <= seq) ?? marks[0]
      if (wish && last) this.topics.set(topic, { ...wish, after: last.mark })
    }
  }

  #keepMark({ topic, mark }: Frame): void {
    if (mark === undefined) return
    const marks = this.#marks.get(topic) ?? []
    marks.push({ seq: this.#seq, mark })
    if (marks.length > MARKS_MAX) marks.shift()
    this.#marks.set(topic, marks)
  }
}
