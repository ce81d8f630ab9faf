import type { Input } from './flow.ts'
import { coreName, walkFlow } from './graph.ts'
import { object } from './inspection.ts'
import type { Inspection } from './inspection.ts'

const FLOW_ID = /^[a-zA-Z0-9][a-zA-Z0-9._-]*$/
const NAMESPACE = /^[a-z0-9][a-z0-9._-]*$/
const TASK_ID = /^[a-zA-Z0-9][a-zA-Z0-9_-]*$/
const INPUT_ID = /^[a-zA-Z0-9][.a-zA-Z0-9_-]*$/
const LABEL_KEY = /^[a-z][a-z0-9._-]*$/
const FLOW_ID_LENGTH_MAX = 100
const NAMESPACE_LENGTH_MAX = 150
const ID_LENGTH_MAX = 256
/** They are words of routes in the API of dialect 1. */
const RESERVED: ReadonlySet<string> = new Set([
  ...['pause', 'resume', 'force-run', 'change-status', 'kill', 'executions', 'search', 'source', 'disable', 'enable'],
])

export function inspectIdentifiers(inspection: Inspection): void {
  const { flow } = inspection
  inspectId(inspection, flow.id, { path: 'id', what: 'flow id', pattern: FLOW_ID, lengthMax: FLOW_ID_LENGTH_MAX })
  inspectId(inspection, flow.namespace, {
    path: 'namespace',
    what: 'namespace',
    pattern: NAMESPACE,
    lengthMax: NAMESPACE_LENGTH_MAX,
  })
  if (flow.dialect === 1 && RESERVED.has(flow.id)) {
    object(inspection, {
      code: 'reserved-id',
      message: `The flow id "${flow.id}" is reserved; choose another.`,
      path: 'id',
    })
  }
  inspectTaskIds(inspection)
  for (const { id, path } of flow.triggers) {
    inspectId(inspection, id, { path: `${path}.id`, what: 'trigger id', pattern: TASK_ID, lengthMax: ID_LENGTH_MAX })
  }
  inspectUnique(
    inspection,
    'trigger',
    flow.triggers.map(({ id, path }) => ({ id, path: `${path}.id` })),
  )
  inspectInputIds(inspection, flow.inputs, 'inputs')
  const outputs = flow.outputs.map(({ id }, index) => ({ id, path: `outputs[${index}].id` }))
  for (const { id, path } of outputs) {
    inspectId(inspection, id, { path, what: 'output id', pattern: INPUT_ID, lengthMax: ID_LENGTH_MAX })
  }
  inspectUnique(inspection, 'output', outputs)
  inspectLabels(inspection)
}

interface IdRule {
  readonly path: string
  readonly what: string
  readonly pattern: RegExp
  readonly lengthMax: number
}

/** An absent id was reported when it was read. */
function inspectId(inspection: Inspection, id: string, { path, what, pattern, lengthMax }: IdRule): void {
  if (id === '') return
  if (id.length > lengthMax) {
    const message = `The ${what} "${id.slice(0, 40)}…" has ${id.length} characters, at most ${lengthMax} are allowed.`
    object(inspection, { code: 'invalid-id', message, path })
  } else if (!pattern.test(id)) {
    const message = `The ${what} "${id}" must match ${pattern.source}${suggestId(id, pattern)}.`
    object(inspection, { code: 'invalid-id', message, path })
  }
}

/** What the id was surely meant to be, without the letters that it cannot have. */
function suggestId(id: string, pattern: RegExp): string {
  const made = [id, id.toLowerCase()].flatMap(text => [
    text.trim().replaceAll(/[^a-zA-Z0-9._-]+/g, '-'),
    text.trim().replaceAll(/[^a-zA-Z0-9_-]+/g, '-'),
  ])
  const fitting = made.find(text => pattern.test(text))
  return fitting === undefined ? '' : `, such as "${fitting}"`
}

function inspectTaskIds(inspection: Inspection): void {
  const ids: { id: string; path: string }[] = []
  for (const { task } of walkFlow(inspection.flow)) {
    const path = `${task.path}.id`
    inspectId(inspection, task.id, { path, what: 'task id', pattern: TASK_ID, lengthMax: ID_LENGTH_MAX })
    ids.push({ id: task.id, path })
    if (coreName(task.type) !== 'flow.ForEachItem') continue
    for (const suffix of ['split', 'items', 'merge']) ids.push({ id: `${task.id}_${suffix}`, path })
  }
  inspectUnique(inspection, 'task', ids)
}

function inspectInputIds(inspection: Inspection, inputs: readonly Input[], path: string): void {
  const ids = inputs.map(({ id }, index) => ({ id, path: `${path}[${index}].id` }))
  for (const { id, path: at } of ids) {
    inspectId(inspection, id, { path: at, what: 'input id', pattern: INPUT_ID, lengthMax: ID_LENGTH_MAX })
  }
  inspectUnique(inspection, 'input', ids)
  inputs.forEach(({ inputs: children }, index) => {
    if (children !== undefined) inspectInputIds(inspection, children, `${path}[${index}].inputs`)
  })
}

function inspectUnique(
  inspection: Inspection,
  what: string,
  ids: readonly { readonly id: string; readonly path: string }[],
): void {
  const seen = new Set<string>()
  for (const { id, path } of ids) {
    if (id !== '' && seen.has(id)) {
      object(inspection, {
        code: 'duplicate-id',
        message: `The ${what} id "${id}" occurs more than once; rename one of them.`,
        path,
      })
    }
    seen.add(id)
  }
}

function inspectLabels(inspection: Inspection): void {
  for (const { key } of inspection.flow.labels) {
    const path = `labels.${key}`
    if (key.startsWith('system.') && key !== 'system.readOnly') {
      const message = `The label "${key}" is one of the system's own; of those a flow may only set system.readOnly.`
      object(inspection, { code: 'system-label', message, path })
    } else if (key !== 'system.readOnly' && !LABEL_KEY.test(key)) {
      const message = `The label key "${key}" must begin with a small letter and hold only small letters, digits, -, _ and dots.`
      object(inspection, { code: 'invalid-label', message, path })
    }
  }
}
