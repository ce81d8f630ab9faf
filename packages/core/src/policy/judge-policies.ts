// Which rules a flow breaks. Pure: the same for a flow that is being written, one that is saved, and one that is about to run.
import type { Flow, PluginDefault } from '../flow/flow.ts'
import { trust } from '../std/trust.ts'
import { isList, isMap, mapEntries, mapFrom, mapGet, type Value, type ValueMap } from '../std/value.ts'
import { printValue } from '../std/value-text.ts'
import type { Policy, PolicyRule, Where } from './policy.ts'
import { amountOf, fieldsAt, fitsGlob, holds, isExpression, isMore, scalarsOf, type SameText } from './policy-field.ts'

export interface PolicyViolation {
  readonly policyId: string
  /** Nothing is saved or begun. */
  readonly isBlocking: boolean
  /** It would block, were the policy active. */
  readonly isEvaluated: boolean
  readonly message: string
  /** Place in the document. */
  readonly path: string
}

export interface PolicyWorld {
  /** The name that a type has besides its aliases. */
  canonicalOf(type: string): string
}

export function judgePolicies(flow: Flow, policies: readonly Policy[], world: PolicyWorld): readonly PolicyViolation[] {
  const holding = policies.filter(policy => applies(policy, flow))
  if (holding.length === 0) return []
  const document = documentOf(flow)
  const whole: Subject = { value: document, path: '', name: 'the flow' }
  const plugins = holding.some(({ rules }) => rules.some(({ on }) => on === 'PLUGIN')) ? pluginsOf(document) : []
  const same: SameText = (field, text) => (field === 'type' || field.endsWith('.type') ? world.canonicalOf(text) : text)
  return holding.flatMap(policy =>
    policy.rules.flatMap(rule =>
      (rule.on === 'FLOW' ? [whole] : plugins).flatMap(subject =>
        rule.where.every(where => holds(where, subject.value, same))
          ? faultsOf(rule, subject, same).map(fault => violationOf(policy, rule, { ...subject, ...fault }))
          : [],
      ),
    ),
  )
}

function applies({ enforcement, namespaces, id }: Policy, flow: Flow): boolean {
  if (enforcement === 'DISABLED') return false
  if (enforcement === 'REFERENCE' && !(flow.policyRefs ?? []).includes(id)) return false
  return (
    namespaces.length === 0 ||
    namespaces.some(above => flow.namespace === above || flow.namespace.startsWith(`${above}.`))
  )
}

interface Subject {
  readonly value: Value
  readonly path: string
  readonly name: string
}

/** As people write it: labels by key. */
function documentOf(flow: Flow): ValueMap {
  const { labels, pluginDefaults: _defaults, ...rest } = flow
  const byKey = Object.fromEntries(labels.map(({ key, value }) => [key, value]))
  return trust<ValueMap>({ ...rest, labels: byKey })
}

/** Everything that has a type with a dot in it, wherever it stands. */
function pluginsOf(document: ValueMap): readonly Subject[] {
  const found: Subject[] = []
  const walk = (value: Value, path: string, owner: string): void => {
    if (value === null || typeof value !== 'object') return
    if (isList(value)) {
      for (const [index, item] of value.entries()) walk(item, `${path}[${index}]`, owner)
      return
    }
    if (!isMap(value)) return
    const type = mapGet(value, 'type')
    const isPlugin = typeof type === 'string' && type.includes('.')
    const place = textIn(value, 'path') ?? path
    const name = isPlugin ? (textIn(value, 'id') ?? owner) : owner
    if (isPlugin) found.push({ value: flat(value), path: place, name: name === '' ? 'the flow' : `"${name}"` })
    for (const [key, item] of mapEntries(value))
      walk(item, key === 'properties' && isPlugin ? place : place === '' ? key : `${place}.${key}`, name)
  }
  walk(document, '', '')
  return found
}

function textIn(value: ValueMap, name: string): string | undefined {
  const text = mapGet(value, name)
  return typeof text === 'string' ? text : undefined
}

/** The properties of a task's type stand beside those that all tasks have, as in the document. */
function flat(value: ValueMap): ValueMap {
  const properties = mapGet(value, 'properties')
  if (properties === undefined || properties === null || typeof properties !== 'object' || !isMap(properties))
    return value
  return mapFrom([...[...mapEntries(value)].filter(([key]) => key !== 'properties'), ...mapEntries(properties)])
}

interface Fault {
  readonly what: string
  /** Of the property below the subject. */
  readonly property?: string
}

