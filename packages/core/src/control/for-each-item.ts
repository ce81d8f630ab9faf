// ForEachItem splits a file into batches, starts a flow for each, and joins what they gave. As in Kestra it is a group of three: `<id>_split` and
// `<id>_merge` are jobs, `<id>_items` runs one subflow per batch, in lanes that no list shows.
import { RunError } from '../execution/renderer.ts'
import type { Task } from '../flow/flow.ts'
import { isList, mapEntries, mapFrom, type Value, type ValueMap } from '../std/value.ts'
import { printValue } from '../std/value-text.ts'
import type { Control } from './control.ts'

const TYPE = 'io.kestra.plugin.core.flow.ForEachItem'
export const BATCH_TYPE: string = `${TYPE}$ForEachItemExecutable`
/** The slot of the batch files, which are read from the file that the split wrote. */
export const BATCHES_SLOT = 'batches:list'

export const forEachItem: Control = {
  type: TYPE,
  aliases: ['io.kestra.core.tasks.flows.ForEachItem'],
  open: task => ({ branch: task.lists.tasks }),
}

export const batchItems: Control = {
  type: BATCH_TYPE,
  aliases: [],
  open: (task, render) => {
    const values = render.answer(BATCHES_SLOT)
    if (!isList(values)) throw new RunError(`The split of "${task.id}" gave no list of batches.`)
    if (values.length === 0) return { branch: [], nothing: undefined }
    return {
      branch: task.lists.tasks,
      values: values.map(printValue),
      laneCount: values.length,
      laneLimit: values.length,
      isClosedOff: true,
      isTolerant: true,
      isBatched: true,
      outputs: { numberOfBatches: values.length, iterations: {} },
    }
  },
}

const CALL_KEYS: ReadonlySet<string> = new Set([
  ...['namespace', 'flowId', 'revision', 'inputs', 'labels', 'wait', 'transmitFailed', 'inheritLabels'],
  ...['scheduleDate', 'restartBehavior'],
])

/** The tasks that it stands for. */
export function expandForEachItem(task: Task): readonly [split: Task, items: Task, merge: Task] {
  const id = (part: string): string => `${task.id}_${part}`
  const bare = { path: task.path, disabled: false, allowFailure: false, allowWarning: false, logToFile: false } as const
  const outputsOf = (part: string): string => `currentEachOutput(outputs['${id(part)}'])`
  const call: Task = {
    ...bare,
    id: id('items'),
    type: BATCH_TYPE,
    properties: pick(task.properties, key => CALL_KEYS.has(key)),
  }
  const items: ValueMap = { splits: `{{ ${outputsOf('split')}.splits }}` }
  return [
    {
      ...bare,
      id: id('split'),
      type: `${TYPE}$ForEachItemSplit`,
      properties: pick(task.properties, key => key === 'items' || key === 'batch'),
    },
    {
      ...bare,
      id: id('items'),
      type: BATCH_TYPE,
      // What is tolerated is tolerated here, so that what the other batches gave is joined all the same.
      allowFailure: task.allowFailure,
      allowWarning: task.allowWarning,
      properties: items,
      lists: { tasks: [call], errors: [], finally: [] },
    },
    {
      ...bare,
      id: id('merge'),
      type: `${TYPE}$ForEachItemMergeOutputs`,
      properties: {
        subflowOutputs: `{{ ${outputsOf('items')}.subflowOutputsBaseUri ?? '' }}`,
        numberOfBatches: `{{ ${outputsOf('items')}.numberOfBatches ?? 0 }}`,
      },
    },
  ]
}

function pick(properties: ValueMap, isWanted: (key: string) => boolean): ValueMap {
  return mapFrom(
    [...mapEntries(properties)].flatMap(([key, value]): [string, Value][] => (isWanted(key) ? [[key, value]] : [])),
  )
}
