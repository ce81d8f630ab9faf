// A counterexample made as small as it can be: tasks, lists, flags and steps are taken out one by one as long as the two still differ. Ids and steps
// by name stay what they are, so that what is left means what it meant.
import { writeYaml } from '../../../flow-test/write-yaml.ts'
import type { Value } from '../../../std/value.ts'
import { Contest, type Step } from './contest.ts'
import { flowOf, type FlowTree, type TaskNode } from './tree.ts'

interface Case {
  readonly tree: FlowTree
  readonly steps: readonly Step[]
}

const ROUNDS_MAX = 60

/** What the two differ in, or undefined where they agree. A flow that is refused is no counterexample. */
export function differenceOf({
  tree,
  steps,
}: Case): { readonly message: string; readonly steps: readonly Step[] } | undefined {
  let contest: Contest | undefined
  try {
    contest = new Contest(tree)
    contest.retrace(steps)
    return undefined
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error)
    return { message, steps: contest?.steps ?? [] }
  }
}

export function minimize(first: Case): Case & { readonly message: string } {
  let best = { ...first, message: differenceOf(first)?.message ?? 'it did not happen again' }
  for (let round = 0; round < ROUNDS_MAX; round++) {
    const smaller = smallerThan(best).find(candidate => isSame(differenceOf(candidate)?.message, best.message))
    if (!smaller) return best
    const again = differenceOf(smaller)
    best = { tree: smaller.tree, steps: again?.steps ?? smaller.steps, message: again?.message ?? best.message }
  }
  return best
}

/** Of the same kind: a flow that cannot be parsed, say, is another story. */
function isSame(message: string | undefined, known: string): boolean {
  return message !== undefined && message.slice(0, 20) === known.slice(0, 20)
}

function smallerThan({ tree, steps }: Case): Case[] {
  const trees = smallerTrees(tree).map(smaller => ({ tree: smaller, steps }))
  const fewer = steps.map((_, at) => ({ tree, steps: steps.filter((_other, index) => index !== at) }))
  return [...trees, ...fewer]
}

const LISTS = ['tasks', 'other', 'defaults', 'errors', 'finally'] as const
const NEEDED = new Set(['kind', 'id', ...LISTS, 'hook'])

function smallerTrees(tree: FlowTree): FlowTree[] {
  const { retry, outputs, ...bare } = tree
  const without: FlowTree[] = []
  if (retry) without.push(outputs === undefined ? bare : { ...bare, outputs })
  if (outputs !== undefined) without.push(retry ? { ...bare, retry } : bare)
  for (const list of ['tasks', 'errors', 'finally', 'after'] as const)
    for (const nodes of smallerLists(tree[list], list === 'tasks')) without.push({ ...tree, [list]: nodes })
  return without
}

/** Without one of the tasks, with what is in one in its place, or with a smaller one. */
function smallerLists(nodes: readonly TaskNode[], isNeeded: boolean): (readonly TaskNode[])[] {
  const lists: (readonly TaskNode[])[] = []
  nodes.forEach((node, at) => {
    const put = (...instead: readonly TaskNode[]): void =>
      void lists.push([...nodes.slice(0, at), ...instead, ...nodes.slice(at + 1)])
    if (nodes.length > 1 || !isNeeded) put()
    if (node.tasks && node.tasks.length > 0) put(...node.tasks)
    for (const smaller of smallerNodes(node)) put(smaller)
  })
  return lists
}

function smallerNodes(node: TaskNode): TaskNode[] {
  const found: TaskNode[] = []
  const keys = Object.keys(node) as (keyof TaskNode)[]
  for (const key of keys) if (!NEEDED.has(key) || key === 'hook') found.push(omit(node, key))
  // Edges of a Dag go by position.
  const lists = node.dependsOn === undefined ? LISTS : (['errors', 'finally'] as const)
  for (const list of lists) {
    const nodes = node[list]
    if (!nodes) continue
    if (list !== 'tasks') found.push(omit(node, list))
    for (const smaller of smallerLists(nodes, true)) found.push({ ...node, [list]: smaller })
  }
  if (node.dependsOn !== undefined)
    (node.tasks ?? []).forEach((task, at) => {
      for (const smaller of smallerNodes(task))
        found.push({ ...node, tasks: (node.tasks ?? []).map((other, index) => (index === at ? smaller : other)) })
    })
  if (Array.isArray(node.values) && node.values.length > 1) found.push({ ...node, values: node.values.slice(0, -1) })
  return found
}

function omit(node: TaskNode, key: keyof TaskNode): TaskNode {
  return Object.fromEntries(Object.entries(node).filter(([name]) => name !== key)) as unknown as TaskNode
}

export function tell({ tree, steps, message }: Case & { readonly message: string }): string {
  const lines = steps.map(step => {
    const run = 'run' in step ? `${step.run} ` : ''
    const more = 'state' in step ? ` ${step.state}` : 'given' in step ? ` ${step.given}` : ''
    return `  ${run}${step.what}${more}\n`
  })
  return `\n--- the flow\n${writeYaml(flowOf(tree) as Value)}--- what was done\n${lines.join('')}---\n${message}`
}
