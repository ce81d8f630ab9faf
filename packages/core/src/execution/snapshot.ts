// What was folded of a journal, as plain objects, maps, sets, arrays and typed arrays: what can be cloned, stored and read again in a tenth of the
// time that folding takes. Everything of the state is taken, whatever it is called: a field that comes later is not forgotten. What is of a class of
// our own stands as [undefined, the name of the class, what it is made of]; no list of values begins with undefined.
import { AssertionError } from '../std/assert.ts'
import { packColumn, readColumn, type NumberColumn } from '../std/number-column.ts'
import { TextList, type FrozenTexts } from '../std/text-list.ts'
import { trust } from '../std/trust.ts'
import { isScalarObject, type Value } from '../std/value.ts'
import { decodeValue, encodeValue } from '../std/value-json.ts'
import { LaneCounts } from './lane-counts.ts'
import { LoopOutputs, type FrozenLoopOutputs } from './loop-outputs.ts'
import type { FrozenChunk } from './packed-chunk.ts'
import type { FrozenRuns } from './packed-runs.ts'
import { RunList } from './run-list.ts'
import type { ExecutionState, TaskRun } from './state.ts'

/** Raised whenever the same journal is folded to another state than before: a snapshot of another version is not read. */
export const SNAPSHOT_VERSION = 1

export interface Snapshot<Head = unknown> {
  /** All of the state but the runs that are packed. It is as it was taken, whatever becomes of the state. */
  readonly head: Head
  /** A thousand packed runs each. They do not change any more: they may be cloned later, and apart. */
  readonly chunks: readonly PackedPart[]
}

export type PackedPart = readonly [number, FrozenChunk]

/** `clone` is what makes bytes, or another object, of the head at once. */
export function takeSnapshot<Head>(state: ExecutionState, clone: (head: unknown) => Head): Snapshot<Head> {
  const { runs, ...rest } = state
  const { length, open, packed } = runs.freeze()
  const freezer = new Freezer()
  const head = clone({
    // What is to be looked at is found anew.
    ...trust<object>(freezer.freeze({ ...rest, agenda: [] })),
    runs: {
      length,
      open: freezer.freeze(open),
      packed: packed && { baseMs: packed.baseMs, shapes: packed.shapes },
    },
  })
  return { head, chunks: packed?.chunks ?? [] }
}

interface FrozenState extends Omit<ExecutionState, 'runs'> {
  readonly runs: {
    readonly length: number
    readonly open: readonly TaskRun[]
    readonly packed: Omit<FrozenRuns, 'chunks'> | undefined
  }
}

/** The state, but for what is derived of it: `foldOn` goes on from it. */
export function readSnapshot({ head, chunks }: Snapshot): ExecutionState {
  const { runs: frozen, ...rest } = trust<FrozenState>(head)
  const { length, packed } = frozen
  const thawer = new Thawer()
  const open = trust<readonly TaskRun[]>(thawer.thaw(frozen.open))
  const runs = RunList.from({ length, open, packed: packed && { ...packed, chunks } })
  thawer.runs = runs
  return { ...trust<Omit<ExecutionState, 'runs'>>(thawer.thaw(rest)), runs }
}

type Classed = readonly [undefined, keyof typeof THAWED, unknown]

/** A list of so many whole numbers is a column. */
const COLUMN_MIN = 64

class Freezer {
  /** What stands in two places stands in two places again. */
  readonly #classed = new Map<object, unknown>()

  freeze(value: unknown): unknown {
    if (typeof value !== 'object' || value === null) return value
    if (Array.isArray(value)) return this.#freezeList(value)
    const prototype: unknown = Object.getPrototypeOf(value)
    if (prototype === Object.prototype || prototype === null) return this.#freezeFields(value)
    if (prototype === Map.prototype) return this.#freezeMap(trust<ReadonlyMap<unknown, unknown>>(value))
    if (prototype === Set.prototype) return value
    const known = this.#classed.get(value)
    if (known !== undefined) return known
    const frozen = this.#freezeClassed(value)
    this.#classed.set(value, frozen)
    return frozen
  }

