// The compiled form of one flow revision: tasks by index, child lists as indexes, templates as closures. Made once per (flow, revision) and
// kept; nothing is parsed at run time. A run names its task by index, so a plan never changes once an execution has begun with it.
import { controlOf, type Control } from '../control/control.ts'
import { BATCH_TYPE, expandForEachItem, forEachItem } from '../control/for-each-item.ts'
import { CLOSE_DIRECTORY, OPEN_DIRECTORY, openAndClose, workingDirectory } from '../control/working-directory.ts'
import { compileListeners, type PlanListener } from './listeners.ts'
import { compilePlacement, type Placement } from './placement.ts'
import { compileProperty, type Property } from './property.ts'
import { compileSla, type Sla } from './sla.ts'
import type { Flow, Output, Retry, Task, TaskLists } from '../flow/flow.ts'
import { defaultedInputs, type DefaultedInput } from '../flow/inputs.ts'
import { hasSecretInput } from './sealed.ts'
import { inlineTaskOf, type InlineTask } from '../inline/inline-task.ts'
import { taskCacheOf } from './task-cache.ts'
import { AssertionError } from '../std/assert.ts'
import { mapEntries, mapHas, type ValueMap } from '../std/value.ts'
import { encodeValue } from '../std/value-json.ts'

export interface Plan {
  readonly flow: Flow
  readonly tenant: string
  readonly revision: number
  readonly tasks: readonly PlanTask[]
  readonly root: {
    readonly tasks: readonly number[]
    readonly errors: readonly number[]
    readonly finally: readonly number[]
    /** Those of listeners first. */
    readonly after: readonly number[]
  }
  readonly listeners: readonly PlanListener[]
  readonly outputs: ReadonlyMap<string, Property>
  /** Inputs that show their default where an execution has no value for them. */
  readonly defaulted: readonly DefaultedInput[]
  readonly hasSecretInput: boolean
  readonly sla: readonly Sla[]
}

export interface PlanTask {
  readonly index: number
  readonly id: string
  readonly type: string
  readonly task: Task
  readonly parent: number
  readonly kind: TaskKind
  readonly runIf?: Property
  /** Of groups: the engine itself minds how long they wait. */
  readonly timeout?: Property
  /** Only what the engine itself reads: control, inline and subflow tasks. */
  readonly properties: ReadonlyMap<string, Property>
  /** The unrendered properties as the journal's value text, made once: what a job carries. */
  readonly encoded: string
  /** Roots that the task's templates can reach: the slice of the context that travels with its job. */
  readonly roots: ReadonlySet<string>
  readonly lists: PlanLists
  /** It is part of how its group works, and no task of the flow: no list shows its runs. */
  readonly isHidden?: boolean
  /** What leaves an iteration of a Loop. */
  readonly outputs?: ReadonlyMap<string, Property>
  /** Which workers its job is for; any when it says nothing. */
  readonly placement?: Placement
  readonly retry?: { readonly policy: Retry; readonly isOwn: boolean }
}

export type TaskKind =
  | { readonly type: 'control'; readonly control: Control }
  | { readonly type: 'inline'; readonly inline: InlineTask }
  | { readonly type: 'subflow' }
  | { readonly type: 'job' }

export interface PlanLists {
  readonly tasks: readonly number[]
  readonly errors: readonly number[]
  readonly finally: readonly number[]
  readonly then: readonly number[]
  readonly else: readonly number[]
  readonly cases: ReadonlyMap<string, readonly number[]>
  readonly defaults?: readonly number[]
  /** Dag: for each of `tasks` the positions of those it waits for. */
  readonly dependsOn: readonly (readonly number[])[]
  /** Tasks that run at a moment of their own, by the property that names it. */
  readonly hooks: ReadonlyMap<string, readonly number[]>
}

export const SUBFLOW = 'io.kestra.plugin.core.flow.Subflow'

