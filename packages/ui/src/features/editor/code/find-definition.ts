// Where what a word names is written: tasks, inputs and variables of this text, and flows that it starts.
import { entryAt, nodeAt, parseYamlTree, pathAt, tasksIn, type YamlNode } from '../yaml/yaml-tree.ts'

export type Definition =
  | { readonly type: 'place'; readonly offset: number }
  | { readonly type: 'flow'; readonly namespace: string; readonly id: string }

export function findDefinition(text: string, offset: number): Definition | undefined {
  const root = parseYamlTree(text)
  const path = pathAt(root, offset)
  const flow = flowAt(root, path)
  if (flow) return flow
  const from = offset - (/[\w.-]*$/.exec(text.slice(0, offset))?.[0].length ?? 0)
  const word = /^[\w.-]*/.exec(text.slice(from))?.[0] ?? ''
  const [head = '', name = ''] = word.split('.')
  if (head === 'inputs') return placeOf(itemWithId(nodeAt(root, 'inputs'), name))
  if (head === 'vars') return placeOf(entryAt(nodeAt(root, 'variables'), name))
  const task = tasksIn(root).find(({ id }) => id === (head === 'outputs' || head === 'tasks' ? name : word))
  return placeOf(task)
}

/** In a task that starts a flow, on the name of that flow. */
function flowAt(root: YamlNode | undefined, path: string): Definition | undefined {
  if (!path.endsWith('.flowId')) return undefined
  const owner = nodeAt(root, path.slice(0, -'.flowId'.length))
  const [namespace, id] = [textOf(entryAt(owner, 'namespace')?.value), textOf(entryAt(owner, 'flowId')?.value)]
  const own = textOf(entryAt(root, 'namespace')?.value)
  if (id === undefined || id.includes('{{')) return undefined
  const known = namespace === undefined || namespace.includes('{{') ? own : namespace
  return known === undefined ? undefined : { type: 'flow', namespace: known, id }
}

function itemWithId(list: YamlNode | undefined, id: string): { readonly from: number } | undefined {
  if (list?.type !== 'list') return undefined
  return list.items.find(({ value }) => textOf(entryAt(value, 'id')?.value) === id)
}

function textOf(node: YamlNode | undefined): string | undefined {
  return node?.type === 'scalar' ? String(node.value) : undefined
}

function placeOf(place: { readonly from: number } | undefined): Definition | undefined {
  return place && { type: 'place', offset: place.from }
}