  #freezeClassed(value: object): Classed {
    if (value instanceof LaneCounts) return [undefined, 'lanes', [...value]]
    if (value instanceof TextList) return [undefined, 'texts', value.freeze()]
    if (value instanceof LoopOutputs) {
      const { values, ordinals, merged } = value.freeze()
      return [undefined, 'loop-outputs', { values: this.freeze(values), ordinals, merged: this.freeze(merged) }]
    }
    // As in the journal.
    const own = trust<Value>(value)
    if (isScalarObject(own)) return [undefined, 'value', encodeValue(own)]
    throw new AssertionError(`a snapshot holds no ${value.constructor.name}`)
  }

  /** The list itself, where nothing of it is to be said otherwise. */
  #freezeList(list: readonly unknown[]): unknown {
    if (list.length >= COLUMN_MIN && list.every(isWhole)) {
      return [undefined, 'numbers', { length: list.length, column: packColumn(trust<readonly number[]>(list)) }]
    }
    let changed: unknown[] | undefined
    for (let index = 0; index < list.length; index++) {
      const frozen = this.freeze(list[index])
      if (frozen !== list[index]) changed ??= list.slice()
      if (changed) changed[index] = frozen
    }
    return changed ?? list
  }

  #freezeFields(fields: object): unknown {
    let changed: Record<string, unknown> | undefined
    for (const [key, value] of Object.entries(fields)) {
      const frozen = this.freeze(value)
      if (frozen === value) continue
      changed ??= { ...fields }
      changed[key] = frozen
    }
    return changed ?? fields
  }

  #freezeMap(map: ReadonlyMap<unknown, unknown>): unknown {
    let isChanged = false
    const entries = Array.from(map, ([key, value]) => {
      const frozen = this.freeze(value)
      isChanged ||= frozen !== value
      return [key, frozen] as const
    })
    return isChanged ? new Map(entries) : map
  }
}

/** −0 is no whole number of a column. */
function isWhole(value: unknown): boolean {
  return typeof value === 'number' && Number.isSafeInteger(value) && value >= 0 && !Object.is(value, -0)
}

class Thawer {
  readonly #classed = new Map<object, unknown>()
  /** Those that outputs of loops are read from. */
  runs = new RunList()

  /** Changes it in place. */
  thaw(value: unknown): unknown {
    if (typeof value !== 'object' || value === null || value instanceof Set || ArrayBuffer.isView(value)) return value
    if (value instanceof Map) {
      for (const [key, item] of value) {
        const thawed = this.thaw(item)
        if (thawed !== item) value.set(key, thawed)
      }
      return value
    }
    if (Array.isArray(value))
      return value.length === 3 && value[0] === undefined ? this.#thawClassed(value) : this.#thawList(value)
    const fields = trust<Record<string, unknown>>(value)
    for (const key of Object.keys(fields)) {
      const item = fields[key]
      const thawed = this.thaw(item)
      if (thawed !== item) fields[key] = thawed
    }
    return value
  }

  #thawList(list: unknown[]): unknown {
    for (let index = 0; index < list.length; index++) {
      const thawed = this.thaw(list[index])
      if (thawed !== list[index]) list[index] = thawed
    }
    return list
  }

  #thawClassed(classed: readonly unknown[]): unknown {
    const known = this.#classed.get(classed)
    if (known !== undefined) return known
    const [, name, content] = trust<Classed>(classed)
    const thawed = THAWED[name](content, this)
    this.#classed.set(classed, thawed)
    return thawed
  }
}

const THAWED = {
  lanes: (content: unknown): LaneCounts => {
    const lanes = new LaneCounts()
    for (const [lane, count] of trust<readonly (readonly [number, number])[]>(content)) lanes.set(lane, count)
    return lanes
  },
  texts: (content: unknown): TextList => new TextList(trust<FrozenTexts>(content)),
  'loop-outputs': (content: unknown, thawer: Thawer): LoopOutputs =>
    LoopOutputs.from(trust<FrozenLoopOutputs>(thawer.thaw(content)), thawer.runs),
  value: (content: unknown): Value => decodeValue(trust<string>(content)),
  numbers: (content: unknown): number[] => {
    const { length, column } = trust<{ readonly length: number; readonly column: NumberColumn }>(content)
    const numbers: number[] = []
    for (let index = 0; index < length; index++) numbers.push(readColumn(column, index))
    return numbers
  },
} as const
