// Ended runs in columns, a chunk of a thousand at a time. What most of them share – the states they went through, the names of their metrics – is kept
// once as a shape; what is their own is numbers and the text of their outputs. When a chunk is full its texts become one.
import { trust } from '../std/trust.ts'
import { isMap, type Value, type ValueMap } from '../std/value.ts'
import { decodeValue, encodeValue } from '../std/value-json.ts'
import type { ValueAt } from './run-list.ts'
import { HANDLER, type Attempt, type Metric, type Moment, type StateName, type TaskRun } from './state.ts'

const CHUNK = 1024
/** Moments of the history, then start and end of the attempt. */
const TIMES = 6
const HISTORY_MAX = 4
const OFFSET_MAX = 2 ** 32 - 1
const SHAPES_MAX = 65_535
const EPOCH_MAX = 65_535

interface Shape {
  readonly state: StateName
  /** Taken out: nothing of it is kept but its place. */
  readonly isRemoved: boolean
  readonly states: readonly StateName[]
  readonly attempt?: StateName
  readonly metrics: readonly Omit<Metric, 'value'>[]
  readonly hasValue: boolean
  readonly hasOutputs: boolean
  readonly isInner: boolean
}

interface Chunk {
  readonly task: Uint16Array
  readonly parent: Int32Array
  readonly lane: Int32Array
  /** Index of the shape and one; 0 where nothing is packed. */
  readonly shape: Uint16Array
  readonly epoch: Uint16Array
  readonly times: Uint32Array
  texts: string[] | undefined
  text: string
  ends: Uint32Array | undefined
  count: number
}

const ENDED_WELL: ReadonlySet<StateName> = new Set(['SUCCESS', 'WARNING', 'SKIPPED'])

export class PackedRuns {
  count = 0
  readonly #chunks: (Chunk | undefined)[] = []
  readonly #shapes: Shape[] = []
  readonly #shapeIndex = new Map<string, number>()
  /** Times count from here. */
  #baseMs: number | undefined

