// The inputs of an execution, from what was given and what the flow declares. Dependencies first; a disabled input takes no part; a
// value is what was given, else the default, else nothing; then it is parsed and judged. All problems come back at once. Nothing
// here renders, encrypts or stores: that comes in as arguments, so that every door of the system resolves alike.
import { BatutaError } from '../std/errors.ts'
import { isList, isMap, mapEntries, mapFrom, mapGet, mapHas } from '../std/value.ts'
import type { Value, ValueMap } from '../std/value.ts'
import { printValue } from '../std/value-text.ts'
import { nest } from './dotted.ts'
import type { Dialect, Input } from './flow.ts'
import { choiceText, limitProblems } from './input-limits.ts'
import { formOf, isEncrypted, parseTyped } from './input-value.ts'
import { hasExpression } from './parse-type.ts'

export interface InputContext {
  /** Renders a template over `{inputs}` and the rest of what a start knows; throws a BatutaError when it cannot. */
  render(template: string, variables: ValueMap): Value
  /** Encrypts the plain text of a SECRET; absent where no key is configured. */
  encrypt?(plain: string): Value
  /** Forms cannot leave a field out: an empty text counts as absent (recorded), so that one that is required is missing. */
  readonly isEmptyAbsent?: boolean
  /** Of the flow, 1 when absent: an optional SELECT takes anything in 1, one without choices takes anything in 2. */
  readonly dialect?: Dialect
}

export interface InputProblem {
  readonly id: string
  readonly message: string
}

export interface ResolvedInput {
  readonly input: Input
  /** Full id, with that of its FORM before it. */
  readonly id: string
  readonly isEnabled: boolean
  readonly isDefault: boolean
  /** Parsed; what was given when it could not be parsed; undefined when there is nothing. */
  readonly value?: Value
  /** What a SELECT may be, rendered. */
  readonly choices?: readonly Value[]
  readonly problems: readonly string[]
}

export interface ResolvedInputs {
  /** Nested by the dots of the ids; absent when there are problems. */
  readonly values?: ValueMap
  readonly problems: readonly InputProblem[]
  /** In the order of declaration, children of a FORM in its place. */
  readonly perInput: readonly ResolvedInput[]
}

export function resolveInputs(inputs: readonly Input[], given: ValueMap, context: InputContext): ResolvedInputs {
  const declared = new Map(flatten(inputs).map(item => [item.id, item]))
  const resolution: Resolution = { declared, given, context, done: new Map(), open: new Set() }
  const perInput = Array.from(declared.keys(), id => resolve(resolution, id)).filter(item => item !== undefined)
  const problems = perInput.flatMap(({ id, problems: own }) => own.map(message => ({ id, message })))
  if (problems.length > 0) return { problems, perInput }
  const enabled = perInput.filter(({ isEnabled }) => isEnabled)
  return { values: nest(enabled.map(({ id, value }) => [id, value ?? null])), problems, perInput }
}

/** The inputs of a flow that have a default, with their full ids. */
export function defaultedInputs(inputs: readonly Input[]): readonly DefaultedInput[] {
  return flatten(inputs).flatMap(({ id, input: { defaults } }) => (defaults === undefined ? [] : [{ id, defaults }]))
}

export interface DefaultedInput {
  readonly id: string
  readonly defaults: Value
}

/** What expressions see as `inputs`: defaults of inputs that take no part show through, unparsed. */
export function inputsForRendering(defaulted: readonly DefaultedInput[], values: ValueMap): ValueMap {
  if (defaulted.every(({ id }) => lookUp(values, id) !== undefined)) return values
  const missing = defaulted.filter(({ id }) => lookUp(values, id) === undefined)
  return mergeMaps(nest(missing.map(({ id, defaults }) => [id, defaults])), values)
}

function mergeMaps(under: ValueMap, over: ValueMap): ValueMap {
  const entries = new Map<string, Value>(mapEntries(under))
  for (const [key, value] of mapEntries(over)) {
    const below = entries.get(key)
    entries.set(key, below !== undefined && isMap(below) && isMap(value) ? mergeMaps(below, value) : value)
  }
  return mapFrom(entries)
}

interface Declared {
  readonly id: string
  readonly input: Input
  readonly dependsOn: readonly string[]
  readonly conditions: readonly string[]
}

