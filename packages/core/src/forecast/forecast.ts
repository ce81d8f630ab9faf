// What an execution would do, told before there is one: inputs resolved, every property rendered as far as it can be known, tasks in their order
// with the conditions around them, and what they would touch. Nothing runs, and nothing is asked of the world.
import { compileTemplate } from '../expression/template.ts'
import { Fuel } from '../expression/fuel.ts'
import type { Scope } from '../expression/scope.ts'
import type { Flow, Task } from '../flow/flow.ts'
import { coreName } from '../flow/graph.ts'
import { resolveInputs } from '../flow/inputs.ts'
import type { ResolvedInput } from '../flow/inputs.ts'
import { hasExpression } from '../flow/parse-type.ts'
import { isList, isMap, isTruthyText, mapEntries, mapFrom, mapGet } from '../std/value.ts'
import type { Value, ValueMap } from '../std/value.ts'
import { printValue } from '../std/value-text.ts'
import { renderPartly } from './partial-render.ts'
import type { PartialWorld } from './partial-render.ts'
import { touchesOf } from './touches.ts'
import type { Touch } from './touches.ts'

export interface ForecastOptions {
  readonly inputs: ValueMap
  readonly nowMs: number
  readonly zone: string
  readonly locale: string
  readonly configuredRoots: ReadonlyMap<string, Value>
  /** What an earlier execution came to: expressions are rendered as if it came to the same again. */
  readonly outputs?: ValueMap
  /** All renderings together; each has its own unless said. */
  readonly fuel?: Fuel
}

export interface Forecast {
  readonly namespace: string
  readonly flowId: string
  readonly inputs: readonly ForecastInput[]
  /** Why no execution would begin. */
  readonly problems: readonly string[]
  readonly tasks: readonly ForecastTask[]
  readonly touches: readonly (Touch & { readonly tasks: readonly string[] })[]
}

export interface ForecastInput {
  readonly id: string
  readonly value: Value
  readonly isDefault: boolean
}

/** Whether a task will run: `on-failure` when something before it fails, `after` when the execution has ended. */
export type Outlook = 'runs' | 'may-run' | 'skipped' | 'on-failure' | 'always' | 'after'

export interface ForecastTask {
  readonly id: string
  readonly type: string
  /** 0 at top level. */
  readonly depth: number
  readonly outlook: Outlook
  /** Why it is so, e.g. `runIf depends on outputs.fetch.code`. */
  readonly reasons: readonly string[]
  readonly properties: ValueMap
  /** What its properties depend on that nobody knows yet. */
  readonly unknown: readonly string[]
  readonly problems: readonly string[]
  readonly touches: readonly Touch[]
}

export function forecast(flow: Flow, options: ForecastOptions): Forecast {
  const { inputs, values, problems } = inputsOf(flow, options)
  const world = worldOf(flow, options, values)
  const tasks: ForecastTask[] = []
  const walk: Walk = { flow, world, tasks }
  visit(walk, flow.tasks, { depth: 0, outlook: 'runs', reasons: [] })
  visit(walk, flow.errors, { depth: 0, outlook: 'on-failure', reasons: [] })
  visit(walk, flow.finally, { depth: 0, outlook: 'always', reasons: [] })
  visit(walk, flow.afterExecution, { depth: 0, outlook: 'after', reasons: [] })
  const disabled = flow.disabled ? ['The flow is disabled.'] : []
  const { id: flowId, namespace } = flow
  return { namespace, flowId, inputs, problems: [...disabled, ...problems], tasks, touches: gather(tasks) }
}

interface Resolved {
  readonly inputs: readonly ForecastInput[]
  readonly values: ValueMap
  readonly problems: readonly string[]
}

function inputsOf(flow: Flow, options: ForecastOptions): Resolved {
  const scope = scopeOver(options, rootsOf(flow, options, {}))
  const resolved = resolveInputs(flow.inputs, options.inputs, {
    dialect: flow.dialect,
    render: (template, variables) =>
      compileTemplate(template, { dialect: flow.dialect }).renderTyped({
        ...scope,
        lookup: root => mapGet(variables, root) ?? scope.lookup(root),
      }),
  })
  const inputs = resolved.perInput.filter(({ isEnabled }) => isEnabled).map(shownInput)
  const kept = mapFrom(inputs.map(({ id, value }) => [id, value] as const))
  return { inputs, values: resolved.values ?? kept, problems: resolved.problems.map(({ message }) => message) }
}

function shownInput({ id, input, value = null, isDefault }: ResolvedInput): ForecastInput {
  return { id, value: input.type === 'SECRET' && value !== null ? '••••••' : value, isDefault }
}

