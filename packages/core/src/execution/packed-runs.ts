// Ended runs in columns, a chunk of a thousand at a time. What most of them share is kept once as a shape; what is their own is numbers and a line of
// text: the values of their metrics, their outputs, their group, the id of their child.
import { trust } from '../std/trust.ts'
import { isMap, type ValueMap } from '../std/value.ts'
import { decodeValue, encodeValue } from '../std/value-json.ts'
import {
  CHUNK,
  EPOCH,
  FIRST_TIME,
  ITERATION,
  LANE,
  PARENT,
  PackedChunk,
  SHAPE,
  TASK,
  TIMES,
  type FrozenChunk,
  type Loose,
} from './packed-chunk.ts'
import { packGroup, unpackGroup } from './packed-group.ts'
import { HISTORY_MAX, isOrdinary, isShapeOf, shapeOf, type Shape } from './packed-shape.ts'
import type { ValueAt } from './run-list.ts'
import type { Attempt, Metric, Moment, StateName, TaskRun } from './state.ts'

const OFFSET_MAX = 2 ** 32 - 1
const SHAPES_MAX = 65_535
/** Chunks that runs are put into; older ones are packed as they are. */
const LOOSE_MAX = 4

/** What the columns alone tell of a run. */
export interface RunPlace {
  readonly ordinal: number
  readonly task: number
  readonly parent: number
  readonly lane: number
  readonly epoch: number
  /** When it was created. */
  readonly createdMs: number
  readonly state: StateName
  readonly isRemoved: boolean
  readonly hasGroup: boolean
}

/** As they were at one moment, of plain objects, maps and arrays alone. */
export interface FrozenRuns {
  readonly baseMs: number | undefined
  readonly shapes: readonly Shape[]
  /** Each with its index: where none of the runs has ended there is none. */
  readonly chunks: readonly (readonly [number, FrozenChunk])[]
}

export class PackedRuns {
  count = 0
  readonly #chunks: (PackedChunk | undefined)[] = []
  /** Oldest first. */
  #loose: number[] = []
  readonly #shapes: Shape[] = []
  readonly #shapeIndex = new Map<string, number>()
  #lastShape = 0
  /** Of a chunk that was packed. */
  #room: Loose | undefined
  /** Times count from here. */
  #baseMs: number | undefined

  static from({ baseMs, shapes, chunks }: FrozenRuns): PackedRuns {
    const runs = new PackedRuns()
    runs.#baseMs = baseMs
    for (const shape of shapes) runs.#shapeIndex.set(JSON.stringify(shape), runs.#shapes.push(shape) - 1)
    for (const [index, frozen] of chunks) {
      runs.#chunks[index] = PackedChunk.from(frozen)
      runs.count += frozen.count
    }
    return runs
  }

