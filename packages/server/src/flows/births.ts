// From "start this flow with these inputs" to the birth of an execution: inputs resolved and typed, labels joined. The same for the API, for
// webhooks, schedules and subflows, so that every door of the system starts executions alike.
import {
  Fuel,
  compileTemplate,
  disarm,
  evaluateAsync,
  mapGet,
  resolveInputs,
  sealBirth,
  type Ask,
  type Birth,
  type Label,
  type Plan,
  type ResolvedInputs,
  type Scope,
  type Value,
  type ValueMap,
  namespaceRoot,
} from '@batuta/core'
import { WatchedSecrets, type SecretKey } from '../secrets/watched-secrets.ts'

export interface StartRequest {
  readonly plan: Plan
  readonly inputs: ValueMap
  /** Added to those of the flow; of equal keys these win. */
  readonly labels?: readonly Label[]
  readonly trigger?: NonNullable<Birth['trigger']>
  readonly scheduledMs?: number
  /** The W3C trace of whoever starts it. */
  readonly traceparent?: string | undefined
  /** Forms cannot leave a field out. */
  readonly isForm?: boolean
}

export interface StartWorld {
  readonly nowMs: number
  readonly zone: string
  readonly locale: string
  random(): number
  readonly configuredRoots: ReadonlyMap<string, Value>
  encrypt?(plain: string): Value
  /** What secrets are kept with that inputs are made of. */
  readonly secretKey?: SecretKey
}

export type PreparedBirth =
  { readonly birth: Birth; readonly resolved: ResolvedInputs } | { readonly problems: ResolvedInputs['problems'] }

/** Defaults of inputs may ask the world (a key, a secret): `ask` answers. */
export async function prepareBirth(
  executionId: string,
  request: StartRequest,
  { world, ask, secrets = watchSecrets(world) }: BirthPlace,
): Promise<PreparedBirth> {
  if (request.plan.flow.inputs.length === 0) return seal(birthFrom(executionId, request, NO_INPUTS), secrets)
  const watched = watchWorld(world, secrets)
  const resolved = await evaluateAsync(
    scope => resolve(request, watched, scope),
    scopeOf(request.plan, world),
    secrets.watch(ask),
  )
  return seal(birthFrom(executionId, request, resolved), secrets)
}

export interface BirthPlace {
  readonly world: StartWorld
  readonly ask: Ask
  /** What was read of secrets before. */
  readonly secrets?: WatchedSecrets
}

export function watchSecrets({ secretKey = {} }: StartWorld): WatchedSecrets {
  return new WatchedSecrets(secretKey)
}

/** What is given as a SECRET is one wherever else it turns up. */
function watchWorld(world: StartWorld, secrets: WatchedSecrets): StartWorld {
  const { encrypt } = world
  if (!encrypt) return world
  const watched = (plain: string): Value => {
    secrets.add(plain)
    return encrypt(plain)
  }
  return { ...world, encrypt: watched }
}

/** What is resolved stays in the clear, for checks; what is kept does not. */
function seal(prepared: PreparedBirth, secrets: WatchedSecrets): PreparedBirth {
  if (secrets.isEmpty) return prepared
  if ('birth' in prepared) return { ...prepared, birth: sealBirth(prepared.birth, secrets) }
  return { problems: prepared.problems.map(problem => ({ ...problem, message: secrets.mask(problem.message) })) }
}

/** As `prepareBirth`, inside a turn: a default that asks the world is a problem there. */
export function prepareBirthNow(executionId: string, request: StartRequest, world: StartWorld): PreparedBirth {
  const { plan } = request
  if (plan.flow.inputs.length === 0) return birthFrom(executionId, request, NO_INPUTS)
  if (!plan.hasSecretInput) return birthFrom(executionId, request, resolve(request, world, scopeOf(plan, world)))
  const secrets = watchSecrets(world)
  const resolved = resolve(request, watchWorld(world, secrets), scopeOf(plan, world))
  return seal(birthFrom(executionId, request, resolved), secrets)
}

const NO_INPUTS: ResolvedInputs = { values: {}, problems: [], perInput: [] }

export function resolve({ plan, inputs, isForm }: StartRequest, world: StartWorld, scope: Scope): ResolvedInputs {
  const render = (template: string, variables: ValueMap): Value => {
    const inner: Scope = { ...scope, lookup: root => mapGet(variables, root) ?? scope.lookup(root) }
    return disarm(compileTemplate(template, { dialect: plan.flow.dialect }).renderTyped(inner))
  }
  return resolveInputs(plan.flow.inputs, inputs, {
    render,
    dialect: plan.flow.dialect,
    ...(world.encrypt ? { encrypt: plain => world.encrypt?.(plain) ?? plain } : {}),
    ...(isForm ? { isEmptyAbsent: true } : {}),
  })
}

/** What a start can see besides its inputs. */
export function scopeOf(plan: Plan, world: StartWorld): Scope {
  const { flow } = plan
  const namespace = namespaceRoot(world.configuredRoots, flow.namespace)
  const roots: ReadonlyMap<string, Value> = new Map<string, Value>([
    ...world.configuredRoots,
    ...(namespace ? [['namespace', namespace] as const] : []),
    ['flow', { id: flow.id, namespace: flow.namespace, revision: plan.revision, tenantId: plan.tenant }],
    ['vars', flow.variables],
  ])
  return {
    lookup: root => roots.get(root),
    names: () => roots.keys(),
    nowMs: world.nowMs,
    random: () => world.random(),
    zone: world.zone,
    locale: world.locale,
    fuel: new Fuel(),
  }
}

/** With inputs that are resolved already. */
export function birthFrom(
  executionId: string,
  { plan, labels = [], trigger, scheduledMs, traceparent }: StartRequest,
  resolved: ResolvedInputs,
): PreparedBirth {
  if (!resolved.values) return { problems: resolved.problems }
  const birth: Birth = {
    tenant: plan.tenant,
    namespace: plan.flow.namespace,
    flowId: plan.flow.id,
    revision: plan.revision,
    inputs: resolved.values,
    labels: joinLabels(executionId, plan.flow.labels, labels),
    ...(trigger ? { trigger } : {}),
    ...(scheduledMs === undefined ? {} : { scheduledMs }),
    ...(traceparent === undefined ? {} : { traceparent }),
  }
  return { birth, resolved }
}

const CORRELATION = 'system.correlationId'

export function joinLabels(executionId: string, own: readonly Label[], given: readonly Label[]): readonly Label[] {
  const isCorrelated = given.some(label => label.key === CORRELATION)
  if (own.length === 0 && given.length === 0) return [{ key: CORRELATION, value: executionId }]
  const byKey = new Map<string, string>()
  for (const { key, value } of [...own, ...given]) byKey.set(key, value)
  if (!isCorrelated) byKey.set(CORRELATION, executionId)
  return [...byKey].map(([key, value]) => ({ key, value }))
}

export function problemText(problems: ResolvedInputs['problems']): string {
  return problems.map(problem => problem.message).join('; ')
}
