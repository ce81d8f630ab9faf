// Where the outputs of a Loop's iterations are kept, by its `fetchType`: STORE puts them into a file, an iteration a line, of which only the address is an
// output; FETCH and AUTO leave them among the outputs, where a list that is too large for the journal lies in internal storage and is read all the same.
import { storedMark, type StoredFormat } from '../std/stored-mark.ts'
import { mapGet, type Value, type ValueMap } from '../std/value.ts'
import { encodeValue } from '../std/value-json.ts'
import { printValue } from '../std/value-text.ts'
import type { View } from './context.ts'
import { getTask } from './plan.ts'
import { NeedsEvaluation, RunError } from './renderer.ts'
import { batchOutputsUri } from './start-child.ts'
import type { TaskRun } from './state.ts'

/** The slot of the address of what was kept. */
export const LOOP_OUTPUTS_SLOT = 'loop:outputs'

/** Shorter lists are not measured. */
const MEASURED_MIN = 64
const INLINE_MAX_CHARS = 256 * 1024

/** @throws {NeedsEvaluation} when they are to be kept elsewhere and are not yet. */
export function keepLoopOutputs(view: View, run: TaskRun, list: readonly Value[]): ValueMap {
  if (list.length === 0) return {}
  const isFile = isStored(view, run)
  if (!isFile && (list.length < MEASURED_MIN || encodeValue(list).length <= INLINE_MAX_CHARS)) return { outputs: list }
  const known = run.evaluated?.get(LOOP_OUTPUTS_SLOT)
  if (known === undefined || known === 'asked') throw new NeedsEvaluation(LOOP_OUTPUTS_SLOT)
  if ('error' in known) throw new RunError(known.error)
  return isFile ? { uri: known.value } : { outputs: known.value }
}

export interface KeepList {
  readonly type: 'keep-list'
  readonly uri: string
  /** Lines for whoever reads the file; one value for whoever reads the output. */
  readonly isLines: boolean
  readonly list: readonly Value[]
}

export function keepListOf(view: View, run: TaskRun, list: readonly Value[]): KeepList {
  const isLines = isStored(view, run)
  const folder = batchOutputsUri(view.state, run, getTask(view.plan, run.task).id)
  return { type: 'keep-list', uri: `${folder}/outputs.${isLines ? 'ion' : 'json'}`, isLines, list }
}

/** The answer to what was kept. */
export function keptAt({ uri, isLines }: KeepList, sizeBytes: number, format: StoredFormat = 'JSON'): Value {
  return isLines ? uri : storedMark(uri, sizeBytes, format)
}

function isStored({ plan }: View, run: TaskRun): boolean {
  const written = mapGet(getTask(plan, run.task).task.properties, 'fetchType') ?? 'AUTO'
  return printValue(written).toUpperCase() === 'STORE'
}
