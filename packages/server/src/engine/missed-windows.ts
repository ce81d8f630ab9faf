// Windows that end before their conditions were met, where the trigger wants to be told: an execution that is FAILED from birth. Windows of the
// calendar end whether or not anything came; one that slides or looks back ends only if something did.
import { nextWindowEnd, type ConditionSet, type WindowState, type Zone } from '@batuta/core'
import type { PlacedListener } from './listener-index.ts'
import { TimerHeap } from './timer-heap.ts'

export interface MissedWindow {
  readonly placed: PlacedListener
  readonly set: ConditionSet
  readonly endMs: number
}

interface End {
  readonly atMs: number
  readonly name: string
  readonly missed: MissedWindow
}

export class MissedWindows {
  readonly #zone: Zone
  readonly #heap = new TimerHeap<End>()
  /** The end that counts, by listener and set: older entries of the heap are let go. */
  readonly #ends = new Map<string, number>()

  constructor(zone: Zone) {
    this.#zone = zone
  }

  get nextMs(): number | undefined {
    return this.#heap.nextMs
  }

  clear(): void {
    this.#heap.clear()
    this.#ends.clear()
  }

  /** Looks when the window of a set ends that wants to be told. */
  plan(
    placed: PlacedListener,
    set: ConditionSet,
    { window, nowMs }: { readonly window: WindowState | undefined; readonly nowMs: number },
  ): void {
    if (!set.onMiss) return
    const name = JSON.stringify([
      placed.key.tenant,
      placed.key.namespace,
      placed.key.flowId,
      placed.key.triggerId,
      set.id,
    ])
    const endMs = this.#endOf(set, window, nowMs)
    if (endMs === undefined) return void this.#ends.delete(name)
    if (this.#ends.get(name) === endMs) return
    this.#ends.set(name, endMs)
    this.#heap.push({ atMs: endMs + 1, name, missed: { placed, set, endMs } })
  }

  /** Those that have ended by now. */
  takeDue(nowMs: number): readonly MissedWindow[] {
    const due: MissedWindow[] = []
    for (let end = this.#heap.popDue(nowMs); end; end = this.#heap.popDue(nowMs)) {
      if (this.#ends.get(end.name) !== end.missed.endMs) continue
      this.#ends.delete(end.name)
      due.push(end.missed)
    }
    return due
  }

  /** What was open when this node was not there has ended at its time all the same. */
  #endOf({ window: spec }: ConditionSet, window: WindowState | undefined, nowMs: number): number | undefined {
    const isOpen = window !== undefined && !window.hasFired && window.met.length > 0
    if (spec.type === 'lookback')
      return isOpen ? Math.min(...window.met.map(({ atMs }) => atMs)) + spec.sizeMs : undefined
    if (isOpen) return window.endMs
    return nextWindowEnd(spec, nowMs, this.#zone)
  }
}
