// What loops ask of files outside of the turn: the lines that are gone over, the list of batches, and a place for what the children gave.
import { BATCHES_SLOT } from '../control/for-each-item.ts'
import { LOOP_VALUES_SLOT } from '../control/loop.ts'
import { isMap, mapGet, type ValueMap } from '../std/value.ts'
import type { View } from './context.ts'
import { BATCH_OUTPUTS_SLOT, listOf } from './iterations.ts'
import { LOOP_OUTPUTS_SLOT, keepListOf, type KeepList } from './keep-loop-outputs.ts'
import { getRun } from './look-up.ts'
import { getTask } from './plan.ts'
import { rendererOf } from './renderer.ts'
import { batchOutputsUri } from './start-child.ts'

export type BatchQuestion =
  | { readonly type: 'list'; readonly uri: string }
  /** By lane. */
  | KeepList
  | { readonly type: 'keep'; readonly folder: string; readonly outputs: ReadonlyMap<number, ValueMap> }

const SLOTS: ReadonlySet<string> = new Set([BATCHES_SLOT, BATCH_OUTPUTS_SLOT, LOOP_VALUES_SLOT, LOOP_OUTPUTS_SLOT])

/** Undefined for other slots. */
export function batchQuestionOf(
  view: View,
  { run: ordinal, slot }: { readonly run: number; readonly slot: string },
): BatchQuestion | undefined {
  if (!SLOTS.has(slot)) return undefined
  const run = getRun(view.state, ordinal)
  const task = getTask(view.plan, run.task)
  if (slot === BATCHES_SLOT) return { type: 'list', uri: rendererOf(view, run, task).text('splits') ?? '' }
  if (slot === LOOP_VALUES_SLOT) return { type: 'list', uri: rendererOf(view, run, task).text('values')?.trim() ?? '' }
  const { group } = run
  if (slot === LOOP_OUTPUTS_SLOT) return keepListOf(view, run, group?.iterations ? listOf(group, group.iterations) : [])
  const outputs = new Map<number, ValueMap>()
  for (const [lane, result] of run.group?.iterations?.outputs ?? []) {
    const given = mapGet(result, 'outputs')
    if (given !== undefined && isMap(given)) outputs.set(lane, given)
  }
  return { type: 'keep', folder: batchOutputsUri(view.state, run, task.id), outputs }
}
