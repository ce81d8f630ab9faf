import { parseDuration } from '../std/duration.ts'
import { isInteger, isMap, mapGet } from '../std/value.ts'
import type { Value } from '../std/value.ts'
import type { Task } from './flow.ts'
import { calledFlows, coreName, findCycles, walkFlow } from './graph.ts'
import { object } from './inspection.ts'
import type { Inspection } from './inspection.ts'
import { nearest } from './nearest.ts'
import { hasExpression } from './parse-type.ts'
import { inspectInputList } from './validate-inputs.ts'
import { inspectRetry } from './validate-policies.ts'

/** Lists that may not be empty, by the simple name of the type. */
const NEEDED_LISTS: ReadonlyMap<string, 'tasks' | 'then'> = new Map([
  ...[
    'AllowFailure',
    'Dag',
    'EachParallel',
    'EachSequential',
    'ForEach',
    'Loop',
    'LoopUntil',
    'Parallel',
    'Sequential',
  ].map(name => [`flow.${name}`, 'tasks'] as const),
  ['flow.WorkingDirectory', 'tasks'],
  ['flow.If', 'then'],
])

export function inspectTasks(inspection: Inspection): void {
  const { flow } = inspection
  if (flow.tasks.length === 0)
    object(inspection, { code: 'empty-list', message: 'A flow needs at least one task.', path: 'tasks' })
  for (const { task } of walkFlow(flow)) inspectTask(inspection, task)
  for (const { task } of calledFlows(flow)) {
    // What is templated may depend on anything.
    if (mapGet(task.properties, 'namespace') !== flow.namespace || mapGet(task.properties, 'flowId') !== flow.id)
      continue
    const message = `The task "${task.id}" calls its own flow, without end; let it call another one.`
    object(inspection, { code: 'recursive-call', message, path: task.path })
  }
}

function inspectTask(inspection: Inspection, task: Task): void {
  const name = coreName(task.type)
  if (task.retry !== undefined) inspectRetry(inspection, task.retry, `${task.path}.retry`)
  inspectTimeout(inspection, task)
  const needed = NEEDED_LISTS.get(name)
  if (needed !== undefined && (task.lists?.[needed] ?? []).length === 0) {
    const message = `\`${needed}\` of the ${name.slice(5)} "${task.id}" must hold at least one task.`
    object(inspection, { code: 'empty-list', message, path: `${task.path}.${needed}` })
  }
  if (task.asks !== undefined)
    inspectInputList(inspection, task.asks, `${task.path}.${name === 'flow.Pause' ? 'onResume' : 'inputs'}`)
  inspectByType(inspection, task, name)
}

function inspectByType(inspection: Inspection, task: Task, name: string): void {
  if (name === 'flow.Dag') inspectDag(inspection, task)
  if (name === 'flow.Switch') inspectSwitch(inspection, task)
  if (name === 'flow.WorkingDirectory') inspectWorkingDirectory(inspection, task)
  if (name === 'flow.ForEach' || name === 'flow.Loop') inspectLimit(inspection, task, 'concurrencyLimit')
  if (name === 'flow.Subflow' || name === 'flow.ForEachItem') inspectCall(inspection, task)
  if (name === 'flow.LoopUntil') inspectFrequency(inspection, task)
}

function inspectTimeout(inspection: Inspection, { timeout, path }: Task): void {
  if (timeout === undefined || hasExpression(timeout) || parseDuration(timeout) !== undefined) return
  const message = `The timeout "${timeout}" is not an ISO 8601 duration such as PT30S.`
  object(inspection, { code: 'wrong-type', message, path: `${path}.timeout` })
}

