// A flow as what is drawn of it: tasks, and groups of lists of tasks. It is read from the plain document – of the API or of the text in the editor, which may
// be half written – so nothing is refused here: what has no form is left out.
export type PlainMap = Readonly<Record<string, unknown>>

export type BranchKind = 'sequence' | 'parallel' | 'choice' | 'loop' | 'dag' | 'error' | 'finally' | 'after' | 'hook'

export interface Branch {
  readonly kind: BranchKind
  /** What stands on the way into it. */
  readonly label?: string
  /** Its list in the document, such as `tasks[1].then`. */
  readonly path: string
  readonly blocks: readonly Block[]
}

export interface Block {
  readonly id: string
  readonly type: string
  /** In the document, such as `tasks[1].then[0]`; names the block in drawings. */
  readonly path: string
  readonly isDisabled: boolean
  readonly branches: readonly Branch[]
  /** Of a group that runs its tasks again and again. */
  readonly isLoop: boolean
  /** Condition of an If, value of a Switch, values of a loop, flow of a Subflow: in a few words. */
  readonly hint?: string
  /** Of a Dag: ids of those that must have ended before. */
  readonly dependsOn?: readonly string[]
  /** The flow that it starts. */
  readonly subflow?: { readonly namespace: string; readonly id: string }
}

export interface FlowBlocks {
  readonly triggers: readonly { readonly id: string; readonly type: string; readonly isDisabled: boolean }[]
  readonly branches: readonly Branch[]
}

const LISTS: readonly (readonly [key: string, kind: BranchKind, label?: string])[] = [
  ['tasks', 'sequence'],
  ['then', 'choice', 'then'],
  ['else', 'choice', 'else'],
  ['onPause', 'hook', 'on pause'],
  ['onWait', 'hook', 'while waiting'],
  ['onApprove', 'hook', 'approved'],
  ['onDeny', 'hook', 'denied'],
]
const TAILS: readonly (readonly [key: string, kind: BranchKind, label: string])[] = [
  ['errors', 'error', 'on error'],
  ['finally', 'finally', 'finally'],
  ['afterExecution', 'after', 'after'],
]
const LOOPS = /\.(ForEach|EachSequential|EachParallel|ForEachItem|Loop|LoopUntil)$/
const FANS = /\.(Parallel|EachParallel)$/
const HINTS = ['condition', 'value', 'values', 'cron', 'flowId']
const HINT_MAX = 60
const DEPTH_MAX = 30

export function flowBlocks(document: unknown): FlowBlocks {
  const flow = mapOf(document)
  const triggers = listOf(flow['triggers']).map(item => {
    const trigger = mapOf(item)
    return { id: textOf(trigger['id']), type: textOf(trigger['type']), isDisabled: trigger['disabled'] === true }
  })
  const branches = [['tasks', 'sequence'] as const, ...TAILS].flatMap(([key, kind, label]) =>
    branchOf(flow[key], { kind, path: key, label, isKept: key === 'tasks' }),
  )
  return { triggers, branches }
}

interface BranchPlace {
  readonly kind: BranchKind
  readonly label: string | undefined
  readonly path: string
  readonly depth?: number
  /** Even when it is empty: a place to add to. */
  readonly isKept?: boolean
}

function branchOf(list: unknown, place: BranchPlace): readonly Branch[] {
  const { kind, label, path, depth = 0, isKept = false } = place
  if (depth > DEPTH_MAX || (list === undefined && !isKept)) return []
  const isSingle = !Array.isArray(list) && typeof list === 'object' && list !== null
  const blocks = isSingle
    ? [blockOf(list, path, depth)]
    : listOf(list).map((item, index) => blockOf(item, `${path}[${index}]`, depth))
  const known = blocks.filter(block => block !== undefined)
  if (known.length === 0 && !isKept) return []
  return [{ kind, path, blocks: known, ...(label !== undefined && { label }) }]
}

function blockOf(item: unknown, path: string, depth: number): Block | undefined {
  const entry = mapOf(item)
  // An entry of a Dag holds its task beside what it waits for.
  if (entry['type'] === undefined && typeof entry['task'] === 'object') {
    const inner = blockOf(entry['task'], `${path}.task`, depth)
    return inner && { ...inner, dependsOn: listOf(entry['dependsOn']).map(textOf) }
  }
  if (entry['id'] === undefined && entry['type'] === undefined) return undefined
  const type = textOf(entry['type'])
  const hint = hintOf(entry)
  const subflow = subflowOf(entry)
  return {
    id: textOf(entry['id']),
    type,
    path,
    isDisabled: entry['disabled'] === true,
    isLoop: LOOPS.test(type),
    branches: branchesOf(entry, { type, path, depth: depth + 1 }),
    ...(hint !== undefined && { hint }),
    ...(subflow !== undefined && { subflow }),
  }
}

interface GroupPlace {
  readonly type: string
  readonly path: string
  readonly depth: number
}

function branchesOf(entry: PlainMap, { type, path, depth }: GroupPlace): readonly Branch[] {
  const place = (key: string, kind: BranchKind, label?: string): BranchPlace => ({
    kind: key === 'tasks' ? kindOfTasks(type) : kind,
    label: key === 'tasks' && LOOPS.test(type) ? 'each' : label,
    path: `${path}.${key}`,
    depth,
  })
  const cases = Object.entries(mapOf(entry['cases'])).flatMap(([key, list]) =>
    branchOf(list, { kind: 'choice', label: key, path: `${path}.cases.${key}`, depth }),
  )
  return [
    ...LISTS.flatMap(([key, kind, label]) => branchOf(entry[key], place(key, kind, label))),
    ...cases,
    ...branchOf(entry['defaults'], { kind: 'choice', label: 'default', path: `${path}.defaults`, depth }),
    ...TAILS.slice(0, 2).flatMap(([key, kind, label]) => branchOf(entry[key], place(key, kind, label))),
  ]
}

function kindOfTasks(type: string): BranchKind {
  if (type.endsWith('.Dag')) return 'dag'
  if (FANS.test(type)) return 'parallel'
  return LOOPS.test(type) ? 'loop' : 'sequence'
}

function hintOf(entry: PlainMap): string | undefined {
  const value = HINTS.map(key => entry[key]).find(given => given !== undefined && given !== null)
  if (value === undefined) return undefined
  const text = (typeof value === 'string' ? value : (JSON.stringify(value) ?? '')).replace(/\s+/g, ' ').trim()
  return text.length > HINT_MAX ? `${text.slice(0, HINT_MAX - 1)}…` : text
}

function subflowOf(entry: PlainMap): Block['subflow'] {
  const { namespace, flowId } = entry
  if (typeof namespace !== 'string' || typeof flowId !== 'string') return undefined
  return namespace.includes('{{') || flowId.includes('{{') ? undefined : { namespace, id: flowId }
}

/** All blocks, groups before what is in them, each with its depth. */
export function* walkBlocks(
  branches: readonly Branch[],
  depth: number = 0,
): Generator<{ readonly block: Block; readonly branch: Branch; readonly depth: number }> {
  for (const branch of branches)
    for (const block of branch.blocks) {
      yield { block, branch, depth }
      yield* walkBlocks(block.branches, depth + 1)
    }
}

export function simpleType(type: string): string {
  return type.slice(type.lastIndexOf('.') + 1)
}

function mapOf(value: unknown): PlainMap {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
    ? Object.fromEntries(Object.entries(value))
    : {}
}

function listOf(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : []
}

function textOf(value: unknown): string {
  return typeof value === 'string' ? value : value === undefined || value === null ? '' : String(value)
}