  freeze(): FrozenRuns {
    const chunks = this.#chunks.flatMap((chunk, index) => (chunk ? [[index, chunk.freeze()] as const] : []))
    return { baseMs: this.#baseMs, shapes: [...this.#shapes], chunks }
  }

  /** False for one that is out of the ordinary. */
  put(run: TaskRun, valueAt: ValueAt): boolean {
    if (!isOrdinary(run) || !hasKnownValue(run, valueAt)) return false
    const shape = this.#findShape(run)
    if (shape === undefined) return false
    this.#baseMs ??= run.history[0]?.atMs
    const times = this.#timesOf(run)
    if (!times) return false
    const { task, parent, lane, iteration = -1, epoch } = run
    const index = Math.floor(run.ordinal / CHUNK)
    const chunk = (this.#chunks[index] ??= this.#newChunk())
    chunk.put(run.ordinal % CHUNK, [shape + 1, task, parent, lane, iteration, epoch, ...times], textOf(run))
    this.count += 1
    this.#keepFew(index, chunk)
    return true
  }

  read(ordinal: number, valueAt: ValueAt): TaskRun | undefined {
    const [chunk, at, shape] = this.#find(ordinal)
    if (!chunk || !shape) return undefined
    const parent = chunk.number(at, PARENT)
    const iteration = chunk.number(at, ITERATION)
    const timeOf = (index: number): number => (this.#baseMs ?? 0) + chunk.number(at, FIRST_TIME + index)
    const history = shape.states.map((state, index): Moment => ({ state, atMs: timeOf(index) }))
    const [metrics = '', outputs = '', group = '', childId = ''] = linesOf(shape, chunk.text(at))
    return {
      ordinal,
      task: chunk.number(at, TASK),
      parent,
      lane: chunk.number(at, LANE),
      ...(shape.hasValue ? { value: valueAt(parent, iteration) ?? '' } : {}),
      ...(shape.hasIteration ? { iteration } : {}),
      state: shape.state,
      history,
      attempts: attemptsOf(shape, metrics, timeOf),
      ...(shape.hasOutputs ? { outputs: readOutputs(outputs) } : {}),
      epoch: chunk.number(at, EPOCH),
      lost: 0,
      isAwaited: false,
      isRemoved: shape.isRemoved,
      ...(shape.isInner ? { isInner: true } : {}),
      ...(shape.hasGroup ? { group: unpackGroup(group) } : {}),
      ...(shape.hasChild ? { childId } : {}),
    }
  }

  placeOf(ordinal: number): RunPlace | undefined {
    const [chunk, at, shape] = this.#find(ordinal)
    if (!chunk || !shape) return undefined
    const number = (column: number): number => chunk.number(at, column)
    const { state, isRemoved, hasGroup } = shape
    const createdMs = (this.#baseMs ?? 0) + number(FIRST_TIME)
    return {
      ...{ ordinal, state, isRemoved, hasGroup, createdMs },
      ...{ task: number(TASK), parent: number(PARENT), lane: number(LANE), epoch: number(EPOCH) },
    }
  }

  iterationOf(ordinal: number): number | undefined {
    const [chunk, at, shape] = this.#find(ordinal)
    return chunk && shape?.hasIteration ? chunk.number(at, ITERATION) : undefined
  }

  valueOf(ordinal: number, valueAt: ValueAt): string | undefined {
    const [chunk, at, shape] = this.#find(ordinal)
    return chunk && shape?.hasValue ? valueAt(chunk.number(at, PARENT), chunk.number(at, ITERATION)) : undefined
  }

  outputsOf(ordinal: number): ValueMap | undefined {
    const [chunk, at, shape] = this.#find(ordinal)
    return chunk && shape?.hasOutputs ? readOutputs(linesOf(shape, chunk.text(at))[1] ?? '') : undefined
  }

  /** It is packed no more. */
  take(ordinal: number): void {
    const [chunk, at, shape] = this.#find(ordinal)
    if (!chunk || !shape) return
    chunk.take(at)
    this.count -= 1
    this.#keepFew(Math.floor(ordinal / CHUNK), chunk)
  }

  #newChunk(): PackedChunk {
    const chunk = new PackedChunk(this.#room)
    this.#room = undefined
    return chunk
  }

  #find(ordinal: number): readonly [PackedChunk | undefined, number, Shape | undefined] {
    const chunk = this.#chunks[Math.floor(ordinal / CHUNK)]
    const at = ordinal % CHUNK
    return [chunk, at, chunk && this.#shapes[chunk.number(at, SHAPE) - 1]]
  }

  /** Runs that never end well, or end late, must not keep a chunk as large as it is while it fills. */
  #keepFew(index: number, chunk: PackedChunk): void {
    const isKnown = this.#loose.includes(index)
    if (chunk.count === CHUNK) {
      this.#room = chunk.tighten() ?? this.#room
      if (isKnown) this.#loose = this.#loose.filter(other => other !== index)
      return
    }
    if (isKnown) return
    this.#loose.push(index)
    if (this.#loose.length <= LOOSE_MAX) return
    const oldest = this.#loose.shift()
    if (oldest !== undefined) this.#room = this.#chunks[oldest]?.tighten() ?? this.#room
  }

  #findShape(run: TaskRun): number | undefined {
    const last = this.#shapes[this.#lastShape]
    if (last && isShapeOf(last, run)) return this.#lastShape
    const shape = shapeOf(run)
    const key = JSON.stringify(shape)
    const known = this.#shapeIndex.get(key)
    if (known === undefined && this.#shapes.length >= SHAPES_MAX) return undefined
    this.#lastShape = known ?? this.#shapes.push(shape) - 1
    this.#shapeIndex.set(key, this.#lastShape)
    return this.#lastShape
  }

  #timesOf({ history, attempts: [attempt] }: TaskRun): number[] | undefined {
    const baseMs = this.#baseMs ?? 0
    const times = history.map(moment => moment.atMs - baseMs)
    const last = times.at(-1) ?? 0
    while (times.length < HISTORY_MAX) times.push(last)
    times.push(attempt ? attempt.startedMs - baseMs : last, attempt ? attempt.endedMs - baseMs : last)
    for (let index = 0; index < TIMES; index++) {
      const ms = times[index] ?? 0
      if (ms < 0 || ms > OFFSET_MAX || !Number.isInteger(ms)) return undefined
    }
    return times
  }
}

/** The value is not kept: the loop knows it. */
function hasKnownValue({ value, iteration, parent }: TaskRun, valueAt: ValueAt): boolean {
  return value === undefined || (iteration !== undefined && valueAt(parent, iteration) === value)
}

function textOf({ outputs, attempts: [attempt], group, childId }: TaskRun): string {
  const metrics = attempt?.metrics?.map(metric => metric.value).join(' ') ?? ''
  const own = `${metrics}\n${outputs ? encodeValue(outputs) : ''}`
  return group || childId !== undefined ? `${own}\n${group ? packGroup(group) : ''}\n${childId ?? ''}` : own
}

/** No JSON holds the end of a line. */
function linesOf({ hasGroup, hasChild }: Shape, text: string): readonly string[] {
  if (hasGroup || hasChild) return text.split('\n')
  const at = text.indexOf('\n')
  return [text.slice(0, at), text.slice(at + 1)]
}

function readOutputs(text: string): ValueMap {
  const outputs = decodeValue(text)
  return outputs !== null && isMap(outputs) ? outputs : {}
}

function attemptsOf(
  { attempt: state, metrics: names }: Shape,
  text: string,
  timeOf: (index: number) => number,
): Attempt[] {
  if (state === undefined) return []
  const values = text.split(' ')
  const metrics = names.map((name, index): Metric => trust<Metric>({ ...name, value: Number(values[index]) }))
  return [
    {
      state,
      startedMs: timeOf(HISTORY_MAX),
      endedMs: timeOf(HISTORY_MAX + 1),
      ...(metrics.length > 0 ? { metrics } : {}),
    },
  ]
}