/** Children of a FORM take its id as prefix, and its conditions on top of their own. */
function flatten(inputs: readonly Input[]): readonly Declared[] {
  return inputs.flatMap(input => {
    const own = declare(input, input.id)
    if (input.type !== 'FORM') return [own]
    const siblings = new Set((input.inputs ?? []).map(({ id }) => id))
    return (input.inputs ?? []).map(child => {
      const inner = declare(child, `${input.id}.${child.id}`)
      const dependsOn = inner.dependsOn.map(id => (siblings.has(id) ? `${input.id}.${id}` : id))
      return {
        ...inner,
        dependsOn: [...own.dependsOn, ...dependsOn],
        conditions: [...own.conditions, ...inner.conditions],
      }
    })
  })
}

function declare(input: Input, id: string): Declared {
  const condition = input.dependsOn?.condition
  return { id, input, dependsOn: input.dependsOn?.inputs ?? [], conditions: condition === undefined ? [] : [condition] }
}

interface Resolution {
  readonly declared: ReadonlyMap<string, Declared>
  readonly given: ValueMap
  readonly context: InputContext
  readonly done: Map<string, ResolvedInput>
  readonly open: Set<string>
}

/** Undefined for an id nobody declared, and inside a cycle: both are refused when the flow is saved. */
function resolve(resolution: Resolution, id: string): ResolvedInput | undefined {
  const known = resolution.done.get(id)
  if (known !== undefined) return known
  const declared = resolution.declared.get(id)
  if (declared === undefined || resolution.open.has(id)) return undefined
  resolution.open.add(id)
  const dependencies = declared.dependsOn.flatMap(other => resolve(resolution, other) ?? [])
  resolution.open.delete(id)
  const resolved = {
    input: declared.input,
    id,
    isDefault: false,
    isEnabled: true,
    ...judge(resolution, declared, dependencies),
  }
  resolution.done.set(id, resolved)
  return resolved
}

type Verdict = Omit<Partial<ResolvedInput>, 'input' | 'id'> & { readonly problems: readonly string[] }

function judge(resolution: Resolution, declared: Declared, dependencies: readonly ResolvedInput[]): Verdict {
  const { context } = resolution
  const variables = variablesOf(dependencies)
  if (dependencies.some(({ isEnabled }) => !isEnabled)) return { isEnabled: false, problems: [] }
  for (const condition of declared.conditions) {
    const rendered = attempt(context, condition, variables)
    if (rendered.type === 'problem') return { isEnabled: false, problems: [rendered.problem] }
    if (rendered.value !== true && rendered.value !== 'true') return { isEnabled: false, problems: [] }
  }
  const choices = choicesOf(declared.input, context, variables)
  if (choices.type === 'problem') return { problems: [choices.problem] }
  const found = find(resolution, declared, { variables, choices: choices.values })
  if (found.type === 'problem') return { problems: [found.problem], ...(choices.values && { choices: choices.values }) }
  return {
    ...settle(declared, found.value, { context, choices: choices.values }),
    isDefault: found.isDefault && found.value !== null,
  }
}

function variablesOf(dependencies: readonly ResolvedInput[]): ValueMap {
  return { inputs: nest(dependencies.filter(({ isEnabled }) => isEnabled).map(({ id, value }) => [id, value ?? null])) }
}

type Attempt =
  { readonly type: 'value'; readonly value: Value } | { readonly type: 'problem'; readonly problem: string }

function attempt(context: InputContext, template: string, variables: ValueMap): Attempt {
  try {
    return { type: 'value', value: context.render(template, variables) }
  } catch (error) {
    if (!(error instanceof BatutaError)) throw error
    return { type: 'problem', problem: error.message }
  }
}

type Choices =
  | { readonly type: 'choices'; readonly values: readonly Value[] | undefined }
  | { readonly type: 'problem'; readonly problem: string }

/** The values of a SELECT or MULTISELECT: listed, or rendered to a list whose nulls are left out. */
function choicesOf(input: Input, context: InputContext, variables: ValueMap): Choices {
  const expression = mapGet(input.properties, 'expression')
  if (typeof expression !== 'string') {
    const listed = mapGet(input.properties, 'values') ?? mapGet(input.properties, 'options') ?? null
    return { type: 'choices', values: isList(listed) ? listed : undefined }
  }
  const rendered = attempt(context, expression, variables)
  if (rendered.type === 'problem') return rendered
  const list = typeof rendered.value === 'string' ? parseTyped(rendered.value, { type: 'ARRAY' }) : rendered
  if (list.type === 'problem' || !isList(list.value)) {
    return { type: 'problem', problem: `the expression \`${expression}\` must render to a list` }
  }
  const values = list.value
    .filter(item => item !== null)
    .map(item => (isMap(item) && mapHas(item, 'value') ? item : printValue(item)))
  return { type: 'choices', values }
}

