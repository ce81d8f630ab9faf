import { mapFrom } from '../std/value.ts'
import type { ValueMap } from '../std/value.ts'
import type { ResolvedType } from './catalogue.ts'
import { CHILD_KEYS } from './child-keys.ts'
import type { ChildKeys } from './child-keys.ts'
import { TASK_KEYS } from './common-keys.ts'
import type { Task, TaskLists } from './flow.ts'
import { parseInputs, parseOutputs } from './parse-input.ts'
import { parseRetry } from './parse-retry.ts'
import { checkProperties, propertyValue, resolveType } from './parse-type.ts'
import {
  booleanOf,
  choiceOf,
  fieldOf,
  join,
  listOf,
  LOG_LEVELS,
  mapOf,
  mark,
  placeOf,
  placesOf,
  refuseUnknown,
  report,
  requiredText,
  textOf,
  textsOf,
  valueMapOf,
  withoutEffect,
} from './reading.ts'
import type { Place } from './reading.ts'

const TASK_KINDS = new Set(['task', 'flowable', 'executable', 'updating'])

export function parseTasks(owner: Place, key: string): readonly Task[] {
  return placesOf(owner, key).map(parseTask)
}

function parseTask(place: Place): Task {
  const type = resolveType(place, 'a task', TASK_KINDS)
  const children = childrenOf(type)
  const timeout = timeoutOf(place)
  const runIf = textOf(place, 'runIf') ?? textOf(place, 'when')
  if (fieldOf(place, 'assets') !== undefined) withoutEffect(place, 'assets')
  if (fieldOf(place, 'when') !== undefined) mark(place, 2, 'when', '`when` on tasks')
  const retry = parseRetry(place, 'retry')
  const logLevel = choiceOf(place, 'logLevel', LOG_LEVELS)
  checkProperties(place, type, { common: TASK_KEYS, children: children === undefined ? EMPTY : keysOf(children) })
  return {
    id: requiredText(place, 'id', 'a task'),
    type: type?.type ?? textOf(place, 'type') ?? '',
    path: place.path,
    disabled: booleanOf(place, 'disabled', false),
    allowFailure: booleanOf(place, 'allowFailure', false),
    allowWarning: booleanOf(place, 'allowWarning', false),
    logToFile: booleanOf(place, 'logToFile', false),
    properties: propertiesOf(place, type, children),
    ...definedTexts(place, ['description', 'version']),
    ...(timeout !== undefined && { timeout }),
    ...(runIf !== undefined && { runIf }),
    ...(retry !== undefined && { retry }),
    ...(logLevel !== undefined && { logLevel }),
    ...(fieldOf(place, 'workerGroup') !== undefined && { workerGroup: valueMapOf(place, 'workerGroup') }),
    ...(fieldOf(place, 'workerSelector') !== undefined && { workerSelector: valueMapOf(place, 'workerSelector') }),
    ...(fieldOf(place, 'taskCache') !== undefined && { taskCache: valueMapOf(place, 'taskCache') }),
    ...(children !== undefined && { lists: parseLists(place, children) }),
    ...(children?.asks !== undefined && fieldOf(place, children.asks) && { asks: parseInputs(place, children.asks) }),
    ...(children?.outputs !== undefined &&
      fieldOf(place, children.outputs) && { outputs: parseOutputs(place, children.outputs) }),
  }
}

/** A bare number counts seconds, as for every duration. */
function timeoutOf(place: Place): string | undefined {
  const text = textOf(place, 'timeout')
  return text !== undefined && /^\d+$/.test(text.trim()) ? `PT${text.trim()}S` : text
}

const EMPTY: ReadonlySet<string> = new Set()

function definedTexts<K extends string>(place: Place, keys: readonly K[]): { [key in K]?: string } {
  const texts: { [key in K]?: string } = {}
  for (const key of keys) {
    const text = textOf(place, key)
    if (text !== undefined) texts[key] = text
  }
  return texts
}

