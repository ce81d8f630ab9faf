// What changed between two revisions in the words of a flow: which tasks, triggers and inputs are new or gone, and which of their properties differ.
export interface FlowChange {
  readonly type: 'added' | 'removed' | 'changed'
  readonly part: 'task' | 'trigger' | 'input' | 'output' | 'flow'
  /** Id of the part; of the flow itself the name of the property. */
  readonly name: string
  readonly keys: readonly string[]
}

type PlainMap = Readonly<Record<string, unknown>>

const PARTS = [
  ['inputs', 'input'],
  ['outputs', 'output'],
  ['triggers', 'trigger'],
] as const
const TASK_LISTS = ['tasks', 'errors', 'finally', 'afterExecution', 'then', 'else', 'defaults']
/** Told apart from the flow, or no part of what is written. */
const SKIPPED: ReadonlySet<string> = new Set([
  ...['id', 'namespace', 'revision', 'updated', 'deleted', 'source', 'tenantId', 'inputs', 'outputs', 'triggers'],
  ...TASK_LISTS,
])
const DEPTH_MAX = 30

export function compareFlows(before: PlainMap, after: PlainMap): readonly FlowChange[] {
  const own = changedKeys(before, after).filter(key => !SKIPPED.has(key))
  return [
    ...own.map((name): FlowChange => ({ type: 'changed', part: 'flow', name, keys: [name] })),
    ...PARTS.flatMap(([key, part]) => compareParts(byId(before[key]), byId(after[key]), part)),
    ...compareParts(tasksOf(before), tasksOf(after), 'task'),
  ]
}

function compareParts(
  before: ReadonlyMap<string, PlainMap>,
  after: ReadonlyMap<string, PlainMap>,
  part: FlowChange['part'],
): readonly FlowChange[] {
  const changes: FlowChange[] = []
  for (const [name, now] of after) {
    const old = before.get(name)
    if (!old) changes.push({ type: 'added', part, name, keys: [] })
    else {
      const keys = changedKeys(old, now).filter(
        key => part !== 'task' || (!TASK_LISTS.includes(key) && key !== 'cases'),
      )
      if (keys.length > 0) changes.push({ type: 'changed', part, name, keys })
    }
  }
  for (const name of before.keys()) if (!after.has(name)) changes.push({ type: 'removed', part, name, keys: [] })
  return changes
}

function changedKeys(before: PlainMap, after: PlainMap): readonly string[] {
  const keys = new Set([...Object.keys(before), ...Object.keys(after)])
  return [...keys].filter(key => JSON.stringify(before[key]) !== JSON.stringify(after[key]))
}

/** All tasks at any depth, by id. */
function tasksOf(flow: PlainMap): ReadonlyMap<string, PlainMap> {
  const found = new Map<string, PlainMap>()
  const walk = (value: unknown, depth: number): void => {
    if (depth > DEPTH_MAX) return
    if (Array.isArray(value)) for (const item of value) walk(item, depth + 1)
    else if (isMap(value)) {
      if (typeof value['id'] === 'string' && typeof value['type'] === 'string') found.set(value['id'], value)
      for (const key of [...TASK_LISTS, 'task']) walk(value[key], depth + 1)
      if (isMap(value['cases'])) for (const list of Object.values(value['cases'])) walk(list, depth + 1)
    }
  }
  for (const key of TASK_LISTS) walk(flow[key], 0)
  return found
}

function byId(value: unknown): ReadonlyMap<string, PlainMap> {
  const list: readonly unknown[] = Array.isArray(value) ? value : []
  return new Map(list.filter(isMap).map(item => [String(item['id']), item]))
}

function isMap(value: unknown): value is PlainMap {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
