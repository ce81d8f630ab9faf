// What it takes to do something to many, and who may look at what was begun.
import { NO_GRANTS, isEmptyScope, type Action, type Grants } from '@batuta/core'
import type { Access } from '../../access/access.ts'
import type { Caller } from '../../access/caller.ts'
import type { HttpDependencies } from '../dependencies.ts'
import { missing, type RouteRight } from '../sight/sight.ts'
import type { OperationBody, Resource } from './operation.ts'

/** The rooms as far as somebody sees them through a right. */
export type DependenciesFor = (grants: Grants, right: RouteRight | undefined) => HttpDependencies

const RESOURCE = { executions: 'EXECUTION', flows: 'FLOW', triggers: 'TRIGGER' } as const

export function rightOfOperation({
  resource,
  action,
}: {
  readonly resource: Resource
  readonly action: string
}): RouteRight {
  return { resource: RESOURCE[resource], action: actionOf(action), isOfNamespace: true }
}

function actionOf(action: string): Action {
  if (action === 'delete') return 'DELETE'
  return action === 'replay' ? 'CREATE' : 'UPDATE'
}

/** @throws {RequestError} 403 for whoever may do it nowhere. */
export function expectRight({ grants }: Caller, right: RouteRight): void {
  if (isEmptyScope(grants.scope(right.resource, right.action))) throw missing(right.resource, right.action)
}

/** Who began it, for the time when it is worked on. */
export type Beginner = NonNullable<OperationBody['by']>

export function beginnerOf({ userId, tokenId }: Caller): Beginner | undefined {
  return userId === undefined ? undefined : { userId, ...(tokenId === undefined ? {} : { tokenId }) }
}

/** What the beginner may do now: a right that was taken away meanwhile is gone. */
export function grantsOfBeginner(by: Beginner, access: Access): Grants {
  const caller = access.stillThere({ kind: 'user', name: '', grants: NO_GRANTS, via: 'session', ...by })
  return caller?.grants ?? NO_GRANTS
}

/** One's own, and all for whoever may do anything to every execution. */
export function isShownTo({ userId, grants }: Caller, operation: Pick<OperationBody, 'by'>): boolean {
  return operation.by?.userId === userId || grants.scope('EXECUTION', 'DELETE').all
}
