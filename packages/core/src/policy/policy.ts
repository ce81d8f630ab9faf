// What flows may be, as Kestra 2.0 writes it: policies of an instance, a tenant or a namespace, with rules that deny, require, restrict and add. Read from
// values, with every problem at once; judged by `judge-policies`, and what they add becomes plugin defaults.
import { isList, isMap, mapEntries, mapGet, type Value, type ValueMap } from '../std/value.ts'
import { printValue } from '../std/value-text.ts'

/** ACTIVE: blocks. EVALUATE: tells what it would block. REFERENCE: holds for flows whose `policyRefs` name it. */
export type Enforcement = 'ACTIVE' | 'EVALUATE' | 'DISABLED' | 'REFERENCE'

export interface Policy {
  readonly id: string
  readonly displayName?: string
  readonly description?: string
  readonly enforcement: Enforcement
  /** Namespaces, with those below them; all of its scope unless said. */
  readonly namespaces: readonly string[]
  /** All unless said. */
  readonly tenants: readonly string[]
  readonly rules: readonly PolicyRule[]
}

export interface Where {
  readonly field: string
  readonly operator: WhereOperator
  readonly value: Value
}

export const WHERE_OPERATORS = [
  ...(['EQUAL_TO', 'NOT_EQUAL_TO', 'IN', 'NOT_IN', 'STARTS_WITH', 'ENDS_WITH'] as const),
  ...(['CONTAINS', 'MATCHES', 'EXISTS', 'NOT_EXISTS', 'GREATER_THAN', 'LESS_THAN'] as const),
] as const

export type WhereOperator = (typeof WHERE_OPERATORS)[number]

interface RuleBase {
  /** The flow itself, or each of its plugins: tasks, triggers, conditions, task runners. */
  readonly on: 'FLOW' | 'PLUGIN'
  /** All must hold. */
  readonly where: readonly Where[]
  readonly action: 'BLOCK' | 'WARN'
  readonly errorMessage?: string
}

export type PolicyRule = RuleBase &
  (
    | { readonly type: 'deny' }
    | { readonly type: 'require'; readonly properties: readonly string[] }
    | {
        readonly type: 'restrict'
        readonly properties: readonly string[]
        /** `*` stands for any signs. */
        readonly allowed?: readonly string[]
        readonly denied?: readonly string[]
        /** A number or a length of time. */
        readonly min?: string
        readonly max?: string
        readonly mayBeExpression: boolean
      }
    | { readonly type: 'add'; readonly values: ValueMap; readonly isForced: boolean }
  )

export interface PolicyReading {
  readonly policy?: Policy
  readonly problems: readonly string[]
}

const ID = /^[a-zA-Z0-9][a-zA-Z0-9._-]{0,199}$/
const ENFORCEMENTS: readonly Enforcement[] = ['ACTIVE', 'EVALUATE', 'DISABLED', 'REFERENCE']
const RULES_MAX = 200

export function readPolicy(value: Value): PolicyReading {
  const reading = new Reading()
  if (typeof value !== 'object' || value === null || !isMap(value)) return { problems: ['a policy is a map'] }
  const id = reading.text(value, 'id') ?? ''
  if (!ID.test(id)) reading.problems.push(`id: "${id.slice(0, 50)}" is no id of letters, digits, ".", "_" and "-"`)
  const enforcement = reading.choice(value, 'enforcement', ENFORCEMENTS) ?? 'ACTIVE'
  const target = reading.map(value, 'target')
  const rules = reading.list(value, 'rules')
  if (rules.length === 0) reading.problems.push('rules: there must be one at least')
  if (rules.length > RULES_MAX) reading.problems.push(`rules: there are ${rules.length}, at most ${RULES_MAX}`)
  const read = rules
    .slice(0, RULES_MAX)
    .flatMap((rule, index) => reading.at(`rules[${index}]`, () => readRule(reading, rule)))
  const [displayName, description] = [reading.text(value, 'displayName'), reading.text(value, 'description')]
  const policy: Policy = {
    ...{
      id,
      enforcement,
      rules: read,
      namespaces: reading.texts(target, 'namespaces'),
      tenants: reading.texts(target, 'tenants'),
    },
    ...(displayName === undefined ? {} : { displayName }),
    ...(description === undefined ? {} : { description }),
  }
  return reading.problems.length > 0 ? { problems: reading.problems } : { policy, problems: [] }
}

const RULE_TYPES = ['deny', 'require', 'restrict', 'add'] as const

function readRule(reading: Reading, rule: Value): readonly PolicyRule[] {
  if (typeof rule !== 'object' || rule === null || !isMap(rule)) return reading.fail('', 'a rule is a map')
  const named = reading.text(rule, 'type') ?? ''
  // Kestra names a rule by a class, `io.kestra.plugin.ee.rules.Deny`: its last word counts.
  const type = RULE_TYPES.find(each => each === named.slice(named.lastIndexOf('.') + 1).toLowerCase())
  if (type === undefined) return reading.fail('type', `"${named}" is none of Deny, Require, Restrict, Add`)
  const errorMessage = reading.text(rule, 'errorMessage')
  const base: RuleBase = {
    on: reading.choice(rule, 'on', ['FLOW', 'PLUGIN'] as const) ?? 'PLUGIN',
    where: reading
      .list(rule, 'where')
      .flatMap((item, index) => reading.at(`where[${index}]`, () => readWhere(reading, item))),
    action: reading.choice(rule, 'action', ['BLOCK', 'WARN'] as const) ?? 'BLOCK',
    ...(errorMessage === undefined ? {} : { errorMessage }),
  }
  const single = reading.text(rule, 'property') ?? reading.text(rule, 'field')
  const properties = [...(single === undefined ? [] : [single]), ...reading.texts(rule, 'properties')]
  switch (type) {
    case 'deny':
      return base.where.length === 0 ? reading.fail('where', 'a rule that denies says what') : [{ ...base, type }]
    case 'require':
      return properties.length === 0
        ? reading.fail('properties', 'it names no property')
        : [{ ...base, type, properties }]
    case 'restrict':
      return readRestrict(reading, rule, { ...base, properties })
    case 'add':
      return readAdd(reading, rule, base)
  }
}

