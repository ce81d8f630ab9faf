// Virtual time and order. Whatever waits, in the engine or in the store, waits for a task of this queue; of the tasks that are due any one may be
// next, by seed. Between two tasks all promises settle, so a crash between two tasks is a crash at any await.
import type { Chance } from './chance.ts'

interface Task {
  readonly label: string
  readonly atMs: number
  readonly run: () => void
  isCalledOff: boolean
}

/** A loop without an end is a finding, too. */
const STEPS_MAX = 200_000

export class World {
  readonly #chance: Chance
  #nowMs: number
  #ready: Task[] = []
  /** Heap by time. */
  readonly #later: Task[] = []
  #hash = 0x811c9dc5
  #steps = 0

  constructor(chance: Chance, startMs: number) {
    this.#chance = chance
    this.#nowMs = startMs
  }

  get nowMs(): number {
    return this.#nowMs
  }

  get steps(): number {
    return this.#steps
  }

  /** Of everything that happened so far, in its order. */
  get traceHash(): string {
    return (this.#hash >>> 0).toString(16).padStart(8, '0')
  }

  /** Adds to the trace what a task does not show by its name. */
  note(text: string): void {
    let hash = this.#hash
    for (let index = 0; index < text.length; index++) hash = Math.imul(hash ^ text.charCodeAt(index), 0x01000193)
    this.#hash = hash
  }

  /** Runs the function at the moment or after it; the returned function calls it off. */
  at(atMs: number, label: string, run: () => void): () => void {
    const task: Task = { label, atMs, run, isCalledOff: false }
    if (atMs <= this.#nowMs) this.#ready.push(task)
    else this.#push(task)
    return () => void (task.isCalledOff = true)
  }

  soon(label: string, run: () => void): void {
    this.at(this.#nowMs, label, run)
  }

  /** Takes steps until there is nothing to do, the moment has come, or `isDone` says so. */
  async run(untilMs: number, isDone: () => boolean = () => false): Promise<void> {
    while (!isDone()) {
      const task = this.#next(untilMs)
      if (!task) return
      this.#steps += 1
      if (this.#steps > STEPS_MAX) throw new Error(`more than ${STEPS_MAX} steps, the last one "${task.label}"`)
      this.note(`${this.#nowMs} ${task.label}\n`)
      task.run()
      await new Promise(resolve => setImmediate(resolve))
    }
  }

  #next(untilMs: number): Task | undefined {
    for (;;) {
      this.#moveDue()
      if (this.#ready.length === 0) {
        const first = this.#later[0]
        if (!first || first.atMs > untilMs) {
          this.#nowMs = Math.max(this.#nowMs, Math.min(untilMs, first?.atMs ?? untilMs))
          return undefined
        }
        this.#nowMs = first.atMs
        continue
      }
      const task = this.#takeReady()
      if (!task.isCalledOff) return task
    }
  }

  #takeReady(): Task {
    const at = this.#chance.int(0, this.#ready.length - 1)
    const task = this.#ready[at]
    const last = this.#ready.pop()
    if (!task || !last) throw new Error('no task is ready')
    if (task !== last) this.#ready[at] = last
    return task
  }

  #moveDue(): void {
    for (let first = this.#later[0]; first && first.atMs <= this.#nowMs; first = this.#later[0]) {
      this.#pop()
      this.#ready.push(first)
    }
  }

  #push(task: Task): void {
    const heap = this.#later
    heap.push(task)
    for (let at = heap.length - 1; at > 0;) {
      const above = (at - 1) >> 1
      const parent = heap[above]
      if (!parent || parent.atMs <= task.atMs) break
      heap[above] = task
      heap[at] = parent
      at = above
    }
  }

  #pop(): void {
    const heap = this.#later
    const last = heap.pop()
    if (!last || heap.length === 0) return
    let at = 0
    for (;;) {
      const left = heap[at * 2 + 1]
      const right = heap[at * 2 + 2]
      const child = right && left && right.atMs < left.atMs ? right : left
      if (!child || child.atMs >= last.atMs) break
      heap[at] = child
      at = child === right ? at * 2 + 2 : at * 2 + 1
    }
    heap[at] = last
  }
}