export function compilePlan(flow: Flow, { tenant, revision }: { tenant: string; revision: number }): Plan {
  const tasks: PlanTask[] = []
  const flowRetry = flow.retry && { policy: flow.retry, isOwn: false }
  const list = (of: readonly Task[]): readonly number[] =>
    compileList(of, { flow, tasks, parent: -1, inherited: flowRetry })
  const lists = {
    tasks: list(flow.tasks),
    errors: list(flow.errors),
    finally: list(flow.finally),
    after: list(flow.afterExecution),
  }
  const listeners = compileListeners(flow, list)
  const heard = listeners.flatMap(listener => listener.tasks)
  return {
    flow,
    tenant,
    revision,
    tasks,
    root: heard.length === 0 ? lists : { ...lists, after: [...heard, ...lists.after] },
    listeners,
    defaulted: defaultedInputs(flow.inputs),
    hasSecretInput: hasSecretInput(flow.inputs),
    outputs: new Map(
      flow.outputs.map(output => [output.id, compileProperty(`outputs.${output.id}`, output.value, flow.dialect)]),
    ),
    sla: flow.sla.length === 0 ? NO_SLA : compileSla(flow),
  }
}

const NO_SLA: readonly Sla[] = []

export function getTask(plan: Plan, index: number): PlanTask {
  const task = plan.tasks[index]
  if (task === undefined)
    throw new AssertionError(`flow "${plan.flow.id}" revision ${plan.revision} has no task ${index}`)
  return task
}

interface Place {
  readonly flow: Flow
  readonly tasks: PlanTask[]
  readonly parent: number
  readonly inherited: PlanTask['retry']
}

/** Disabled tasks keep their index, so that revisions stay comparable, and are in no list. */
function compileList(of: readonly Task[], place: Place): readonly number[] {
  const indexes: number[] = []
  for (const task of of) {
    const index = compileTask(task, place)
    if (!task.disabled) indexes.push(index)
  }
  return indexes
}

function compileTask(task: Task, place: Place): number {
  const { flow, tasks } = place
  const index = tasks.length
  const properties = new Map<string, Property>()
  for (const [name, value] of mapEntries(task.properties))
    properties.set(name, compileProperty(name, value, flow.dialect))
  const own = task.retry && { policy: task.retry, isOwn: true }
  const retry = own ?? place.inherited
  const placement = compilePlacement(task, flow)
  const node: { -readonly [K in keyof PlanTask]: PlanTask[K] } = {
    index,
    id: task.id,
    type: task.type,
    task,
    parent: place.parent,
    kind: isBatch(task, place) ? { type: 'subflow' } : kindOf(task, properties),
    properties,
    encoded: encodeValue(task.properties),
    roots: rootsOf(properties, task, flow),
    lists: NO_LISTS,
    ...(task.runIf === undefined ? {} : { runIf: compileProperty('runIf', task.runIf, flow.dialect) }),
    ...(task.lists === undefined || task.timeout === undefined
      ? {}
      : { timeout: compileProperty('timeout', task.timeout, flow.dialect) }),
    ...(task.type === OPEN_DIRECTORY || task.type === CLOSE_DIRECTORY ? { isHidden: true } : {}),
    ...(task.outputs === undefined ? {} : { outputs: compileOutputs(task.outputs, flow) }),
    ...(retry === undefined ? {} : { retry }),
    ...(placement === undefined ? {} : { placement }),
  }
  tasks.push(node)
  if (task.lists)
    node.lists = compileLists(task, {
      ...place,
      parent: index,
      inherited: own ? { ...own, isOwn: false } : place.inherited,
    })
  return index
}

const NO_LISTS: PlanLists = {
  dependsOn: [],
  tasks: [],
  errors: [],
  finally: [],
  then: [],
  else: [],
  cases: new Map(),
  hooks: new Map(),
}

function isBatch({ type }: Task, { parent, tasks }: Place): boolean {
  return type === BATCH_TYPE && tasks[parent]?.type === BATCH_TYPE
}

