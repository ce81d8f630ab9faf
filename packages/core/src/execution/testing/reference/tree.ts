// A flow as the reference model reads it: a tree of tasks, and for each the little that decides how it ends. `flowOf` writes the same tree down as
// the flow that the engine is given.

/** What a template comes to. `asked` is not known inside a turn; the world answers it. */
export type Saying = 'yes' | 'no' | 'broken' | 'asked'

export type Kind =
  | 'Job'
  | 'Return'
  | 'Probe'
  | 'Fail'
  | 'Assert'
  | 'Labels'
  | 'Exit'
  | 'Subflow'
  | 'Sequential'
  | 'AllowFailure'
  | 'Parallel'
  | 'Dag'
  | 'If'
  | 'Switch'
  | 'ForEach'
  | 'EachSequential'
  | 'EachParallel'
  | 'ForEachItem'
  /** The middle one of the three that a ForEachItem stands for; never written. */
  | 'Items'
  | 'Loop'
  | 'LoopUntil'
  | 'WorkingDirectory'
  | 'Pause'
  | 'Wait'

export interface RetryNode {
  readonly maxAttempts: number
  readonly isRenewing?: boolean
  readonly isWarning?: boolean
}

export interface TaskNode {
  readonly kind: Kind
  readonly id: string
  readonly isDisabled?: boolean
  readonly allowFailure?: boolean
  readonly allowWarning?: boolean
  readonly runIf?: Saying
  /** The condition is called `when`, as 2.0 may. */
  readonly isWhen?: boolean
  readonly retry?: RetryNode
  /** Children: the tasks, `then` of an If, the case `a` of a Switch. */
  readonly tasks?: readonly TaskNode[]
  /** `else` of an If, the case `b` of a Switch. */
  readonly other?: readonly TaskNode[]
  readonly defaults?: readonly TaskNode[]
  readonly errors?: readonly TaskNode[]
  readonly finally?: readonly TaskNode[]
  /** Of a Pause: runs while it waits. */
  readonly hook?: TaskNode
  /** Of an If, a Fail, an Assert and a LoopUntil; `second` holds in the second pass. */
  readonly condition?: Saying | 'second'
  /** Of a Return: what its format comes to; of Labels: whether they are refused. */
  readonly format?: 'yes' | 'broken'
  /** Of a Switch: which case is meant; `z` is none. */
  readonly choice?: 'a' | 'b' | 'z' | 'broken'
  readonly values?: readonly string[] | 'broken'
  /** `concurrent`, `concurrencyLimit`, `maxIterations`. */
  readonly limit?: number
  /** Of a Dag, for each task the positions of those before it that it waits for. */
  readonly dependsOn?: readonly (readonly number[])[]
  /** `transmitFailed: false`, of a Loop and a Subflow. */
  readonly isTolerant?: boolean
  readonly isUnawaited?: boolean
  readonly isRenewing?: boolean
  readonly isImpossible?: boolean
  readonly failsOnMaximum?: boolean
  /** Of an Exit. */
  readonly exit?: 'SUCCESS' | 'WARNING' | 'FAILED' | 'KILLED' | 'CANCELLED'
  /** Of a Pause or a Wait: how its hour ends it; `person` waits for somebody. */
  readonly until?: 'person' | 'timeout' | 'RESUME' | 'WARN' | 'FAIL' | 'CANCEL'
}

export interface FlowTree {
  readonly dialect: 1 | 2
  readonly tasks: readonly TaskNode[]
  readonly errors: readonly TaskNode[]
  readonly finally: readonly TaskNode[]
  readonly after: readonly TaskNode[]
  readonly retry?: RetryNode
  readonly outputs?: 'yes' | 'broken' | 'asked'
  /** It waits for its place in a limit each time that it begins. */
  readonly isLimited?: boolean
}

type Doc = Record<string, unknown>

const TEMPLATES: Readonly<Record<Saying | 'second', string>> = {
  yes: 'true',
  no: 'false',
  broken: '{{ ghost }}',
  asked: "{{ kv('go') }}",
  second: '{{ taskrun.iteration is defined and taskrun.iteration == 1 }}',
}

