import type { Label } from '../flow/flow.ts'
import { RunError } from '../execution/renderer.ts'
import { isList, isMap, mapEntries, mapGet, type Value } from '../std/value.ts'
import { decodeValue } from '../std/value-json.ts'
import { printValue } from '../std/value-text.ts'
import type { InlineTask } from './inline-task.ts'

/** Merges labels into those of the execution, by key. Keys of the system are refused. */
export const labels: InlineTask = {
  type: 'io.kestra.plugin.core.execution.Labels',
  aliases: ['io.kestra.core.tasks.executions.Labels'],
  isUpdating: true,
  run: (task, render, { state, dialect }) => {
    const value = render.value('labels') ?? []
    if (dialect === 1) refuseOthers(task.id, value)
    const given = readLabels(task.id, value)
    const system = given.find(label => label.key.startsWith('system.'))
    if (system)
      throw new RunError(`The label "${system.key}" is refused: labels that begin with "system." belong to the system.`)
    return { state: 'SUCCESS', events: [{ type: 'labels', labels: mergeLabels(state.labels, given) }] }
  },
}

/** 1.x takes texts and nothing else for values; 2.0 makes a text of anything (recorded). */
function refuseOthers(id: string, labels: Value): void {
  if (typeof labels === 'string') return refuseOthers(id, parseLabels(id, labels))
  const pairs = isList(labels)
    ? labels.flatMap((item): [string, Value][] =>
        isMap(item) ? [[printValue(mapGet(item, 'key') ?? null), mapGet(item, 'value') ?? null]] : [],
      )
    : isMap(labels)
      ? [...mapEntries(labels)]
      : []
  const wrong = pairs.find(([, value]) => typeof value !== 'string')
  if (!wrong) return
  const [key, value] = wrong
  throw new RunError(`The label "${key}" of "${id}" is ${printValue(value)}, which is no text: put it in quotes.`)
}

export function mergeLabels(known: readonly Label[], given: readonly Label[]): readonly Label[] {
  const replaced = new Set(given.map(label => label.key))
  return [...known.filter(label => !replaced.has(label.key)), ...given]
}

/** Labels come as a map, as a list of {key, value}, or as text that is JSON of either. */
export function readLabels(id: string, value: Value): readonly Label[] {
  if (typeof value === 'string') return readLabels(id, parseLabels(id, value))
  if (isList(value)) {
    return value.map(item => {
      const key = isMap(item) ? mapGet(item, 'key') : undefined
      if (!isMap(item) || typeof key !== 'string' || key === '')
        throw new RunError(`A label of "${id}" has no key: write {key: …, value: …}.`)
      return { key, value: printValue(mapGet(item, 'value') ?? null) }
    })
  }
  if (isMap(value)) return [...mapEntries(value)].map(([key, item]) => ({ key, value: printValue(item) }))
  throw new RunError(`The labels of "${id}" are neither a map nor a list of {key, value}.`)
}

function parseLabels(id: string, text: string): Value {
  try {
    const value = decodeValue(text)
    if (typeof value !== 'string') return value
  } catch (cause) {
    throw new RunError(`The labels of "${id}" rendered to "${text.slice(0, 200)}", which is no JSON map or list.`, {
      cause,
    })
  }
  throw new RunError(`The labels of "${id}" rendered to a text, not to a map or list.`)
}
