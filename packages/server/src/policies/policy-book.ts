// The policies of this server: those of the instance, of its tenant and of namespaces, as they are stored, and those of the configuration, which nobody
// changes here. Kept in memory, for every start of a flow asks; what other nodes save is read again every few seconds.
import {
  BatutaError,
  decodeValue,
  defaultsOfPolicies,
  encodeValue,
  judgePolicies,
  readPolicy,
  withPolicyLabels,
  type Catalogue,
  type Flow,
  type PluginDefault,
  type Policy,
  type PolicyViolation,
  type Value,
} from '@batuta/core'
import { isAtOrAbove, withAncestors } from '../namespaces/ancestors.ts'
import type { PolicyRow, Store } from '../storage/store.ts'

export type PolicyScope =
  | { readonly type: 'instance' }
  | { readonly type: 'tenant' }
  | { readonly type: 'namespace'; readonly namespace: string }

export interface KeptPolicy {
  readonly scope: PolicyScope
  readonly policy: Policy
  /** The YAML or the values that it was written as. */
  readonly source: string
  /** Of the configuration. */
  readonly isStatic: boolean
  readonly createdMs: number
  readonly updatedMs: number
}

export interface PolicyBookWorld {
  readonly store: Store
  readonly tenant: string
  readonly catalogue: Catalogue
  /** Of the configuration, as values. */
  readonly configured: readonly Value[]
  nowMs(): number
  /** What policies add is other than before, for flows of these namespaces and below; empty: of all. */
  onDefaults?(namespace: string): Promise<void>
}

const SOURCE_CHARS_MAX = 256 * 1024
const POLICIES_MAX = 1_000

export class PolicyBook {
  readonly #world: PolicyBookWorld
  readonly #configured: readonly KeptPolicy[]
  #kept: readonly KeptPolicy[] = []
  #stamp = ''
  #verdicts = new WeakMap<Flow, readonly PolicyViolation[]>()

