// The handlers of all routes, over the rooms as they are for whoever sees everything, and over narrowed ones for everybody else. Who may do the same
// shares the same handlers, and with them what those keep in memory. They are made when first needed: most people may do what others may.
import { ACTIONS, RESOURCE_NAMES, reachOf, type Grants } from '@batuta/core'
import type { HttpDependencies } from './dependencies.ts'
import type { AllHandlers } from './exchange.ts'
import { narrow } from './sight/narrow.ts'
import { newSight, type RouteRight } from './sight/sight.ts'

export type HandlerMakers = {
  readonly [Resource in keyof AllHandlers]: (dependencies: HttpDependencies) => AllHandlers[Resource]
}

export interface HandlerTables {
  /** Of one resource, as the caller sees the world through a route of this right. */
  handlersFor<Resource extends keyof AllHandlers>(
    resource: Resource,
    grants: Grants,
    right: RouteRight | undefined,
  ): AllHandlers[Resource]
  /** The rooms as the caller sees them. */
  dependenciesFor(grants: Grants, right: RouteRight | undefined): HttpDependencies
  /** Two that may do the same. */
  signatureOf(grants: Grants): string
}

const KEPT_MAX = 512
/** Of whoever may do everything in every namespace. */
const UNBOUNDED = ''

export function newHandlerTables(makers: HandlerMakers, dependencies: HttpDependencies): HandlerTables {
  const signatures = new WeakMap<Grants, string>()
  const narrowed = new Map<string, HttpDependencies>()
  const tables = new Map<string, Partial<AllHandlers>>()
  const signatureOf = (grants: Grants): string => {
    const known = signatures.get(grants)
    if (known !== undefined) return known
    const signature = describe(grants)
    signatures.set(grants, signature)
    return signature
  }
  const dependenciesFor = (grants: Grants, right: RouteRight | undefined): HttpDependencies => {
    const signature = signatureOf(grants)
    if (signature === UNBOUNDED || isOfInstance(right)) return dependencies
    const key = keyOf(signature, right)
    const known = narrowed.get(key)
    if (known) return known
    const made = narrow(dependencies, newSight(grants, right, dependencies.store), right)
    if (narrowed.size >= KEPT_MAX) narrowed.clear()
    narrowed.set(key, made)
    return made
  }
  return {
    signatureOf,
    dependenciesFor,
    handlersFor: (resource, grants, right) => {
      const signature = signatureOf(grants)
      const key = signature === UNBOUNDED ? UNBOUNDED : keyOf(signature, right)
      if (tables.size >= KEPT_MAX && !tables.has(key)) forgetNarrowed(tables)
      const table = tables.get(key) ?? {}
      tables.set(key, table)
      const known = table[resource]
      if (known) return known
      const made = makers[resource](dependenciesFor(grants, right))
      table[resource] = made
      return made
    },
  }
}

/** What belongs to no namespace stands on its permission alone. */
function isOfInstance(right: RouteRight | undefined): boolean {
  return right !== undefined && reachOf(right.resource) === 'instance'
}

function forgetNarrowed(tables: Map<string, unknown>): void {
  for (const key of tables.keys()) if (key !== UNBOUNDED) tables.delete(key)
}

function keyOf(signature: string, right: RouteRight | undefined): string {
  return right === undefined ? signature : `${right.resource}:${right.action} ${signature}`
}

/** Where all may be done that belongs to namespaces. */
function describe(grants: Grants): string {
  const scopes = RESOURCE_NAMES.filter(resource => reachOf(resource) === 'namespace').flatMap(resource =>
    ACTIONS.map(action => grants.scope(resource, action)),
  )
  return scopes.every(scope => scope.all) ? UNBOUNDED : JSON.stringify(scopes)
}