function readRestrict(
  reading: Reading,
  rule: ValueMap,
  base: RuleBase & { readonly properties: readonly string[] },
): readonly PolicyRule[] {
  const listed = [...reading.texts(rule, 'values'), ...reading.texts(rule, 'allowed')]
  const hasAllowed = mapGet(rule, 'values') !== undefined || mapGet(rule, 'allowed') !== undefined
  const denied = reading.texts(rule, 'denied')
  const [min, max] = [reading.text(rule, 'min'), reading.text(rule, 'max')]
  if (base.properties.length === 0) return reading.fail('properties', 'it names no property')
  if (!hasAllowed && denied.length === 0 && (min ?? max) === undefined)
    return reading.fail('values', 'it says neither allowed values, nor denied ones, nor min, nor max')
  return [
    {
      ...base,
      type: 'restrict',
      ...(hasAllowed ? { allowed: listed } : {}),
      ...(denied.length > 0 ? { denied } : {}),
      ...(min === undefined ? {} : { min }),
      ...(max === undefined ? {} : { max }),
      mayBeExpression: reading.text(rule, 'expressions')?.toUpperCase() === 'ALLOW',
    },
  ]
}

function readAdd(reading: Reading, rule: ValueMap, base: RuleBase): readonly PolicyRule[] {
  const values = mapGet(rule, 'values') ?? mapGet(rule, 'properties')
  if (values === undefined || values === null || typeof values !== 'object' || !isMap(values))
    return reading.fail('values', 'it must be a map from property to value')
  const isForced = reading.text(rule, 'override') === 'true'
  if (base.on === 'FLOW') {
    const strange = [...mapEntries(values)].map(([key]) => key).find(key => key !== 'labels')
    return strange === undefined
      ? [{ ...base, type: 'add', values, isForced }]
      : reading.fail('values', `labels are all that can be added to a flow, not "${strange}"`)
  }
  const types = base.where.filter(({ field, operator }) => field === 'type' && ADDABLE.has(operator))
  return types.length === base.where.length && types.length === 1
    ? [{ ...base, type: 'add', values, isForced }]
    : reading.fail(
        'where',
        'what is added goes to a type: one condition on the field "type" with EQUAL_TO, IN or STARTS_WITH',
      )
}

const ADDABLE: ReadonlySet<WhereOperator> = new Set(['EQUAL_TO', 'IN', 'STARTS_WITH'])

function readWhere(reading: Reading, item: Value): readonly Where[] {
  if (typeof item !== 'object' || item === null || !isMap(item))
    return reading.fail('', 'it must be a map {field, operator, value}')
  const field = reading.text(item, 'field')
  const operator = reading.choice(item, 'operator', WHERE_OPERATORS) ?? 'EQUAL_TO'
  if (field === undefined) return reading.fail('field', 'it is missing')
  return [{ field, operator, value: mapGet(item, 'value') ?? mapGet(item, 'values') ?? null }]
}

/** Collects problems with their places. */
class Reading {
  readonly problems: string[] = []
  #place = ''

  at<T>(place: string, read: () => readonly T[]): readonly T[] {
    const outer = this.#place
    this.#place = `${outer}${place}.`
    const result = read()
    this.#place = outer
    return result
  }

  fail(name: string, what: string): readonly never[] {
    this.problems.push(`${this.#place}${name}: ${what}`.replace('.:', ':'))
    return []
  }

  text(map: ValueMap, name: string): string | undefined {
    const value = mapGet(map, name)
    return value === undefined || value === null ? undefined : printValue(value)
  }

  choice<const T extends readonly string[]>(map: ValueMap, name: string, choices: T): T[number] | undefined {
    const text = this.text(map, name)
    const found = choices.find(choice => choice === text?.toUpperCase())
    if (text !== undefined && found === undefined) this.fail(name, `"${text}" is none of ${choices.join(', ')}`)
    return found
  }

  map(map: ValueMap, name: string): ValueMap {
    const value = mapGet(map, name)
    if (value === undefined || value === null) return {}
    if (typeof value === 'object' && isMap(value)) return value
    this.fail(name, 'it must be a map')
    return {}
  }

  list(map: ValueMap, name: string): readonly Value[] {
    const value = mapGet(map, name)
    if (value === undefined || value === null) return []
    if (isList(value)) return value
    this.fail(name, 'it must be a list')
    return []
  }

  texts(map: ValueMap, name: string): readonly string[] {
    return this.list(map, name).map(printValue)
  }
}