export const JOB_TYPE = 'io.batuta.test.Job'

/** The flow without its id and namespace. */
export function flowOf(tree: FlowTree): Doc {
  return {
    ...(tree.dialect === 2 ? { labels: { dialect: '2' } } : {}),
    ...retryOf(tree.retry),
    tasks: tree.tasks.map(taskOf),
    ...listOf('errors', tree.errors),
    ...listOf('finally', tree.finally),
    ...listOf('afterExecution', tree.after),
    ...(tree.outputs === undefined
      ? {}
      : { outputs: [{ id: 'o', type: 'STRING', value: tree.outputs === 'yes' ? 'fine' : TEMPLATES[tree.outputs] }] }),
  }
}

function listOf(name: string, nodes: readonly TaskNode[] | undefined): Doc {
  return nodes === undefined || nodes.length === 0 ? {} : { [name]: nodes.map(taskOf) }
}

function retryOf(retry: RetryNode | undefined): Doc {
  if (!retry) return {}
  return {
    retry: {
      type: 'constant',
      interval: 'PT1S',
      maxAttempts: retry.maxAttempts,
      ...(retry.isRenewing === true ? { behavior: 'CREATE_NEW_EXECUTION' } : {}),
      ...(retry.isWarning === true ? { warningOnRetry: true } : {}),
    },
  }
}

function taskOf(node: TaskNode): Doc {
  return {
    id: node.id,
    ...ownOf(node),
    ...(node.isDisabled === true ? { disabled: true } : {}),
    ...(node.allowFailure === true ? { allowFailure: true } : {}),
    ...(node.allowWarning === true ? { allowWarning: true } : {}),
    ...(node.runIf === undefined ? {} : { [node.isWhen === true ? 'when' : 'runIf']: TEMPLATES[node.runIf] }),
    ...retryOf(node.retry),
    ...listOf('errors', node.errors),
    ...listOf('finally', node.finally),
  }
}

const EVERYTHING = '{{ {"outputs": outputs, "value": taskrun.value ?? "none"} | toJson }}'

type Group = Exclude<Kind, Leaf>
type Leaf = 'Job' | 'Return' | 'Probe' | 'Fail' | 'Assert' | 'Labels' | 'Exit'
const LEAVES: ReadonlySet<Kind> = new Set<Leaf>(['Job', 'Return', 'Probe', 'Fail', 'Assert', 'Labels', 'Exit'])

function ownOf(node: TaskNode): Doc {
  return isLeaf(node) ? leafOf(node) : groupOf(node as TaskNode & { readonly kind: Group })
}

function isLeaf(node: TaskNode): node is TaskNode & { readonly kind: Leaf } {
  return LEAVES.has(node.kind)
}

function leafOf(node: TaskNode & { readonly kind: Leaf }): Doc {
  switch (node.kind) {
    case 'Job':
      return { type: JOB_TYPE }
    case 'Return':
      return { type: 'io.kestra.plugin.core.debug.Return', format: node.format === 'broken' ? TEMPLATES.broken : 'x' }
    case 'Probe':
      return { type: 'io.kestra.plugin.core.log.Log', message: EVERYTHING }
    case 'Fail':
      return {
        type: 'io.kestra.plugin.core.execution.Fail',
        ...(node.condition === undefined ? {} : { condition: TEMPLATES[node.condition] }),
      }
    case 'Assert':
      return {
        type: 'io.kestra.plugin.core.execution.Assert',
        conditions: ['true', TEMPLATES[node.condition ?? 'yes'], 'true'],
      }
    case 'Labels':
      return {
        type: 'io.kestra.plugin.core.execution.Labels',
        labels: node.format === 'broken' ? { 'system.x': 'y' } : { x: 'y' },
      }
    case 'Exit':
      return { type: 'io.kestra.plugin.core.execution.Exit', state: node.exit }
  }
}

