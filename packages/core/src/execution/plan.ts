// The compiled form of one flow revision: tasks by index, child lists as indexes, templates as closures. Made once per (flow, revision) and
// kept; no template is parsed twice. A run names its task by index, so a plan never changes once an execution has begun with it. Its outline is
// made at once; the templates of a task are compiled when it first runs: who only reads what ran – lists do, of hundreds of flows – needs none.
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
  /** How its runs are shown. Its type says that alone: no template is compiled for it. */
  readonly look: TaskLook
  readonly runIf: Property | undefined
  /** Of groups: the engine itself minds how long they wait. */
  readonly timeout: Property | undefined
  /** Only what the engine itself reads: control, inline and subflow tasks. */
  readonly properties: ReadonlyMap<string, Property>
  /** The unrendered properties as the journal's value text, made once: what a job carries. */
  readonly encoded: string
  /** Roots that the task's templates can reach: the slice of the context that travels with its job. */
  readonly roots: ReadonlySet<string>
  readonly lists: PlanLists
  /** It is part of how its group works, and no task of the flow: no list shows its runs. */
  readonly isHidden: boolean
  /** What leaves an iteration of a Loop. */
  readonly outputs: ReadonlyMap<string, Property> | undefined
  /** Which workers its job is for; any when it says nothing. */
  readonly placement: Placement | undefined
  readonly retry: { readonly policy: Retry; readonly isOwn: boolean } | undefined
}

/** A worker's task runs on a worker, were it Kestra; those that change the execution itself never leave the executor. */
export type TaskLook = 'group' | 'subflow' | 'worker' | 'executor'

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
  let outputs: Plan['outputs'] | undefined
  return {
    flow,
    tenant,
    revision,
    tasks,
    root: heard.length === 0 ? lists : { ...lists, after: [...heard, ...lists.after] },
    listeners,
    defaulted: defaultedInputs(flow.inputs),
    hasSecretInput: hasSecretInput(flow.inputs),
    get outputs() {
      return (outputs ??= outputsOf(flow))
    },
    sla: flow.sla.length === 0 ? NO_SLA : compileSla(flow),
  }
}

const NO_SLA: readonly Sla[] = []

function outputsOf({ outputs, dialect }: Flow): Plan['outputs'] {
  return new Map(outputs.map(({ id, value }) => [id, compileProperty(`outputs.${id}`, value, dialect)]))
}

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
  const { flow, tasks, parent } = place
  const index = tasks.length
  const own = task.retry && { policy: task.retry, isOwn: true }
  const retry = own ?? place.inherited
  const look = isBatch(task, place) ? 'subflow' : lookOf(task)
  const node = new LazyTask(task, { flow, index, parent, look, retry })
  tasks.push(node)
  if (task.lists)
    node.lists = compileLists(task, {
      ...place,
      parent: index,
      inherited: own ? { ...own, isOwn: false } : place.inherited,
    })
  return index
}

function lookOf({ type }: Task): TaskLook {
  if (controlOf(type)) return 'group'
  if (type === SUBFLOW) return 'subflow'
  return inlineTaskOf(type)?.isUpdating === true ? 'executor' : 'worker'
}

type Outline = Pick<PlanTask, 'index' | 'parent' | 'look' | 'retry'> & { readonly flow: Flow }

/** Its templates are compiled when they are first asked for. */
class LazyTask implements PlanTask {
  readonly index: number
  readonly id: string
  readonly type: string
  readonly task: Task
  readonly parent: number
  readonly look: TaskLook
  readonly isHidden: boolean
  readonly retry: PlanTask['retry']
  /** Set once, when the tasks below have their places. */
  lists: PlanLists = NO_LISTS
  readonly #flow: Flow
  #compiled: Compiled | undefined
  #kind: TaskKind | undefined
  #encoded: string | undefined
  #roots: ReadonlySet<string> | undefined

  constructor(task: Task, { flow, index, parent, look, retry }: Outline) {
    this.index = index
    this.id = task.id
    this.type = task.type
    this.task = task
    this.parent = parent
    this.look = look
    this.isHidden = task.type === OPEN_DIRECTORY || task.type === CLOSE_DIRECTORY
    this.retry = retry
    this.#flow = flow
  }

  get kind(): TaskKind {
    return (this.#kind ??= kindOf(this))
  }

  get properties(): Compiled['properties'] {
    return this.#all.properties
  }

  get runIf(): Property | undefined {
    return this.#all.runIf
  }

  get timeout(): Property | undefined {
    return this.#all.timeout
  }

  get outputs(): Compiled['outputs'] {
    return this.#all.outputs
  }

  get placement(): Placement | undefined {
    return this.#all.placement
  }

  get encoded(): string {
    return (this.#encoded ??= encodeValue(this.task.properties))
  }

  get roots(): ReadonlySet<string> {
    return (this.#roots ??= rootsOf(this.properties, this.task, this.#flow))
  }

  get #all(): Compiled {
    return (this.#compiled ??= compileProperties(this.task, this.#flow))
  }
}

type Compiled = Pick<PlanTask, 'properties' | 'runIf' | 'timeout' | 'outputs' | 'placement'>

function compileProperties(task: Task, flow: Flow): Compiled {
  const { dialect } = flow
  const properties = new Map<string, Property>()
  for (const [name, value] of mapEntries(task.properties)) properties.set(name, compileProperty(name, value, dialect))
  const compile = (name: string, text: string | undefined): Property | undefined =>
    text === undefined ? undefined : compileProperty(name, text, dialect)
  return {
    properties,
    runIf: compile('runIf', task.runIf),
    timeout: task.lists === undefined ? undefined : compile('timeout', task.timeout),
    outputs: task.outputs && compileOutputs(task.outputs, flow),
    placement: compilePlacement(task, flow),
  }
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
function kindOf(node: PlanTask): TaskKind {
  const { task, look } = node
  if (look === 'subflow') return SUBFLOW_KIND
  const control = controlOf(task.type)
  if (control) return { type: 'control', control }
  const inline = inlineTaskOf(task.type)
  if (!inline) return JOB_KIND
  if (inline.isUpdating === true) return { type: 'inline', inline }
  // What is cached is looked up in internal storage, which no turn reads.
  const isOfWorld = taskCacheOf(task) !== undefined || [...node.properties.values()].some(property => property.isAsking)
  return isOfWorld ? JOB_KIND : { type: 'inline', inline }
}

const SUBFLOW_KIND: TaskKind = { type: 'subflow' }
const JOB_KIND: TaskKind = { type: 'job' }

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
