// What one caller may see and change through one route. Rooms of the server are narrowed by it before a handler is given them, so that a handler cannot
// forget to ask: what is not in sight is not there, and what may not be written is refused.
import {
  NOWHERE,
  isInScope,
  type Action,
  type Grants,
  type NamespaceScope,
  type Resource,
  type ResourceOf,
} from '@batuta/core'
import type { ExecutionRow } from '../../storage/batch.ts'
import type { Store } from '../../storage/store.ts'
import { RequestError } from '../request-error.ts'

/** What a route is for; nothing for one that looks by itself at each thing it shows. */
export interface RouteRight {
  readonly resource: Resource
  readonly action: Action
  readonly isOfNamespace: boolean
}

export type Kind = ResourceOf<'namespace'>

export interface Sight {
  readonly grants: Grants
  /** What the route is for. */
  readonly about: Resource | undefined
  /** Where things of the kind are to be listed. */
  scope(kind: Kind): NamespaceScope
  sees(kind: Kind, namespace: string): boolean
  /** Flows stand behind everything of their namespace: whoever may have that has them, too. */
  seesFlow(namespace: string): boolean
  /** Whether what the route is for may be done there. */
  isMeant(namespace: string): boolean
  seesExecution(id: string, kind?: Kind): Promise<boolean>
  /** Remembers whose they are. */
  note(rows: readonly ExecutionRow[]): void
  /** @throws {RequestError} 403 unless one of the actions may be done there. */
  expect(resource: Resource, actions: readonly Action[], namespace: string): void
  /** The same for what belongs to an execution. */
  expectExecution(id: string, resource: Resource, actions: readonly Action[]): Promise<void>
}

const NOTED_MAX = 20_000
/** Routes about these show executions under their own right. */
const SHOW_EXECUTIONS: ReadonlySet<Resource> = new Set<Resource>(['EXECUTION', 'LOG', 'METRIC', 'APPEXECUTION'])

export function newSight(grants: Grants, right: RouteRight | undefined, store: Store): Sight {
  const namespaceOf = new Map<string, string>()
  const own = right?.isOfNamespace ? grants.scope(right.resource, right.action) : NOWHERE
  const scope = (kind: Kind): NamespaceScope => {
    if (right?.resource === kind) return own
    if (kind === 'EXECUTION' && right && (right.resource === 'LOG' || right.resource === 'METRIC')) return own
    return grants.scope(kind, 'READ')
  }
  const isShown = (kind: Kind, namespace: string): boolean => {
    if (isInScope(scope(kind), namespace)) return true
    return (
      kind === 'EXECUTION' && right !== undefined && SHOW_EXECUTIONS.has(right.resource) && isInScope(own, namespace)
    )
  }
  const find = async (id: string): Promise<string | undefined> => {
    const known = namespaceOf.get(id)
    if (known !== undefined) return known
    const row = await store.read.findExecution(id)
    if (row) note([row])
    return row?.namespace
  }
  const note = (rows: readonly ExecutionRow[]): void => {
    if (namespaceOf.size + rows.length > NOTED_MAX) namespaceOf.clear()
    for (const { id, namespace } of rows) namespaceOf.set(id, namespace)
  }
  const expect: Sight['expect'] = (resource, actions, namespace) => {
    if (actions.some(action => grants.may(resource, action, namespace))) return
    throw missing(resource, actions[0] ?? 'READ', namespace)
  }
  return {
    grants,
    about: right?.resource,
    scope,
    sees: isShown,
    seesFlow: namespace => isInScope(scope('FLOW'), namespace) || isInScope(own, namespace),
    isMeant: namespace => right === undefined || !right.isOfNamespace || isInScope(own, namespace),
    seesExecution: async (id, kind = 'EXECUTION') => {
      const namespace = await find(id)
      return namespace !== undefined && isShown(kind, namespace)
    },
    note,
    expect,
    expectExecution: async (id, resource, actions) => {
      const namespace = await find(id)
      if (namespace !== undefined) expect(resource, actions, namespace)
    },
  }
}

/** What the caller lacks, by its name. */
export function missing(resource: Resource, action: Action, namespace?: string): RequestError {
  const where = namespace === undefined ? '' : ` in ${namespace}`
  return new RequestError(403, 'permission-missing', `You need ${resource}:${action}${where}.`, {
    fields: { permission: `${resource}:${action}`, ...(namespace === undefined ? {} : { namespace }) },
  })
}