function groupOf(node: TaskNode & { readonly kind: Group }): Doc {
  const control = { type: `io.kestra.plugin.core.flow.${node.kind}` }
  const tasks = listOf('tasks', node.tasks)
  const limit = node.limit
  switch (node.kind) {
    case 'Subflow':
      return { ...control, ...callOf(node) }
    case 'Sequential':
    case 'AllowFailure':
    case 'WorkingDirectory':
      return { ...control, ...tasks }
    case 'Parallel':
      return { ...control, ...(limit === undefined ? {} : { concurrent: limit }), ...tasks }
    case 'Dag':
      return { ...control, ...(limit === undefined ? {} : { concurrent: limit }), tasks: nodesOf(node) }
    case 'If':
      return {
        ...control,
        condition: TEMPLATES[node.condition ?? 'yes'],
        ...listOf('then', node.tasks),
        ...listOf('else', node.other),
      }
    case 'Switch':
      return { ...control, ...switchOf(node) }
    case 'ForEach':
    case 'Loop':
      return { ...control, ...loopOf(node), ...tasks }
    case 'ForEachItem':
      return { ...control, items: 'kestra:///lines.txt', ...callOf(node) }
    case 'Items':
      return {}
    case 'EachSequential':
      return { ...control, value: valuesOf(node), ...tasks }
    case 'EachParallel':
      return { ...control, value: valuesOf(node), ...(limit === undefined ? {} : { concurrent: limit }), ...tasks }
    case 'LoopUntil':
      return {
        ...control,
        condition: TEMPLATES[node.condition ?? 'yes'],
        checkFrequency: { interval: 'PT1S', maxIterations: limit ?? 2 },
        ...(node.failsOnMaximum === true ? { failOnMaxReached: true } : {}),
        ...tasks,
      }
    case 'Pause':
      return { ...control, ...waitOf(node), ...tasks }
    case 'Wait':
      return { ...control, duration: 'PT1S', behavior: node.until }
  }
}

function loopOf(node: TaskNode): Doc {
  return {
    values: valuesOf(node),
    ...(node.limit === undefined ? {} : { concurrencyLimit: node.limit }),
    ...(node.isTolerant === true ? { transmitFailed: false } : {}),
  }
}

function callOf({ isUnawaited, isTolerant, isRenewing, isImpossible }: TaskNode): Doc {
  return {
    namespace: 'a.b',
    flowId: isImpossible === true ? 'gone' : 'other',
    ...(isUnawaited === true ? { wait: false } : {}),
    ...(isTolerant === true ? { transmitFailed: false } : {}),
    ...(isRenewing === true ? { restartBehavior: 'NEW_EXECUTION' } : {}),
  }
}

function nodesOf({ tasks = [], dependsOn = [] }: TaskNode): readonly Doc[] {
  return tasks.map((task, at) => ({
    task: taskOf(task),
    ...listAs(
      'dependsOn',
      (dependsOn[at] ?? []).map(other => tasks[other]?.id),
    ),
  }))
}

function listAs(name: string, items: readonly unknown[]): Doc {
  return items.length === 0 ? {} : { [name]: items }
}

function switchOf(node: TaskNode): Doc {
  const cases = { a: (node.tasks ?? []).map(taskOf), ...(node.other ? { b: node.other.map(taskOf) } : {}) }
  return {
    value: node.choice === 'broken' ? TEMPLATES.broken : (node.choice ?? 'a'),
    cases,
    ...listOf('defaults', node.defaults),
  }
}

function valuesOf({ values = [] }: TaskNode): unknown {
  return values === 'broken' ? TEMPLATES.broken : values
}

function waitOf({ until = 'person', hook }: TaskNode): Doc {
  return {
    ...(until === 'timeout' ? { timeout: 'PT2S' } : {}),
    ...(until === 'person' || until === 'timeout' ? {} : { pauseDuration: 'PT1S', behavior: until }),
    ...(hook ? { onPause: taskOf(hook) } : {}),
  }
}