function childrenOf(type: ResolvedType | undefined): ChildKeys | undefined {
  if (type === undefined) return undefined
  return CHILD_KEYS.get(type.type) ?? (type.kind === 'flowable' ? CHILD_KEYS.get('') : undefined)
}

function keysOf(children: ChildKeys): ReadonlySet<string> {
  const fields = [children.asks, children.outputs].filter(key => key !== undefined)
  return new Set([...children.lists, ...children.hooks, ...fields, ...(children.hasCases ? ['cases', 'defaults'] : [])])
}

function propertiesOf(place: Place, type: ResolvedType | undefined, children: ChildKeys | undefined): ValueMap {
  const taken = children === undefined ? EMPTY : keysOf(children)
  const own: [string, ReturnType<typeof propertyValue>][] = []
  for (const [key, entry] of place.map.entries) {
    if (TASK_KEYS.has(key) || taken.has(key)) continue
    own.push([key, propertyValue(entry.value, type?.properties.get(key)?.type)])
  }
  return mapFrom(own)
}

function parseLists(place: Place, children: ChildKeys): TaskLists {
  const has = (key: string): boolean => children.lists.includes(key)
  const dag = children.isDag ? parseDag(place) : undefined
  const hooks = children.hooks.filter(key => fieldOf(place, key) !== undefined)
  return {
    tasks: dag?.tasks ?? (has('tasks') ? parseTasks(place, 'tasks') : []),
    errors: has('errors') ? parseTasks(place, 'errors') : [],
    finally: has('finally') ? parseTasks(place, 'finally') : [],
    ...(has('then') && { then: parseTasks(place, 'then') }),
    ...(has('else') && fieldOf(place, 'else') !== undefined && { else: parseTasks(place, 'else') }),
    ...(children.hasCases && { cases: parseCases(place) }),
    ...(children.hasCases && fieldOf(place, 'defaults') !== undefined && { defaults: parseTasks(place, 'defaults') }),
    ...(dag !== undefined && { dependsOn: dag.dependsOn }),
    ...(hooks.length > 0 && { hooks: Object.fromEntries(hooks.map(key => [key, parseHook(place, key)])) }),
  }
}

/** A hook is one task, or a list of them. */
function parseHook(place: Place, key: string): readonly Task[] {
  const node = fieldOf(place, key)
  if (node?.type === 'list') return parseTasks(place, key)
  const single = mapOf(place, key)
  return single === undefined ? [] : [parseTask(single)]
}

function parseCases(place: Place): NonNullable<TaskLists['cases']> {
  const cases = mapOf(place, 'cases')
  if (cases === undefined) return []
  return Array.from(cases.map.entries.keys(), key => ({ key, tasks: parseTasks(cases, key) }))
}

function reportBareTask(item: Place): void {
  const message =
    'An entry of a Dag holds its task under `task`, with `dependsOn` beside it: write `- task: {id: …, type: …}`.'
  const { path, map, reading } = item
  report(reading, { severity: 'error', code: 'missing-property', message, path, offset: map.start })
}

const DAG_KEYS: ReadonlySet<string> = new Set(['task', 'dependsOn'])

function parseDag(place: Place): { tasks: readonly Task[]; dependsOn: readonly (readonly string[])[] } {
  const tasks: Task[] = []
  const dependsOn: (readonly string[])[] = []
  for (const { node, path } of listOf(place, 'tasks')) {
    const item = placeOf(place.reading, node, path)
    if (item === undefined) continue
    const inner = item.map.entries.get('task')?.value
    if (inner === undefined && fieldOf(item, 'type') !== undefined) {
      reportBareTask(item)
      continue
    }
    refuseUnknown(item, DAG_KEYS, 'a task of a Dag')
    const task = inner === undefined ? undefined : placeOf(place.reading, inner, join(path, 'task'))
    if (task === undefined) {
      requiredText(item, 'task', 'an entry of a Dag')
      continue
    }
    tasks.push(parseTask(task))
    dependsOn.push(textsOf(item, 'dependsOn'))
  }
  return { tasks, dependsOn }
}
