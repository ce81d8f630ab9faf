// The outputs of one task in a large loop, by the values of the loop: a map that holds no outputs, only which run gave them. `outputs.task['value']` is
// looked up, and whoever goes over all of them reads them one by one.
import { isMap, type Value, type ValueMap } from '../std/value.ts'
import { packColumn, readColumn, type NumberColumn } from '../std/number-column.ts'
import type { Texts } from '../std/text-list.ts'
import type { RunList } from './run-list.ts'

const NO_RUN = -1

/** At one moment. The values and what was merged are still those of the map. */
export interface FrozenLoopOutputs {
  readonly values: Texts
  readonly ordinals: NumberColumn
  readonly merged: ReadonlyMap<number, Value>
}

export class LoopOutputs extends Map<string, Value> {
  readonly #values: Texts
  readonly #runs: RunList
  readonly #ordinals: Int32Array
  /** What is more than the outputs of one run: of two runs with one key they are merged. */
  readonly #merged = new Map<number, Value>()
  #order: Int32Array | undefined
  #size = 0

  constructor(values: Texts, runs: RunList) {
    super()
    this.#values = values
    this.#runs = runs
    this.#ordinals = new Int32Array(values.length).fill(NO_RUN)
  }

  static from({ values, ordinals, merged }: FrozenLoopOutputs, runs: RunList): LoopOutputs {
    const outputs = new LoopOutputs(values, runs)
    for (let lane = 0; lane < values.length; lane++) {
      const ordinal = readColumn(ordinals, lane)
      outputs.#ordinals[lane] = ordinal
      if (ordinal !== NO_RUN) outputs.#size += 1
    }
    for (const [lane, value] of merged) outputs.#merged.set(lane, value)
    return outputs
  }

  freeze(): FrozenLoopOutputs {
    return { values: this.#values, ordinals: packColumn(this.#ordinals), merged: this.#merged }
  }

  override get size(): number {
    return this.#size
  }

  /** The outputs of the lane are those of this run. Returns what another run gave before, which is to be merged. */
  bind(lane: number, ordinal: number): ValueMap | undefined {
    const known = this.#ordinals[lane] ?? NO_RUN
    if (known === NO_RUN) this.#size += 1
    const before = known === NO_RUN || known === ordinal ? undefined : this.#at(lane)
    this.#ordinals[lane] = ordinal
    return before !== undefined && isMap(before) ? before : undefined
  }

  merge(lane: number, outputs: ValueMap): void {
    this.#merged.set(lane, outputs)
  }

  override get(value: string): Value | undefined {
    return this.#at(this.#laneOf(value))
  }

  override has(value: string): boolean {
    return this.get(value) !== undefined
  }

  override delete(value: string): boolean {
    const lane = this.#laneOf(value)
    if ((this.#ordinals[lane] ?? NO_RUN) === NO_RUN) return false
    this.#ordinals[lane] = NO_RUN
    this.#merged.delete(lane)
    this.#size -= 1
    return true
  }

  override *entries(): MapIterator<[string, Value]> {
    for (let lane = 0; lane < this.#values.length; lane++) {
      const outputs = this.#at(lane)
      if (outputs !== undefined) yield [this.#values.at(lane) ?? '', outputs]
    }
  }

  override *keys(): MapIterator<string> {
    for (const [key] of this.entries()) yield key
  }

  override *values(): MapIterator<Value> {
    for (const [, outputs] of this.entries()) yield outputs
  }

  override [Symbol.iterator](): MapIterator<[string, Value]> {
    return this.entries()
  }

  override forEach(visit: (value: Value, key: string, map: Map<string, Value>) => void): void {
    for (const [key, outputs] of this.entries()) visit(outputs, key, this)
  }

  #at(lane: number): Value | undefined {
    const ordinal = this.#ordinals[lane] ?? NO_RUN
    if (ordinal === NO_RUN) return undefined
    return this.#merged.get(lane) ?? this.#runs.outputsAt(ordinal)
  }

  /** Values are in the order of the loop: by their text they are sorted once somebody asks. */
  #laneOf(value: string): number {
    const values = this.#values
    this.#order ??= new Int32Array(values.length)
      .map((_, lane) => lane)
      .sort((a, b) => compare(values.at(a) ?? '', values.at(b) ?? ''))
    let low = 0
    for (let high = this.#order.length - 1; low <= high;) {
      const middle = (low + high) >> 1
      const lane = this.#order[middle] ?? 0
      const side = compare(values.at(lane) ?? '', value)
      if (side === 0) return lane
      if (side < 0) low = middle + 1
      else high = middle - 1
    }
    return NO_RUN
  }
}

function compare(a: string, b: string): number {
  if (a === b) return 0
  return a < b ? -1 : 1
}
