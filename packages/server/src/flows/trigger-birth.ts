// The execution that a trigger starts: its labels and inputs rendered, the inputs typed. The same for schedules, Flow triggers and sources.
import {
  ExpressionError,
  compileDeep,
  evaluateAsync,
  isMap,
  mapEntries,
  sealBirth,
  type Ask,
  type Birth,
  type Label,
  type Plan,
  type Scope,
  type Trigger,
  type Value,
  type ValueMap,
} from '@batuta/core'
import { joinLabels, prepareBirth, problemText, watchSecrets, type StartWorld } from './births.ts'

export interface TriggerStart {
  readonly plan: Plan
  readonly trigger: Trigger
  /** What the execution sees as `trigger`. */
  readonly variables: ValueMap
  /** What templates of the trigger see. */
  readonly scope: Scope
  /** Beside those of the flow and of the trigger, and stronger. */
  readonly labels?: readonly Label[]
  readonly inputs?: ValueMap
}

export interface TriggerWorld {
  readonly world: StartWorld
  readonly ask: Ask
}

export type TriggerBirth =
  | { readonly birth: Birth }
  /** The templates could not be rendered, or the inputs are not valid: `birth` is FAILED from its beginning. */
  | { readonly birth: Birth; readonly problem: string; readonly isRendering: boolean }

export async function birthOfTrigger(
  executionId: string,
  start: TriggerStart,
  { world, ask }: TriggerWorld,
): Promise<TriggerBirth> {
  const { plan, trigger, variables } = start
  const origin = { id: trigger.id, type: trigger.type, variables }
  const secrets = watchSecrets(world)
  const watched = secrets.watch(ask)
  try {
    const labels = await labelsOf(start, watched)
    const inputs = await inputsOf(start, watched)
    const place = { world, ask: watched, secrets }
    const prepared = await prepareBirth(executionId, { plan, inputs, labels, trigger: origin }, place)
    if ('birth' in prepared) return prepared
    const problem = problemText(prepared.problems)
    const birth = sealBirth(failedBirth(executionId, start, { problem, labels }), secrets)
    return { birth, problem, isRendering: false }
  } catch (error) {
    if (!(error instanceof ExpressionError)) throw error
    const problem = secrets.mask(error.message)
    return {
      birth: failedBirth(executionId, start, { problem, labels: start.labels ?? [] }),
      problem,
      isRendering: true,
    }
  }
}

/** Born to fail at once, so that people see why nothing ran. */
export function failedBirth(
  executionId: string,
  { plan, trigger, variables }: Pick<TriggerStart, 'plan' | 'trigger' | 'variables'>,
  { problem, labels }: { readonly problem: string; readonly labels: readonly Label[] },
): Birth {
  return {
    tenant: plan.tenant,
    namespace: plan.flow.namespace,
    flowId: plan.flow.id,
    revision: plan.revision,
    inputs: {},
    labels: joinLabels(executionId, plan.flow.labels, labels),
    trigger: { id: trigger.id, type: trigger.type, variables },
    problem,
  }
}

async function labelsOf({ plan, trigger, scope, labels = [] }: TriggerStart, ask: Ask): Promise<readonly Label[]> {
  if (trigger.labels.length === 0) return labels
  const { dialect } = plan.flow
  const compiled = compileDeep(
    trigger.labels.map(({ value }) => value),
    { dialect },
  )
  const values: Value = await evaluateAsync(inner => compiled.render(inner), scope, ask)
  const texts = Array.isArray(values) ? values.map(value => (typeof value === 'string' ? value : '')) : []
  return [...trigger.labels.map(({ key }, index) => ({ key, value: texts[index] ?? '' })), ...labels]
}

async function inputsOf({ plan, trigger, scope, inputs }: TriggerStart, ask: Ask): Promise<ValueMap> {
  const compiled = compileDeep(trigger.inputs, { dialect: plan.flow.dialect })
  const rendered = await evaluateAsync(inner => compiled.render(inner), scope, ask)
  const own = isMap(rendered) ? rendered : {}
  return inputs ? mergeMaps(own, inputs) : own
}

function mergeMaps(first: ValueMap, second: ValueMap): ValueMap {
  const merged = new Map<string, Value>()
  for (const map of [first, second]) for (const [key, value] of mapEntries(map)) merged.set(key, value)
  return merged
}
