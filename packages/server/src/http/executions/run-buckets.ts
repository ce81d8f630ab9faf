// What the iterations of a loop came to, by parts of them: a million of them are a hundred bars. The columns of packed runs tell states and beginnings;
// whole runs are made for the failed ones that are shown, and for a sample to find the slowest ones in.
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

export interface BucketWish {
  readonly state: ExecutionState
  readonly plan: Plan
  /** The loop. */
  readonly run: TaskRun
  readonly count: number
}

interface LoopBucket {
  readonly states: Record<string, number>
  firstMs: number
  lastMs: number
}

export function bucketRuns({ state, plan, run: loop, count }: BucketWish, options: PresentOptions): string {
  const { children = [], laneCount = 0 } = loop.group ?? {}
  const lanes = Math.max(1, laneCount)
  const width = Math.ceil(lanes / count)
  const buckets = Array.from({ length: Math.ceil(lanes / width) }, (): LoopBucket => ({
    states: {},
    firstMs: Infinity,
    lastMs: 0,
  }))
  const states: Record<string, number> = {}
  const failed: number[] = []
  for (const ordinal of children) {
    const place = state.runs.placeAt(ordinal)
    if (!place || place.isRemoved || place.lane < 0) continue
    const bucket = buckets[Math.floor(place.lane / width)]
    if (!bucket) continue
    bucket.states[place.state] = (bucket.states[place.state] ?? 0) + 1
    bucket.firstMs = Math.min(bucket.firstMs, place.createdMs)
    bucket.lastMs = Math.max(bucket.lastMs, place.createdMs)
    states[place.state] = (states[place.state] ?? 0) + 1
    if (place.state === 'FAILED' && failed.length < FAILED_MAX) failed.push(ordinal)
  }
  const look = { state, plan, options }
  const show = (run: TaskRun): string => presentTaskRun(run, look)
  const step = Math.max(1, Math.ceil(children.length / SAMPLE_MAX))
  const head = JSON.stringify({
    parent: taskRunId(state.id, loop.ordinal),
    lanes: laneCount,
    buckets:
      laneCount === 0
        ? []
        : buckets.map((bucket, index) => present(bucket, index * width, Math.min(lanes, (index + 1) * width) - 1)),
    states,
    isSampled: step > 1,
  })
  const failures = failed.flatMap(ordinal => state.runs.at(ordinal) ?? []).map(show)
  const worst = worstOf(state, children, step).map(show)
  return `${head.slice(0, -1)},"failed":[${failures.join(',')}],"worst":[${worst.join(',')}]}`
}

function present({ states, firstMs, lastMs }: LoopBucket, from: number, to: number): unknown {
  if (lastMs === 0) return { from, to, states }
  return { from, to, states, start: new Date(firstMs).toISOString(), end: new Date(lastMs).toISOString() }
}

function worstOf(state: ExecutionState, children: readonly number[], step: number): readonly TaskRun[] {
  const sample: TaskRun[] = []
  for (let at = 0; at < children.length; at += step) {
    const ordinal = children[at]
    const run = ordinal === undefined ? undefined : state.runs.at(ordinal)
    if (run && !run.isRemoved) sample.push(run)
  }
  return sample.sort((one, other) => tookMs(other) - tookMs(one)).slice(0, WORST_MAX)
}

function tookMs({ history }: TaskRun): number {
  return (history.at(-1)?.atMs ?? 0) - (history[0]?.atMs ?? 0)
}
