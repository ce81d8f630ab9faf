// May the caller do what the route does, where it does it? Asked before the handler runs, with the namespace that the route says. What may not be seen at
// all is not there; for what is seen and may not be done the answer names what is missing.
import { isAction, isEmptyScope, isResource, reachOf, type Action, type Grants, type Resource } from '@batuta/core'
import type { NamespaceFrom, Permission, Route } from '@batuta/api'
import type { Store } from '../storage/store.ts'
import { notFound, type RequestError } from './request-error.ts'
import { missing, type RouteRight } from './sight/sight.ts'

export interface Right extends RouteRight {
  readonly from: NamespaceFrom | undefined
}

const OWN_ASKING: ReadonlySet<string> = new Set<Permission>(['public', 'key', 'person'])

/** Undefined for routes that ask nothing, or ask by themselves. @throws {Error} for a route that does not say what it asks. */
export function rightOf(route: Route, name: string): Right | undefined {
  const { permission, namespaceFrom } = route
  if (OWN_ASKING.has(permission)) return undefined
  const [resource = '', action = ''] = permission.split(':')
  if (!isResource(resource) || !isAction(action)) throw new Error(`the route ${name} has no permission`)
  const isOfNamespace = reachOf(resource) === 'namespace'
  if (isOfNamespace && namespaceFrom === undefined)
    throw new Error(`the route ${name} does not say where its namespace comes from`)
  return { resource, action, isOfNamespace, from: namespaceFrom }
}

export interface Place {
  readonly params: Readonly<Record<string, string>>
  readonly store: Pick<Store, 'read'>
}

/** A promise only where something must be looked up. @throws {RequestError} 403 or 404. */
export function authorise(grants: Grants, right: Right | undefined, place: Place): Promise<void> | undefined {
  if (right === undefined) return undefined
  const { resource, action, isOfNamespace, from } = right
  if (!isOfNamespace) {
    if (!grants.may(resource, action)) throw missing(resource, action)
    return undefined
  }
  const scope = grants.scope(resource, action)
  if (scope.all) return undefined
  switch (from) {
    case 'path':
    case 'id':
      expectIn(place.params[from === 'path' ? 'namespace' : 'id'] ?? '', { grants, resource, action })
      return undefined
    case 'execution':
      return expectExecution(place, { grants, resource, action })
    case 'body':
    case 'scope':
    case undefined:
      if (isEmptyScope(scope)) throw missing(resource, action)
      return undefined
  }
}

interface Asked {
  readonly grants: Grants
  readonly resource: Resource
  readonly action: Action
}

function expectIn(namespace: string, { grants, resource, action }: Asked): void {
  if (grants.may(resource, action, namespace)) return
  throw knows(grants, namespace) ? missing(resource, action, namespace) : nothingIn(namespace)
}

/** One that may not be seen answers as one that is not there. */
async function expectExecution({ params, store }: Place, { grants, resource, action }: Asked): Promise<void> {
  const id = params['executionId'] ?? ''
  const row = await store.read.findExecution(id)
  if (row && grants.may(resource, action, row.namespace)) return
  if (row && grants.may('EXECUTION', 'READ', row.namespace)) throw missing(resource, action, row.namespace)
  throw notFound(`The execution "${id.slice(0, 100)}"`)
}

/** Whoever may look at something of the namespace knows of it. */
function knows(grants: Grants, namespace: string): boolean {
  return KNOWN_BY.some(resource => grants.may(resource, 'READ', namespace))
}

const KNOWN_BY: readonly Resource[] = ['NAMESPACE', 'FLOW', 'EXECUTION']

function nothingIn(namespace: string): RequestError {
  return notFound(`The namespace "${namespace.slice(0, 200)}"`)
}