function compileLists(task: Task, place: Place): PlanLists {
  if (task.lists === undefined) throw new AssertionError(`task "${task.id}" has no lists`)
  const lists = expand(task, task.lists)
  const list = (of: readonly Task[] | undefined): readonly number[] => compileList(of ?? [], place)
  return {
    tasks: list(lists.tasks),
    dependsOn: lists.dependsOn ? dependenciesOf(lists.tasks, lists.dependsOn) : [],
    then: list(lists.then),
    else: list(lists.else),
    cases: new Map((lists.cases ?? []).map(item => [item.key, list(item.tasks)])),
    ...(lists.defaults ? { defaults: list(lists.defaults) } : {}),
    hooks: new Map(Object.entries(lists.hooks ?? {}).map(([key, tasks]) => [key, list(tasks)])),
    errors: list(lists.errors),
    finally: list(lists.finally),
  }
}

/** The prefix of their slots. */
export const ITERATION_SLOT = 'iteration.'

function compileOutputs(outputs: readonly Output[], { dialect }: Flow): ReadonlyMap<string, Property> {
  return new Map(outputs.map(({ id, value }) => [id, compileProperty(`${ITERATION_SLOT}${id}`, value, dialect)]))
}

/** Some groups stand for more tasks than they are written with. */
function expand(task: Task, lists: TaskLists): TaskLists {
  const control = controlOf(task.type)
  if (control === forEachItem) return { ...lists, tasks: expandForEachItem(task) }
  if (control !== workingDirectory) return lists
  const { open, close } = openAndClose(task)
  return { ...lists, tasks: [open, ...lists.tasks], hooks: { ...lists.hooks, close: [close] } }
}

/** Disabled tasks are in no list, and nobody waits for them. */
function dependenciesOf(
  tasks: readonly Task[],
  dependsOn: readonly (readonly string[])[],
): readonly (readonly number[])[] {
  const positions = new Map(tasks.filter(({ disabled }) => !disabled).map(({ id }, position) => [id, position]))
  return tasks.flatMap(({ disabled }, index) =>
    disabled ? [] : [(dependsOn[index] ?? []).flatMap(id => positions.get(id) ?? [])],
  )
}

/**
 * A pure task runs inside the turn, unless one of its templates asks the world (a secret, a key, a file): then the host runs it, so that no
 * answer ever passes through the engine. Tasks that change the execution itself have no other place than the turn.
 */
function kindOf(task: Task, properties: ReadonlyMap<string, Property>): TaskKind {
  const control = controlOf(task.type)
  if (control) return { type: 'control', control }
  if (task.type === SUBFLOW) return { type: 'subflow' }
  const inline = inlineTaskOf(task.type)
  if (!inline) return { type: 'job' }
  // What is cached is looked up in internal storage, which no turn reads.
  const isOfWorld = taskCacheOf(task) !== undefined || [...properties.values()].some(property => property.isAsking)
  return isOfWorld && inline.isUpdating !== true ? { type: 'job' } : { type: 'inline', inline }
}

/** What they cost is written down by label, and their memory is the correlation's, though no template of the author says so. */
const COUNTS_BY_LABEL = /^io\.kestra\.plugin\.(?:ai|langchain4j|openai)\./

function rootsOf(properties: ReadonlyMap<string, Property>, task: Task, flow: Flow): ReadonlySet<string> {
  const roots = new Set<string>()
  if (COUNTS_BY_LABEL.test(task.type)) roots.add('labels')
  for (const property of properties.values()) for (const root of property.roots) roots.add(root)
  for (const text of [task.timeout, taskCacheOf(task)?.ttl])
    if (text !== undefined) for (const root of compileProperty('timeout', text, flow.dialect).roots) roots.add(root)
  return roots
}

export function hasProperty(task: PlanTask, name: string): boolean {
  return mapHas(task.task.properties, name)
}

export function rawProperties(task: PlanTask): ValueMap {
  return task.task.properties
}
