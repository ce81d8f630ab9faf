// What is born of what a source gave.
import {
  holdsSealed,
  type Ask,
  type Birth,
  type Plan,
  type Scope,
  type Signal,
  type Value,
  type ValueMap,
} from '@batuta/core'
import { scopeOf, type StartWorld } from '../flows/births.ts'
import { birthOfTrigger, type TriggerStart } from '../flows/trigger-birth.ts'
import type { FlowKey } from '../storage/store.ts'
import { variablesOf } from './source-job.ts'
import type { Source } from './source.ts'

export interface BirthWorld {
  startWorld(): StartWorld
  askOf(key: FlowKey): Ask
}

export async function birthOfSource(
  source: Source,
  outputs: Value,
  executionId: string,
  { startWorld, askOf }: BirthWorld,
): Promise<Extract<Signal, { type: 'create' }>> {
  const { key, plan, trigger } = source
  const variables = variablesOf(outputs)
  const world = startWorld()
  const start: TriggerStart = { plan, trigger, variables, scope: sourceScope(plan, variables, world) }
  const { birth }: { readonly birth: Birth } = await birthOfTrigger(executionId, start, { world, ask: askOf(key) })
  return { type: 'create', executionId, birth: holdsSealed(variables) ? { ...birth, isSealed: true } : birth }
}

export function sourceScope(plan: Plan, variables: ValueMap, world: StartWorld): Scope {
  const scope = scopeOf(plan, world)
  return { ...scope, lookup: root => (root === 'trigger' ? variables : scope.lookup(root)) }
}
