// What a flow will ask of the world by names that stand in it: keys, secrets, and fields of the outputs of flows that it calls. Whether they are
// there only a server knows.
import { findReferences } from '../expression/references.ts'
import type { CallReference, PathReference } from '../expression/references.ts'
import { mapGet } from '../std/value.ts'
import type { Catalogue } from './catalogue.ts'
import type { Flow, Task } from './flow.ts'
import { calledFlows, coreName, walkFlow } from './graph.ts'
import { templatesOf } from './templates.ts'

export type AskedName =
  | {
      readonly type: 'key' | 'secret'
      readonly name: string
      readonly namespace: string
      readonly path: string
      /** In the text at the path. */
      readonly character: number
    }
  | {
      readonly type: 'output'
      readonly name: string
      /** The task that calls the flow. */
      readonly task: Task
      readonly called: { readonly namespace: string; readonly id: string }
      readonly path: string
      readonly character: number
    }

/** Whatever asks has one of these words in it: most texts need not be read for it. */
const ASKING = /kv|secret|outputs/

/** Those for which no default stands ready. */
export function askedNames(flow: Flow, catalogue: Catalogue): readonly AskedName[] {
  const calls = new Map(calledFlows(flow).map(call => [call.task.id, call]))
  const own = ownKeys(flow)
  const found: AskedName[] = []
  for (const { text, path } of templatesOf(flow, catalogue)) {
    if (!ASKING.test(text)) continue
    for (const reference of findReferences(text, flow.dialect)) {
      if (reference.isGuarded) continue
      const asked = reference.type === 'call' ? askedByCall(reference, flow) : askedByPath(reference, calls)
      if (asked === undefined || (asked.type === 'key' && own.has(asked.name))) continue
      found.push({ ...asked, path })
    }
  }
  return found
}

type Unplaced<Name> = Name extends AskedName ? Omit<Name, 'path'> : never

function askedByCall({ name, positional, named, at }: CallReference, flow: Flow): Unplaced<AskedName> | undefined {
  if (name !== 'kv' && name !== 'secret') return undefined
  const key = positional[0] ?? named.get('key')
  if (typeof key !== 'string' || key.trim() === '') return undefined
  const given = positional.length > 1 ? positional[1] : named.get('namespace')
  const isElsewhere = positional.length > 1 || named.has('namespace')
  if (isElsewhere && typeof given !== 'string') return undefined
  const isOptional = named.get('errorOnMissing') === false || positional[2] === false
  if (name === 'kv' && isOptional) return undefined
  return {
    type: name === 'kv' ? 'key' : 'secret',
    name: key,
    namespace: typeof given === 'string' ? given : flow.namespace,
    character: at,
  }
}

function askedByPath(
  { root, steps }: PathReference,
  calls: ReadonlyMap<string, ReturnType<typeof calledFlows>[number]>,
): Unplaced<AskedName> | undefined {
  const [task, field, output] = steps
  if (root !== 'outputs' || task?.name === undefined || field?.name !== 'outputs' || output?.name === undefined)
    return undefined
  const call = calls.get(task.name)
  if (call === undefined || coreName(call.task.type) !== 'flow.Subflow') return undefined
  // The old property names them in the calling flow.
  if (mapGet(call.task.properties, 'outputs') !== undefined) return undefined
  const { namespace, id } = call
  return { type: 'output', name: output.name, task: call.task, called: { namespace, id }, character: output.at }
}

/** Keys that the flow itself sets. */
function ownKeys(flow: Flow): ReadonlySet<string> {
  const keys = new Set<string>()
  for (const { task } of walkFlow(flow)) {
    const key = mapGet(task.properties, 'key')
    if (coreName(task.type) === 'kv.Set' && typeof key === 'string') keys.add(key)
  }
  return keys
}