  /** False for one that is out of the ordinary. */
  put(run: TaskRun, valueAt: ValueAt): boolean {
    const shape = this.#shapeOf(run, valueAt)
    if (shape === undefined) return false
    const [first] = run.history
    if (first) this.#baseMs ??= first.atMs
    const times = timesOf(run).map(ms => ms - (this.#baseMs ?? 0))
    if (times.some(ms => ms < 0 || ms > OFFSET_MAX || !Number.isInteger(ms))) return false
    const chunk = (this.#chunks[Math.floor(run.ordinal / CHUNK)] ??= newChunk())
    const at = run.ordinal % CHUNK
    if (!chunk.texts) loosen(chunk)
    chunk.task[at] = run.task
    chunk.parent[at] = run.parent
    chunk.lane[at] = run.lane
    chunk.epoch[at] = run.epoch
    chunk.shape[at] = shape + 1
    times.forEach((ms, index) => (chunk.times[at * TIMES + index] = ms))
    if (chunk.texts) chunk.texts[at] = textOf(run)
    chunk.count += 1
    this.count += 1
    if (chunk.count === CHUNK) tighten(chunk)
    return true
  }

  read(ordinal: number, valueAt: ValueAt): TaskRun | undefined {
    const chunk = this.#chunks[Math.floor(ordinal / CHUNK)]
    const at = ordinal % CHUNK
    const shape = chunk && this.#shapes[(chunk.shape[at] ?? 0) - 1]
    if (!chunk || !shape) return undefined
    const [parent = 0, lane = 0] = [chunk.parent[at], chunk.lane[at]]
    const timeOf = (index: number): number => (this.#baseMs ?? 0) + (chunk.times[at * TIMES + index] ?? 0)
    const history = shape.states.map((state, index): Moment => ({ state, atMs: timeOf(index) }))
    const { outputs, attempts } = contentOf(shape, textAt(chunk, at), timeOf)
    return {
      ordinal,
      task: chunk.task[at] ?? 0,
      parent,
      lane,
      ...(shape.hasValue ? { value: valueAt(parent, lane) ?? '', iteration: lane } : {}),
      state: shape.state,
      history,
      attempts,
      ...(outputs ? { outputs } : {}),
      epoch: chunk.epoch[at] ?? 0,
      lost: 0,
      isAwaited: false,
      isRemoved: shape.isRemoved,
      ...(shape.isInner ? { isInner: true } : {}),
    }
  }

  outputsOf(ordinal: number): ValueMap | undefined {
    const chunk = this.#chunks[Math.floor(ordinal / CHUNK)]
    const at = ordinal % CHUNK
    const shape = chunk && this.#shapes[(chunk.shape[at] ?? 0) - 1]
    return chunk && shape ? contentOf(shape, textAt(chunk, at), () => 0).outputs : undefined
  }

  /** It is packed no more. */
  take(ordinal: number): void {
    const chunk = this.#chunks[Math.floor(ordinal / CHUNK)]
    const at = ordinal % CHUNK
    if (!chunk || chunk.shape[at] === 0) return
    loosen(chunk)
    chunk.shape[at] = 0
    chunk.count -= 1
    this.count -= 1
  }

  #shapeOf(run: TaskRun, valueAt: ValueAt): number | undefined {
    if (!isOrdinary(run) || !(run.isRemoved || ENDED_WELL.has(run.state))) return undefined
    const hasValue = run.value !== undefined
    if (hasValue && (run.iteration !== run.lane || valueAt(run.parent, run.lane) !== run.value)) return undefined
    if (!hasValue && run.iteration !== undefined) return undefined
    const [attempt] = run.attempts
    const shape: Shape = {
      state: run.state,
      isRemoved: run.isRemoved,
      states: run.history.map(moment => moment.state),
      ...(attempt ? { attempt: attempt.state } : {}),
      metrics: (attempt?.metrics ?? []).map(({ name, type, tags }) => ({ name, type, ...(tags ? { tags } : {}) })),
      hasValue,
      hasOutputs: run.outputs !== undefined,
      isInner: run.isInner === true,
    }
    const key = JSON.stringify(shape)
    const known = this.#shapeIndex.get(key)
    if (known !== undefined || this.#shapes.length >= SHAPES_MAX) return known
    this.#shapeIndex.set(key, this.#shapes.length)
    return this.#shapes.push(shape) - 1
  }
}

/** What the columns have room for. */
function isOrdinary(run: TaskRun): boolean {
  const { attempts, history, task, epoch, lane } = run
  if (attempts.length > 1 || attempts[0]?.logFile !== undefined || history.length > HISTORY_MAX) return false
  if (task > 65_535 || epoch > EPOCH_MAX || lane === HANDLER || run.lost > 0 || run.isAwaited) return false
  if (run.group || run.childId !== undefined || run.evaluated) return false
  return Object.keys(run).every(key => KNOWN.has(key))
}

/** A run with anything else stays an object. */
const KNOWN: ReadonlySet<string> = new Set([
  ...['ordinal', 'task', 'parent', 'lane', 'value', 'iteration', 'state', 'history', 'attempts', 'outputs'],
  ...['epoch', 'lost', 'isAwaited', 'isRemoved', 'isInner'],
])

function timesOf({ history, attempts: [attempt] }: TaskRun): number[] {
  const times = history.map(moment => moment.atMs)
  if (!attempt) return times
  while (times.length < HISTORY_MAX) times.push(times.at(-1) ?? 0)
  return [...times, attempt.startedMs, attempt.endedMs]
}

/** The outputs, and before them the values of the metrics. */
function textOf({ outputs, attempts: [attempt] }: TaskRun): string {
  const metrics = (attempt?.metrics ?? []).map(metric => metric.value)
  return `${metrics.join(' ')}\n${outputs ? encodeValue(outputs) : ''}`
}

function contentOf(
  { attempt: state, metrics: names, hasOutputs }: Shape,
  text: string,
  timeOf: (index: number) => number,
): { readonly outputs?: ValueMap; readonly attempts: Attempt[] } {
  const at = text.indexOf('\n')
  const decoded: Value = hasOutputs ? decodeValue(text.slice(at + 1)) : null
  const outputs = isMap(decoded) ? { outputs: decoded } : {}
  if (state === undefined) return { ...outputs, attempts: [] }
  const values = text.slice(0, at).split(' ')
  const metrics = names.map((name, index): Metric => trust<Metric>({ ...name, value: Number(values[index]) }))
  const attempt: Attempt = {
    state,
    startedMs: timeOf(HISTORY_MAX),
    endedMs: timeOf(HISTORY_MAX + 1),
    ...(metrics.length > 0 ? { metrics } : {}),
  }
  return { ...outputs, attempts: [attempt] }
}

function newChunk(): Chunk {
  return {
    task: new Uint16Array(CHUNK),
    parent: new Int32Array(CHUNK),
    lane: new Int32Array(CHUNK),
    shape: new Uint16Array(CHUNK),
    epoch: new Uint16Array(CHUNK),
    times: new Uint32Array(CHUNK * TIMES),
    texts: Array.from({ length: CHUNK }, () => ''),
    text: '',
    ends: undefined,
    count: 0,
  }
}

function tighten(chunk: Chunk): void {
  if (!chunk.texts) return
  chunk.ends = new Uint32Array(CHUNK)
  let end = 0
  chunk.texts.forEach((text, index) => {
    end += text.length
    if (chunk.ends) chunk.ends[index] = end
  })
  chunk.text = chunk.texts.join('')
  chunk.texts = undefined
}

function loosen(chunk: Chunk): void {
  if (chunk.texts) return
  chunk.texts = Array.from({ length: CHUNK }, (_, at) => textAt(chunk, at))
  chunk.text = ''
  chunk.ends = undefined
}

function textAt({ texts, text, ends }: Chunk, at: number): string {
  if (texts) return texts[at] ?? ''
  return text.slice(at === 0 ? 0 : ends?.[at - 1], ends?.[at])
}
