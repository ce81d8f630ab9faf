// What the iterations of a loop came to, by parts of them: a million of them are a hundred bars. They are counted in slices, for a look holds up whoever else
// is served. The columns of packed runs tell states and beginnings; whole runs are made for the failed ones
// that are shown, and for a sample to find the slowest ones in.
import {
  presentTaskRun,
  taskRunId,
  type ExecutionState,
  type Plan,
  type PresentOptions,
  type TaskRun,
} from '@batuta/core'

const FAILED_MAX = 20
const WORST_MAX = 5
const SAMPLE_MAX = 2_000
/** Runs that one look counts: some ten milliseconds. */
const SLICE_RUNS = 10_000

/** An execution, and the loop in it. */
export interface SeenLoop {
  readonly state: ExecutionState
  readonly plan: Plan
  readonly run: TaskRun
}

interface LoopBucket {
  readonly states: Record<string, number>
  firstMs: number
  lastMs: number
}

/** How far a loop is counted. Runs that come while it is counted are for the next count. */
export class LoopCount {
  readonly #lanes: number
  readonly #width: number
  readonly #end: number
  readonly #step: number
  readonly #buckets: readonly LoopBucket[]
  readonly #states: Record<string, number> = {}
  readonly #failed: number[] = []
  /** The slowest first. */
  readonly #worst: { readonly ordinal: number; readonly tookMs: number }[] = []
  #at = 0

  constructor({ group }: TaskRun, count: number) {
    this.#lanes = group?.laneCount ?? 0
    const lanes = Math.max(1, this.#lanes)
    this.#width = Math.ceil(lanes / count)
    this.#end = group?.children.length ?? 0
    this.#step = Math.max(1, Math.ceil(this.#end / SAMPLE_MAX))
    const length = this.#lanes === 0 ? 0 : Math.ceil(lanes / this.#width)
    this.#buckets = Array.from({ length }, () => ({ states: {}, firstMs: Infinity, lastMs: 0 }))
  }

  /** Counts a slice; true when it was the last one. */
  goOn({ state, run }: SeenLoop): boolean {
    const { children = [] } = run.group ?? {}
    const end = Math.min(this.#end, this.#at + SLICE_RUNS)
    for (; this.#at < end; this.#at++) {
      const ordinal = children[this.#at]
      if (ordinal === undefined) continue
      this.#count(state, ordinal)
      if (this.#at % this.#step === 0) this.#compare(state.runs.at(ordinal))
    }
    return this.#at >= this.#end
  }

  tell({ state, plan, run: loop }: SeenLoop, options: PresentOptions): string {
    const show = (ordinal: number): string => {
      const run = state.runs.at(ordinal)
      return run ? presentTaskRun(run, { state, plan, options }) : ''
    }
    const listOf = (ordinals: readonly number[]): string => ordinals.map(show).filter(Boolean).join(',')
    const head = JSON.stringify({
      parent: taskRunId(state.id, loop.ordinal),
      lanes: this.#lanes,
      buckets: this.#buckets.map((bucket, index) => {
        const end = Math.min(this.#lanes, (index + 1) * this.#width)
        return present(bucket, index * this.#width, end - 1)
      }),
      states: this.#states,
      isSampled: this.#step > 1,
    })
    const worst = listOf(this.#worst.map(({ ordinal }) => ordinal))
    return `${head.slice(0, -1)},"failed":[${listOf(this.#failed)}],"worst":[${worst}]}`
  }

  #count({ runs }: ExecutionState, ordinal: number): void {
    const place = runs.placeAt(ordinal)
    if (!place || place.isRemoved || place.lane < 0) return
    const { state, createdMs, lane } = place
    const bucket = this.#buckets[Math.floor(lane / this.#width)]
    if (!bucket) return
    bucket.states[state] = (bucket.states[state] ?? 0) + 1
    bucket.firstMs = Math.min(bucket.firstMs, createdMs)
    bucket.lastMs = Math.max(bucket.lastMs, createdMs)
    this.#states[state] = (this.#states[state] ?? 0) + 1
    if (state === 'FAILED' && this.#failed.length < FAILED_MAX) this.#failed.push(ordinal)
  }

  #compare(run: TaskRun | undefined): void {
    if (!run || run.isRemoved) return
    const tookMs = (run.history.at(-1)?.atMs ?? 0) - (run.history[0]?.atMs ?? 0)
    const last = this.#worst.at(-1)
    if (this.#worst.length === WORST_MAX && last && last.tookMs >= tookMs) return
    const at = this.#worst.findIndex(other => other.tookMs < tookMs)
    this.#worst.splice(at < 0 ? this.#worst.length : at, 0, { ordinal: run.ordinal, tookMs })
    this.#worst.length = Math.min(this.#worst.length, WORST_MAX)
  }
}

function present({ states, firstMs, lastMs }: LoopBucket, from: number, to: number): unknown {
  if (lastMs === 0) return { from, to, states }
  return { from, to, states, start: new Date(firstMs).toISOString(), end: new Date(lastMs).toISOString() }
}
