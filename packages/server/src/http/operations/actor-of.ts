import type { HttpDependencies } from '../dependencies.ts'
import { unprocessable } from '../request-error.ts'
import { executionActor } from './execution-actor.ts'
import { flowActor, triggerActor } from './flow-actor.ts'
import type { Actor, OperationWish } from './operation.ts'

/** Throws when the resource does not know the action. */
export function actorOf(
  { resource, action, labels, latestRevision, missed }: Omit<OperationWish, 'ids'>,
  dependencies: HttpDependencies,
): Actor {
  if (missed !== undefined && (resource !== 'triggers' || action !== 'enable'))
    throw unprocessable('operation-invalid', '`missed` is for enabling triggers: leave it out.')
  switch (resource) {
    case 'executions':
      return executionActor(
        { name: action, ...(labels ? { labels } : {}), ...(latestRevision ? { latestRevision } : {}) },
        dependencies,
      )
    case 'flows':
      return flowActor(action, dependencies)
    case 'triggers':
      return triggerActor(action, missed, dependencies)
  }
}