function inspectDag(inspection: Inspection, { lists, path }: Task): void {
  const tasks = lists?.tasks ?? []
  const ids = new Set(tasks.map(({ id }) => id))
  const graph = new Map<string, readonly string[]>()
  tasks.forEach(({ id }, index) => {
    const dependsOn = lists?.dependsOn?.[index] ?? []
    graph.set(
      id,
      dependsOn.filter(other => ids.has(other)),
    )
    dependsOn.forEach((other, position) => {
      if (ids.has(other)) return
      const close = nearest(other, ids)
      const hint = close === undefined ? `its tasks are ${[...ids].join(', ')}.` : `did you mean "${close}"?`
      const message = `The task "${id}" depends on "${other}", which is not a task of this Dag; ${hint}`
      object(inspection, {
        code: 'unknown-dependency',
        message,
        path: `${path}.tasks[${index}].dependsOn[${position}]`,
      })
    })
  })
  // One violation a Dag, however many circles share its tasks.
  const cycle = findCycles(graph)[0]
  if (cycle === undefined) return
  const message = `The tasks wait for one another in a circle: ${[...cycle, cycle[0]].join(' → ')}; take one of the dependencies away.`
  const index = tasks.findIndex(({ id }) => id === cycle[0])
  object(inspection, { code: 'dependency-cycle', message, path: `${path}.tasks[${index}].dependsOn` })
}

function inspectSwitch(inspection: Inspection, { id, lists, path }: Task): void {
  const isEmpty = (lists?.cases ?? []).length === 0 && (lists?.defaults ?? []).length === 0
  if (isEmpty)
    object(inspection, { code: 'empty-list', message: `The Switch "${id}" needs \`cases\` or \`defaults\`.`, path })
}

function inspectWorkingDirectory(inspection: Inspection, { id, lists, path }: Task): void {
  const tasks = lists?.tasks ?? []
  if (tasks.length === 0) {
    // Of the two rules that this breaks, the other is the list's own.
    const message = `The WorkingDirectory "${id}" has nothing to run.`
    object(inspection, { code: 'empty-directory', message, path })
  }
  for (const task of tasks) {
    const type = inspection.catalogue.resolve(task.type)
    if (type !== undefined && type.kind !== 'task' && type.kind !== 'other') {
      const message = `"${task.id}" cannot be in a WorkingDirectory, which runs only tasks that run on a worker.`
      object(inspection, { code: 'not-runnable', message, path: `${task.path}.type` })
    }
    if (task.workerGroup !== undefined) {
      const message = `"${task.id}" runs where its WorkingDirectory does and cannot have a worker group of its own.`
      object(inspection, { code: 'worker-group', message, path: `${task.path}.workerGroup` })
    }
  }
}

function inspectLimit(inspection: Inspection, { properties, path }: Task, key: string): void {
  const limit = mapGet(properties, key)
  if (limit === undefined || !isInteger(limit) || limit >= 0) return
  const message = `\`${key}\` must be 0 (no limit) or more, but is ${limit}.`
  object(inspection, { code: 'out-of-range', message, path: `${path}.${key}` })
}

function inspectCall(inspection: Inspection, { properties, path }: Task): void {
  const revision = mapGet(properties, 'revision')
  if (revision !== undefined && isInteger(revision) && revision < 1) {
    object(inspection, { code: 'out-of-range', message: 'A revision is 1 or more.', path: `${path}.revision` })
  }
  const labels = mapGet(properties, 'labels') ?? null
  if (!isMap(labels)) return
  for (const key of Object.keys(labels)) {
    if (!key.startsWith('system.')) continue
    const message = `The label "${key}" is one of the system's own.`
    object(inspection, { code: 'system-label', message, path: `${path}.labels.${key}` })
  }
}

function inspectFrequency(inspection: Inspection, { properties, path }: Task): void {
  const frequency = mapGet(properties, 'checkFrequency') ?? null
  if (!isMap(frequency)) return
  for (const key of ['maxDuration', 'interval']) {
    const value: Value = mapGet(frequency, key) ?? null
    if (typeof value !== 'string' || hasExpression(value) || parseDuration(value) !== undefined) continue
    const message = `\`${key}\` must be an ISO 8601 duration such as PT30S, but is "${value}".`
    object(inspection, { code: 'wrong-type', message, path: `${path}.checkFrequency.${key}` })
  }
}
