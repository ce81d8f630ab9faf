// A flow as the graph that people look at: a node for every task, a cluster for every group with a beginning and an end, and edges that say how one
// comes to the next. Shapes and names are Kestra's.
import type { Flow, Task, TaskLists } from './flow.ts'
import { coreName } from './graph.ts'

export type RelationType = 'SEQUENTIAL' | 'PARALLEL' | 'CHOICE' | 'DYNAMIC' | 'ERROR' | 'FINALLY' | 'AFTER_EXECUTION'

export interface Relation {
  readonly relationType: RelationType
  readonly value?: string
}

export interface GraphNode {
  readonly uid: string
  readonly type: string
  readonly branchType?: 'TASKS' | 'ERRORS' | 'FINALLY' | 'AFTER_EXECUTION'
  readonly task?: {
    readonly id: string
    readonly type: string
    readonly description?: string
    readonly disabled?: boolean
  }
  readonly trigger?: { readonly id: string; readonly type: string; readonly disabled?: boolean }
}

export interface GraphEdge {
  readonly source: string
  readonly target: string
  readonly relation: Relation
}

export interface GraphCluster {
  readonly cluster: {
    readonly uid: string
    readonly type: string
    readonly relationType?: RelationType
    readonly taskNode?: GraphNode
  }
  readonly nodes: readonly string[]
  /** The clusters around it, outermost first. */
  readonly parents: readonly string[]
  readonly start: string
  readonly end: string
}

export interface FlowGraph {
  readonly nodes: readonly GraphNode[]
  readonly edges: readonly GraphEdge[]
  readonly clusters: readonly GraphCluster[]
  readonly flowables: readonly string[]
}

const PACKAGE = 'io.kestra.core.models.hierarchies.'
const SEQUENTIAL: Relation = { relationType: 'SEQUENTIAL' }

export function flowGraph(flow: Flow): FlowGraph {
  const drawing = new Drawing()
  const start = drawing.node({ uid: 'root.start', type: 'GraphClusterRoot' })
  const end = drawing.node({ uid: 'root.end', type: 'GraphClusterEnd' })
  for (const { id, type, disabled } of flow.triggers) {
    const trigger = drawing.node({
      uid: `triggers.${id}`,
      type: 'GraphTrigger',
      trigger: { id, type, ...shownDisabled(disabled) },
    })
    drawing.edge(trigger, start, SEQUENTIAL)
  }
  let last = drawing.chain(flow.tasks, { from: start, relation: SEQUENTIAL, prefix: 'root' })
  const errors = drawing.chain(flow.errors, {
    from: start,
    relation: { relationType: 'ERROR' },
    prefix: 'root',
    branch: 'ERRORS',
  })
  if (flow.errors.length > 0) drawing.edge(errors, end, SEQUENTIAL)
  for (const [tasks, relationType, branch] of [
    [flow.finally, 'FINALLY', 'FINALLY'],
    [flow.afterExecution, 'AFTER_EXECUTION', 'AFTER_EXECUTION'],
  ] as const)
    last = drawing.chain(tasks, { from: last, relation: { relationType }, prefix: 'root', branch })
  drawing.edge(last, end, SEQUENTIAL)
  return drawing
}

interface Chain {
  readonly from: string
  /** Of the first edge; the others follow one another. */
  readonly relation: Relation
  readonly prefix: string
  readonly branch?: NonNullable<GraphNode['branchType']>
}

class Drawing implements FlowGraph {
  readonly nodes: GraphNode[] = []
  readonly edges: GraphEdge[] = []
  readonly clusters: (GraphCluster & { readonly nodes: string[] })[] = []
  readonly flowables: string[] = []
  /** The clusters that are open, outermost first. */
  readonly #open: (GraphCluster & { readonly nodes: string[] })[] = []

  node(node: GraphNode): string {
    this.nodes.push({ ...node, type: PACKAGE + node.type })
    this.#open.at(-1)?.nodes.push(node.uid)
    return node.uid
  }

  edge(source: string, target: string, relation: Relation): void {
    this.edges.push({ source, target, relation })
  }

  /** Draws tasks one after the other, and says where the last one is left. */
  chain(tasks: readonly Task[], { from, relation, prefix, branch }: Chain): string {
    let last = from
    for (const [index, task] of tasks.entries()) {
      const { entry, exit } = this.#task(task, prefix, branch)
      this.edge(last, entry, index === 0 ? relation : SEQUENTIAL)
      last = exit
    }
    return last
  }