  /** @throws {BatutaError} `config-invalid` for a policy of the configuration that cannot be read. */
  constructor(world: PolicyBookWorld) {
    this.#world = world
    this.#configured = world.configured.map((value, index) => {
      const { policy, problems } = readPolicy(value)
      if (!policy)
        throw new BatutaError(
          'config-invalid',
          `The option kestra.policies[${index}] cannot be used: ${problems.join('; ')}.`,
        )
      const times = { createdMs: 0, updatedMs: 0 }
      return { scope: { type: 'instance' }, policy, source: encodeValue(value), isStatic: true, ...times }
    })
  }

  /** Whether there is anything to ask. */
  get isEmpty(): boolean {
    return this.#kept.length === 0 && this.#configured.length === 0
  }

  all(): readonly KeptPolicy[] {
    return [...this.#configured, ...this.#kept]
  }

  find(scope: PolicyScope, id: string): KeptPolicy | undefined {
    return this.all().find(kept => kept.policy.id === id && nameOf(kept.scope) === nameOf(scope))
  }

  /** Those that hold in a namespace, the nearest first. */
  of(namespace: string): readonly Policy[] {
    const { tenant } = this.#world
    const own = withAncestors(namespace).flatMap(above =>
      this.#kept.filter(({ scope }) => scope.type === 'namespace' && scope.namespace === above),
    )
    const wider = (type: PolicyScope['type']): readonly KeptPolicy[] =>
      this.#kept.filter(({ scope }) => scope.type === type)
    return [...own, ...wider('tenant'), ...wider('instance'), ...this.#configured]
      .map(({ policy }) => policy)
      .filter(({ tenants }) => tenants.length === 0 || tenants.includes(tenant))
  }

  defaultsOf(namespace: string): readonly PluginDefault[] {
    return this.isEmpty ? [] : defaultsOfPolicies(this.of(namespace), namespace)
  }

  withLabels(flow: Flow): Flow {
    return this.isEmpty ? flow : withPolicyLabels(flow, this.of(flow.namespace))
  }

  /** Once per flow and state of the book. */
  judge(flow: Flow): readonly PolicyViolation[] {
    if (this.isEmpty) return []
    const known = this.#verdicts.get(flow)
    if (known) return known
    const found = this.judgeBy(flow, this.of(flow.namespace))
    this.#verdicts.set(flow, found)
    return found
  }

  /** A flow that was saved before a policy adds labels is judged with them, as it would be saved now. */
  judgeBy(flow: Flow, policies: readonly Policy[]): readonly PolicyViolation[] {
    const { catalogue } = this.#world
    return judgePolicies(this.withLabels(flow), policies, {
      canonicalOf: type => catalogue.resolve(type)?.type ?? type,
    })
  }

  /** Why the flow is not begun. */
  blockOf(flow: Flow): string | undefined {
    const blocking = this.judge(flow).filter(({ isBlocking }) => isBlocking)
    return blocking.length === 0 ? undefined : blocking.map(({ message }) => message).join(' ')
  }

  /** @throws {BatutaError} `policy-invalid` with every problem. */
  async save(scope: PolicyScope, source: string, value: Value): Promise<KeptPolicy> {
    const { policy, problems } = readPolicy(value)
    if (!policy) throw new BatutaError('policy-invalid', `The policy cannot be read: ${problems.join('; ')}.`)
    if (source.length > SOURCE_CHARS_MAX)
      throw new BatutaError('policy-invalid', `A policy has at most ${SOURCE_CHARS_MAX} characters.`)
    if (this.#configured.some(kept => kept.policy.id === policy.id))
      throw new BatutaError('policy-invalid', `The policy "${policy.id}" stands in the configuration: change it there.`)
    const before = this.find(scope, policy.id)
    if (!before && this.#kept.length >= POLICIES_MAX)
      throw new BatutaError('policy-invalid', `There are ${POLICIES_MAX} policies already.`)
    const nowMs = this.#world.nowMs()
    const body = encodeValue({ source, value })
    const row = { ...this.#keyOf(scope), id: policy.id, body, createdMs: before?.createdMs ?? nowMs, updatedMs: nowMs }
    await this.#world.store.perform('savePolicy', row)
    await this.load()
    return this.find(scope, policy.id) ?? keptOf(row) ?? fail(policy.id)
  }

  async delete(scope: PolicyScope, id: string): Promise<boolean> {
    const isDeleted = await this.#world.store.perform('deletePolicy', { ...this.#keyOf(scope), id })
    if (isDeleted) await this.load()
    return isDeleted
  }

  /** Reads all that is stored, and says where what is added has changed. */
  async load(): Promise<void> {
    const rows = (await this.#world.store.read.listPolicies()).filter(
      ({ tenant }) => tenant === '' || tenant === this.#world.tenant,
    )
    const stamp = JSON.stringify(rows.map(({ tenant, namespace, id, body }) => [tenant, namespace, id, body]))
    if (stamp === this.#stamp) return
    const before = this.#kept
    this.#kept = rows.flatMap(row => keptOf(row) ?? [])
    this.#stamp = stamp
    this.#verdicts = new WeakMap()
    for (const namespace of changedAdds(before, this.#kept)) await this.#world.onDefaults?.(namespace)
  }

  #keyOf(scope: PolicyScope): Pick<PolicyRow, 'tenant' | 'namespace'> {
    const { tenant } = this.#world
    switch (scope.type) {
      case 'instance':
        return { tenant: '', namespace: '' }
      case 'tenant':
        return { tenant, namespace: '' }
      case 'namespace':
        return { tenant, namespace: scope.namespace }
    }
  }
}

export async function openPolicyBook(world: PolicyBookWorld): Promise<PolicyBook> {
  const book = new PolicyBook(world)
  await book.load()
  return book
}

function keptOf({ tenant, namespace, body, createdMs, updatedMs }: PolicyRow): KeptPolicy | undefined {
  const stored = decodeValue(body)
  const of = (name: string): Value =>
    typeof stored === 'object' && stored !== null && name in stored
      ? (Object.entries(stored).find(([key]) => key === name)?.[1] ?? null)
      : null
  const { policy } = readPolicy(of('value'))
  const source = of('source')
  if (!policy) return undefined
  const scope: PolicyScope =
    namespace !== '' ? { type: 'namespace', namespace } : { type: tenant === '' ? 'instance' : 'tenant' }
  return { scope, policy, source: typeof source === 'string' ? source : '', isStatic: false, createdMs, updatedMs }
}

function fail(id: string): never {
  throw new BatutaError('policy-invalid', `The policy "${id}" was not kept.`)
}

function nameOf(scope: PolicyScope): string {
  return scope.type === 'namespace' ? `namespace ${scope.namespace}` : scope.type
}

/** The namespaces below which something else is added than before. */
function changedAdds(before: readonly KeptPolicy[], now: readonly KeptPolicy[]): readonly string[] {
  const addsOf = (kept: readonly KeptPolicy[]): Map<string, string> => {
    const adds = new Map<string, string>()
    for (const { scope, policy } of kept) {
      if (!policy.rules.some(({ type }) => type === 'add')) continue
      const namespace = scope.type === 'namespace' ? scope.namespace : ''
      adds.set(
        namespace,
        `${adds.get(namespace) ?? ''}${JSON.stringify([policy.enforcement, policy.namespaces, policy.rules.length, encodeRules(policy)])}`,
      )
    }
    return adds
  }
  const [old, fresh] = [addsOf(before), addsOf(now)]
  const changed = [...new Set([...old.keys(), ...fresh.keys()])].filter(name => old.get(name) !== fresh.get(name))
  return changed.filter(name => !changed.some(other => other !== name && (other === '' || isAtOrAbove(other, name))))
}

function encodeRules({ rules }: Policy): string {
  return rules
    .flatMap(rule =>
      rule.type === 'add'
        ? [`${encodeValue(rule.values)} ${rule.isForced} ${rule.where.map(({ value }) => encodeValue(value)).join()}`]
        : [],
    )
    .join('\n')
}