function faultsOf(rule: PolicyRule, { value, name }: Subject, same: SameText): readonly Fault[] {
  switch (rule.type) {
    case 'deny':
      return [{ what: `${name} is denied (${rule.where.map(told).join(', ')})` }]
    case 'require':
      return rule.properties
        .filter(property => fieldsAt(value, property).every(isEmpty))
        .map(property => ({ what: `${name} lacks ${property}` }))
    case 'restrict':
      return rule.properties.flatMap(property =>
        scalarsOf(fieldsAt(value, property)).flatMap(item => {
          const problem = problemOf(rule, same(property, printValue(item)), text => same(property, text))
          return problem === undefined ? [] : [{ what: `${property} of ${name} ${problem}`, property }]
        }),
      )
    case 'add':
      return []
  }
}

function isEmpty(value: Value): boolean {
  return value === '' || (typeof value === 'object' && value !== null && isList(value) && value.length === 0)
}

type Restriction = Extract<PolicyRule, { readonly type: 'restrict' }>

/** What is made at run time cannot be judged before: it is refused, unless the rule lets it pass. */
function problemOf(rule: Restriction, text: string, same: (text: string) => string): string | undefined {
  if (isExpression(text))
    return rule.mayBeExpression ? undefined : 'is an expression, whose value nobody knows before it runs'
  const { allowed, denied, min, max } = rule
  const fits = (pattern: string): boolean => fitsGlob(same(pattern), text)
  if (allowed !== undefined && !allowed.some(fits)) return `is "${text}", and only ${allowed.join(', ')} are allowed`
  const hit = denied?.find(fits)
  if (hit !== undefined) return `is "${text}", which is denied (${hit})`
  if ((min ?? max) !== undefined && amountOf(text) === undefined)
    return `is "${text}", which is no number and no length of time`
  if (max !== undefined && isMore(text, max)) return `is "${text}": at most ${max} is allowed`
  if (min !== undefined && isMore(min, text)) return `is "${text}": at least ${min} is required`
  return undefined
}

function told({ field, operator, value }: Where): string {
  return `${field} ${operator} ${value === null ? '' : printValue(value)}`.trim()
}

function violationOf(policy: Policy, rule: PolicyRule, { path, what, property }: Subject & Fault): PolicyViolation {
  const isEvaluated = policy.enforcement === 'EVALUATE'
  return {
    policyId: policy.id,
    isBlocking: !isEvaluated && rule.action === 'BLOCK',
    isEvaluated,
    message: `The policy "${policy.id}"${isEvaluated ? ', which is evaluated only,' : ''} says: ${rule.errorMessage ?? what}${rule.errorMessage === undefined ? '' : ` – ${what}`}.`,
    path: property === undefined ? path : path === '' ? property : `${path}.${property}`,
  }
}

/** What policies add to plugins, as defaults: the nearest policy first. Those that are only evaluated add nothing. */
export function defaultsOfPolicies(policies: readonly Policy[], namespace: string): readonly PluginDefault[] {
  return policies
    .filter(({ enforcement }) => enforcement === 'ACTIVE')
    .filter(
      ({ namespaces }) =>
        namespaces.length === 0 || namespaces.some(above => namespace === above || namespace.startsWith(`${above}.`)),
    )
    .flatMap(({ rules }) =>
      rules.flatMap(rule =>
        rule.type === 'add' && rule.on === 'PLUGIN'
          ? typesOf(rule.where).map(type => ({ type, forced: rule.isForced, values: rule.values }))
          : [],
      ),
    )
}

function typesOf(where: readonly Where[]): readonly string[] {
  return where.flatMap(({ value }) => (isList(value) ? value : [value]).map(printValue))
}

/** With the labels that policies add. */
export function withPolicyLabels(flow: Flow, policies: readonly Policy[]): Flow {
  let labels = flow.labels
  for (const policy of policies) {
    if (policy.enforcement === 'EVALUATE' || !applies(policy, flow)) continue
    for (const rule of policy.rules) if (rule.type === 'add' && rule.on === 'FLOW') labels = added(labels, rule)
  }
  return labels === flow.labels ? flow : { ...flow, labels }
}

function added(
  labels: Flow['labels'],
  { values, isForced }: Extract<PolicyRule, { readonly type: 'add' }>,
): Flow['labels'] {
  const given = mapGet(values, 'labels')
  if (given === undefined || given === null || typeof given !== 'object' || !isMap(given)) return labels
  const more = [...mapEntries(given)].map(([key, value]) => ({ key, value: printValue(value) }))
  const keys = new Set((isForced ? more : labels).map(({ key }) => key))
  return isForced
    ? [...labels.filter(({ key }) => !keys.has(key)), ...more]
    : [...labels, ...more.filter(({ key }) => !keys.has(key))]
}
