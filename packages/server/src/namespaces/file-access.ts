// Whose files a flow may reach. Its own execution's; those of executions it belongs to or has started; those of its namespace and the namespaces
// above; files of namespaces, which are made to be shared. What an execution of another namespace has stored is that namespace's: knowing a URI is
// no permission.
import { BatutaError, birthOf, isMap, mapGet } from '@batuta/core'
import { parseStorageUri, type FileStore } from '@batuta/plugin-sdk'
import type { Store } from '../storage/store.ts'
import { isAtOrAbove } from './ancestors.ts'

export interface FileUser {
  readonly tenant: string
  readonly namespace: string
  readonly flowId: string
  readonly executionId: string
}

interface AccessWorld {
  readonly store: Store
  readonly files: FileStore
}

/** As deep as calls of flows may go. */
const GENERATIONS_MAX = 32

/** @throws {BatutaError} `file-refused` when the file is none of the flow's business. */
export async function expectReadable(world: AccessWorld, uri: string, user: FileUser): Promise<void> {
  const place = placeOf(uri)
  const isOwn = place.type === 'execution' && place.executionId === user.executionId && isPlaceOf(place, user)
  if (isOwn || place.type === 'namespace' || isOfFlow(uri, user)) return
  const isNear = place.type === 'execution' && isAtOrAbove(place.namespace, user.namespace)
  if (isNear || (await isRelated(world, place, user))) return
  throw new BatutaError(
    'file-refused',
    `The file "${uri}" belongs to somebody else: a flow of the namespace "${user.namespace}" may not read it. Pass it on from the flow that owns it, or keep it as a file of a namespace.`,
  )
}

type Place =
  | { readonly type: 'namespace'; readonly namespace: string }
  | { readonly type: 'elsewhere' }
  | { readonly type: 'execution'; readonly namespace: string; readonly flowId: string; readonly executionId: string }

function placeOf(uri: string): Place {
  const segments = parseStorageUri(uri)
  const files = segments.indexOf('_files')
  if (files > 0) return { type: 'namespace', namespace: segments.slice(0, files).join('.') }
  const at = segments.indexOf('executions')
  const executionId = segments[at + 1]
  if (at > 1 && executionId !== undefined)
    return { type: 'execution', ...flowPlace(segments.slice(0, at)), executionId }
  return { type: 'elsewhere' }
}

/** What a flow keeps between its executions. */
function isOfFlow(uri: string, { namespace, flowId }: FileUser): boolean {
  const segments = parseStorageUri(uri)
  const folder = [...namespace.split('.'), flowId]
  return folder.length < segments.length && folder.every((segment, index) => segments[index] === segment)
}

function flowPlace(segments: readonly string[]): { readonly namespace: string; readonly flowId: string } {
  return { namespace: segments.slice(0, -1).join('.'), flowId: segments.at(-1) ?? '' }
}

function isPlaceOf(
  place: { readonly namespace: string; readonly flowId: string },
  owner: { readonly namespace: string; readonly flowId: string },
): boolean {
  return place.namespace === owner.namespace && place.flowId === owner.flowId
}

async function isRelated({ store }: AccessWorld, place: Place, user: FileUser): Promise<boolean> {
  if (place.type !== 'execution') return false
  const owner = await store.read.findExecution(place.executionId)
  if (!owner || owner.tenant !== user.tenant || !isPlaceOf(place, owner)) return false
  return (
    (await descendsFrom(store, user.executionId, owner.id)) ||
    (await descendsFrom(store, owner.id, user.executionId)) ||
    (await wasStartedBy(store, user.executionId, owner.id))
  )
}

async function descendsFrom(store: Store, id: string, ancestor: string): Promise<boolean> {
  let current: string | null = id
  for (let depth = 0; current !== null && depth <= GENERATIONS_MAX; depth++) {
    if (current === ancestor) return true
    current = (await store.read.findExecution(current))?.parentId ?? null
  }
  return false
}

/** A Flow trigger tells the execution that set it off. */
async function wasStartedBy(store: Store, id: string, starter: string): Promise<boolean> {
  const rows = await store.read.journalOf(id)
  const variables = rows.length === 0 ? undefined : birthOf(id, rows).trigger?.variables
  return variables !== undefined && isMap(variables) && mapGet(variables, 'executionId') === starter
}