type Found =
  | { readonly type: 'found'; readonly value: Value; readonly isDefault: boolean }
  | { readonly type: 'problem'; readonly problem: string }

function find(
  resolution: Resolution,
  { id, input }: Declared,
  at: { variables: ValueMap; choices: readonly Value[] | undefined },
): Found {
  const given = lookUp(resolution.given, id) ?? null
  const isAbsent = given === '' && resolution.context.isEmptyAbsent === true
  if (given !== null && !isAbsent) return { type: 'found', value: given, isDefault: false }
  if (input.defaults !== undefined && input.defaults !== null) {
    const rendered = renderDeep(resolution.context, input.defaults, at.variables)
    return rendered.type === 'problem' ? rendered : { type: 'found', value: rendered.value, isDefault: true }
  }
  const first = mapGet(input.properties, 'autoSelectFirst') === true ? at.choices?.[0] : undefined
  if (first === undefined) return { type: 'found', value: null, isDefault: false }
  return {
    type: 'found',
    value: input.type === 'MULTISELECT' ? [choiceText(first)] : choiceText(first),
    isDefault: true,
  }
}

/** A value under a dotted id: given under the id itself, or in nested maps. */
export function lookUp(values: ValueMap, id: string): Value | undefined {
  const direct = mapGet(values, id)
  const dot = id.indexOf('.')
  if (direct !== undefined || dot < 0) return direct
  const outer = mapGet(values, id.slice(0, dot))
  return outer !== undefined && isMap(outer) ? lookUp(outer, id.slice(dot + 1)) : undefined
}

function renderDeep(context: InputContext, value: Value, variables: ValueMap): Attempt {
  if (typeof value === 'string')
    return hasExpression(value) ? attempt(context, value, variables) : { type: 'value', value }
  if (isList(value)) {
    const items = value.map(item => renderDeep(context, item, variables))
    const failed = items.find(item => item.type === 'problem')
    return failed ?? { type: 'value', value: items.flatMap(item => (item.type === 'value' ? [item.value] : [])) }
  }
  if (!isMap(value)) return { type: 'value', value }
  const entries: [string, Value][] = []
  for (const [key, item] of mapEntries(value)) {
    const rendered = renderDeep(context, item, variables)
    if (rendered.type === 'problem') return rendered
    entries.push([key, rendered.value])
  }
  return { type: 'value', value: mapFrom(entries) }
}

function settle(
  { id, input }: Declared,
  value: Value,
  { context, choices }: { readonly context: InputContext; readonly choices: readonly Value[] | undefined },
): Verdict {
  const shown = choices === undefined ? {} : { choices }
  if (value === null) {
    const problems = input.required ? [`Missing required input: ${id}`] : []
    return { ...shown, ...(problems.length === 0 && { value: null }), problems }
  }
  if (input.type === 'SECRET' && isEncrypted(value)) return { ...shown, value, problems: [] }
  const parsed = parseTyped(value, formOf(input))
  const judged = choicesToJudge(input, choices, context.dialect ?? 1)
  const found = parsed.type === 'problem' ? [parsed.problem] : limitProblems(input, parsed.value, judged)
  if (parsed.type === 'problem' || found.length > 0) {
    const received = input.type === 'SECRET' ? '***' : printValue(value)
    const problems = found.map(reason => `Invalid input for \`${id}\`, ${reason}, but received \`${received}\``)
    return { ...shown, value: input.type === 'SECRET' ? null : value, problems }
  }
  if (input.type !== 'SECRET') return { ...shown, value: parsed.value, problems: [] }
  if (context.encrypt === undefined) {
    return {
      ...shown,
      problems: [`Invalid input for \`${id}\`, no encryption key is configured, so that a SECRET cannot be kept`],
    }
  }
  return { ...shown, value: context.encrypt(printValue(parsed.value)), problems: [] }
}

/** As recorded: dialect 1 does not check an optional SELECT, and lets nothing pass where there are no choices. */
function choicesToJudge(
  input: Input,
  choices: readonly Value[] | undefined,
  dialect: Dialect,
): readonly Value[] | undefined {
  if (input.type !== 'SELECT' || dialect === 2) return choices
  return input.required ? (choices ?? []) : undefined
}