/** Roots that are the same before a run and in it. */
function rootsOf(flow: Flow, { configuredRoots }: ForecastOptions, inputs: ValueMap): ReadonlyMap<string, Value> {
  return new Map<string, Value>([
    ...configuredRoots,
    ['flow', { id: flow.id, namespace: flow.namespace, tenantId: 'main' }],
    ['inputs', inputs],
    ['vars', flow.variables],
    ['labels', mapFrom(flow.labels.map(({ key, value }) => [key, value] as const))],
  ])
}

function scopeOver({ nowMs, zone, locale, fuel }: ForecastOptions, roots: ReadonlyMap<string, Value>): Scope {
  return {
    lookup: root => roots.get(root),
    names: () => roots.keys(),
    nowMs,
    random: () => 0,
    zone,
    locale,
    get fuel() {
      return fuel ?? new Fuel()
    },
  }
}

function worldOf(flow: Flow, options: ForecastOptions, inputs: ValueMap): PartialWorld {
  const { outputs } = options
  const roots = new Map(rootsOf(flow, options, inputs))
  const known = new Set(roots.keys())
  if (outputs !== undefined) roots.set('outputs', outputs)
  // Tasks may change these two while it runs.
  if (setsAny(flow, 'execution.SetVariables')) known.delete('vars')
  known.delete('labels')
  const partly = new Map(outputs === undefined ? [] : [['outputs', outputs] as const])
  return { scope: scopeOver(options, roots), dialect: flow.dialect, known, partly }
}

function setsAny({ tasks }: Flow, name: string): boolean {
  const has = (list: readonly Task[]): boolean =>
    list.some(
      ({ type, lists }) =>
        coreName(type) === name ||
        (lists !== undefined && has([...lists.tasks, ...(lists.then ?? []), ...(lists.else ?? [])])),
    )
  return has(tasks)
}

interface Walk {
  readonly flow: Flow
  readonly world: PartialWorld
  readonly tasks: ForecastTask[]
}

interface Branch {
  readonly depth: number
  readonly outlook: Outlook
  readonly reasons: readonly string[]
}

function visit(walk: Walk, tasks: readonly Task[], branch: Branch): void {
  for (const task of tasks) visitTask(walk, task, branch)
}

function visitTask(walk: Walk, task: Task, branch: Branch): void {
  const { world, flow } = walk
  const unknown = new Set<string>()
  const problems: string[] = []
  const render = (value: Value): Value => renderDeep(value, { world, unknown, problems })
  const properties = mapFrom(Array.from(mapEntries(task.properties), ([key, value]) => [key, render(value)] as const))
  const own = outlookOf(task, branch, world)
  walk.tasks.push({
    id: task.id,
    type: task.type,
    depth: branch.depth,
    ...own,
    properties,
    unknown: [...unknown],
    problems,
    touches: touchesOf(task, properties, flow.dialect),
  })
  visitChildren(walk, task, { ...own, depth: branch.depth + 1 })
}

interface Rendering {
  readonly world: PartialWorld
  readonly unknown: Set<string>
  readonly problems: string[]
}

function renderDeep(value: Value, rendering: Rendering): Value {
  if (isList(value)) return value.map(item => renderDeep(item, rendering))
  if (typeof value === 'string') {
    if (!hasExpression(value)) return value
    const part = renderPartly(value, rendering.world)
    for (const name of part.unknown) rendering.unknown.add(name)
    if (part.problem !== undefined) rendering.problems.push(part.problem)
    return part.value
  }
  if (value === null || !isMap(value)) return value
  return mapFrom(Array.from(mapEntries(value), ([key, item]) => [key, renderDeep(item, rendering)] as const))
}

type Outcome = Pick<ForecastTask, 'outlook' | 'reasons'>

function outlookOf(task: Task, { outlook, reasons }: Branch, world: PartialWorld): Outcome {
  if (outlook === 'skipped') return { outlook, reasons }
  if (task.disabled) return { outlook: 'skipped', reasons: ['it is disabled'] }
  if (task.runIf === undefined) return { outlook, reasons }
  const verdict = judge('runIf', task.runIf, world)
  if (verdict.is === true) return { outlook, reasons }
  if (verdict.is === false) return { outlook: 'skipped', reasons: [verdict.reason] }
  return { outlook: weaken(outlook), reasons: [...reasons, verdict.reason] }
}

function weaken(outlook: Outlook): Outlook {
  return outlook === 'runs' ? 'may-run' : outlook
}

interface Verdict {
  /** Undefined when nobody can know yet. */
  readonly is: boolean | undefined
  readonly reason: string
}

function judge(name: string, condition: Value, world: PartialWorld): Verdict {
  if (typeof condition !== 'string')
    return { is: isTruthyText(printValue(condition)), reason: `${name} is ${printValue(condition)}` }
  const { value, unknown, problem } = renderPartly(condition, world)
  if (problem !== undefined) return { is: undefined, reason: `${name} cannot be rendered: ${problem}` }
  if (unknown.length > 0) return { is: undefined, reason: `${name} depends on ${unknown.join(', ')}` }
  const text = printValue(value)
  return { is: isTruthyText(text), reason: `${name} is ${text === '' ? 'empty' : text}` }
}