  #task(task: Task, prefix: string, branch: Chain['branch']): { readonly entry: string; readonly exit: string } {
    const uid = `${prefix}.${task.id}`
    const isSubflow = coreName(task.type) === 'flow.Subflow'
    const node: GraphNode = {
      uid,
      type: isSubflow ? 'SubflowGraphTask' : 'GraphTask',
      ...(branch === undefined ? {} : { branchType: branch }),
      task: {
        id: task.id,
        type: task.type,
        ...(task.description === undefined ? {} : { description: task.description }),
        ...shownDisabled(task.disabled),
      },
    }
    if (!task.lists) {
      this.node(node)
      return { entry: uid, exit: uid }
    }
    this.flowables.push(uid)
    return this.#group(task, task.lists, node)
  }

  #group(task: Task, lists: TaskLists, node: GraphNode): { readonly entry: string; readonly exit: string } {
    const { uid } = node
    const entry = `cluster_${uid}.start`
    const exit = `cluster_${uid}.end`
    const cluster = {
      cluster: { uid: `cluster_${uid}`, type: `${PACKAGE}GraphCluster`, taskNode: node },
      nodes: [],
      parents: this.#open.map(({ cluster: { uid: around } }) => around),
      start: entry,
      end: exit,
    }
    this.clusters.push(cluster)
    this.#open.push(cluster)
    this.node({ uid: entry, type: 'GraphClusterRoot' })
    this.node(node)
    this.edge(entry, uid, SEQUENTIAL)
    this.node({ uid: exit, type: 'GraphClusterEnd' })
    this.#lists(task, lists, { uid, exit })
    this.#open.pop()
    return { entry, exit }
  }

  #lists(task: Task, lists: TaskLists, { uid, exit }: { readonly uid: string; readonly exit: string }): void {
    const draw = (tasks: readonly Task[], relation: Relation, branch?: Chain['branch']): void => {
      if (tasks.length === 0) return
      const last = this.chain(tasks, { from: uid, relation, prefix: uid, ...(branch ? { branch } : {}) })
      this.edge(last, exit, SEQUENTIAL)
    }
    const before = this.edges.length
    if (lists.dependsOn) this.#dag(lists, { uid, exit })
    else if (isFan(task)) for (const child of lists.tasks) draw([child], { relationType: 'PARALLEL' })
    else draw(lists.tasks, isLoop(task) ? { relationType: 'DYNAMIC' } : SEQUENTIAL)
    draw(lists.then ?? [], { relationType: 'CHOICE', value: 'true' })
    draw(lists.else ?? [], { relationType: 'CHOICE', value: 'false' })
    for (const { key, tasks } of lists.cases ?? []) draw(tasks, { relationType: 'CHOICE', value: key })
    draw(lists.defaults ?? [], { relationType: 'CHOICE', value: 'defaults' })
    for (const [name, tasks] of Object.entries(lists.hooks ?? {})) draw(tasks, { relationType: 'CHOICE', value: name })
    if (this.edges.length === before) this.edge(uid, exit, SEQUENTIAL)
    draw(lists.errors, { relationType: 'ERROR' }, 'ERRORS')
    draw(lists.finally, { relationType: 'FINALLY' }, 'FINALLY')
  }

  #dag({ tasks, dependsOn = [] }: TaskLists, { uid, exit }: { readonly uid: string; readonly exit: string }): void {
    const drawn = new Map(tasks.map(task => [task.id, this.#task(task, uid, undefined)]))
    const awaited = new Set(dependsOn.flat())
    tasks.forEach((task, index) => {
      const own = drawn.get(task.id)
      if (!own) return
      const needed = dependsOn[index] ?? []
      if (needed.length === 0) this.edge(uid, own.entry, { relationType: 'PARALLEL' })
      for (const id of needed) {
        const other = drawn.get(id)
        if (other) this.edge(other.exit, own.entry, { relationType: 'PARALLEL' })
      }
      if (!awaited.has(task.id)) this.edge(own.exit, exit, SEQUENTIAL)
    })
  }
}

const FANS: ReadonlySet<string> = new Set(['flow.Parallel', 'flow.EachParallel'])
const LOOPS: ReadonlySet<string> = new Set([
  'flow.ForEach',
  'flow.EachSequential',
  'flow.ForEachItem',
  'flow.Loop',
  'flow.LoopUntil',
])

function isFan({ type }: Task): boolean {
  return FANS.has(coreName(type))
}

function isLoop({ type }: Task): boolean {
  return LOOPS.has(coreName(type))
}

function shownDisabled(disabled: boolean): { readonly disabled?: boolean } {
  return disabled ? { disabled } : {}
}