const EACH = new Set(['flow.ForEach', 'flow.EachSequential', 'flow.EachParallel', 'flow.Loop'])

function visitChildren(walk: Walk, task: Task, branch: Branch): void {
  const { lists, properties } = task
  if (lists === undefined) return
  const name = coreName(task.type)
  if (name === 'flow.If') visitIf(walk, task, branch)
  else if (name === 'flow.Switch') visitSwitch(walk, task, branch)
  else if (EACH.has(name)) visit(walk, lists.tasks, eachBranch(properties, branch, walk.world))
  else visit(walk, lists.tasks, branch)
  for (const [hook, tasks] of Object.entries(lists.hooks ?? {}))
    visit(walk, tasks, { ...branch, outlook: weaken(branch.outlook), reasons: [hook] })
  const isSkipped = branch.outlook === 'skipped'
  visit(walk, lists.errors, {
    ...branch,
    outlook: isSkipped ? 'skipped' : 'on-failure',
    reasons: [`something in "${task.id}" fails`],
  })
  visit(walk, lists.finally, branch)
}

function visitIf(walk: Walk, { lists, properties }: Task, branch: Branch): void {
  const { is, reason } = judge('condition', mapGet(properties, 'condition') ?? null, walk.world)
  visit(walk, lists?.then ?? [], choose(branch, is, reason))
  visit(walk, lists?.else ?? [], choose(branch, is === undefined ? undefined : !is, reason))
}

function choose(branch: Branch, isTaken: boolean | undefined, reason: string): Branch {
  if (isTaken === true || branch.outlook === 'skipped') return branch
  if (isTaken === false) return { ...branch, outlook: 'skipped', reasons: [reason] }
  return { ...branch, outlook: weaken(branch.outlook), reasons: [...branch.reasons, reason] }
}

function visitSwitch(walk: Walk, { lists, properties }: Task, branch: Branch): void {
  const raw = mapGet(properties, 'value') ?? null
  const { value, unknown, problem } =
    typeof raw === 'string' ? renderPartly(raw, walk.world) : { value: raw, unknown: [], problem: undefined }
  const isKnown = unknown.length === 0 && problem === undefined
  const reason = isKnown ? `value is ${printValue(value)}` : `value depends on ${unknown.join(', ')}`
  const cases = lists?.cases ?? []
  const hit = isKnown ? cases.find(({ key }) => key === printValue(value)) : undefined
  for (const item of cases) visit(walk, item.tasks, choose(branch, isKnown ? item === hit : undefined, reason))
  visit(walk, lists?.defaults ?? [], choose(branch, isKnown ? hit === undefined : undefined, reason))
}

const VALUES_SHOWN = 5

function eachBranch(properties: ValueMap, branch: Branch, world: PartialWorld): Branch {
  const raw = mapGet(properties, 'values') ?? mapGet(properties, 'value') ?? null
  const part = typeof raw === 'string' && hasExpression(raw) ? renderPartly(raw, world) : { value: raw, unknown: [] }
  if (part.unknown.length > 0)
    return {
      ...branch,
      outlook: weaken(branch.outlook),
      reasons: [...branch.reasons, `once for each of ${part.unknown.join(', ')}`],
    }
  const values = listOf(part.value)
  if (values === undefined) return branch
  if (values.length === 0) return choose(branch, false, 'there are no values')
  const shown = values.slice(0, VALUES_SHOWN).map(printValue).join(', ')
  const more = values.length > VALUES_SHOWN ? ', …' : ''
  return { ...branch, reasons: [...branch.reasons, `${values.length} times: ${shown}${more}`] }
}

function listOf(value: Value): readonly Value[] | undefined {
  if (isList(value)) return value
  if (typeof value !== 'string') return undefined
  try {
    const parsed: unknown = JSON.parse(value)
    return Array.isArray(parsed)
      ? parsed.map((item): Value => (typeof item === 'string' ? item : JSON.stringify(item)))
      : undefined
  } catch (error) {
    if (error instanceof SyntaxError) return undefined
    throw error
  }
}

/** By what is touched, with the tasks that do; those that are surely skipped touch nothing. */
function gather(tasks: readonly ForecastTask[]): Forecast['touches'] {
  const found = new Map<string, Touch & { readonly tasks: string[] }>()
  for (const { id, touches, outlook } of tasks) {
    if (outlook === 'skipped') continue
    for (const touch of touches) {
      const key = `${touch.kind} ${touch.name} ${touch.access ?? ''}`
      const known = found.get(key)
      if (known === undefined) found.set(key, { ...touch, tasks: [id] })
      else known.tasks.push(id)
    }
  }
  return [...found.values()]
}
