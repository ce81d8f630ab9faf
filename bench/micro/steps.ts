// What E01 times. The flow is that of B01.
import {
  Fuel,
  compilePlan,
  compileTemplate,
  createCatalogue,
  decodeEvents,
  encodeEvents,
  fold,
  newId,
  openExecution,
  parseFlow,
  parseYaml,
  presentExecution,
  presentWebhook,
  seededRandom,
  validateFlow,
  type Birth,
  type Plan,
  type Scope,
  type TurnEnv,
  type TurnResult,
  type Value,
} from '../../packages/core/src/index.ts'
import { readFlow } from '../harness/bench-server.ts'

export interface MicroStep {
  readonly name: string
  run(): unknown
}

const AT_MS = 1_800_000_000_000
const random = seededRandom('micro')
const TEMPLATE = 'Hello {{ inputs.name | upper }}, {{ outputs.first.values.message }}'
const EXPRESSION = '{{ inputs.count * 3 + 4 > 10 and inputs.name == "World" }}'

export function microSteps(): readonly MicroStep[] {
  const source = readFlow('b01')
  const catalogue = createCatalogue([])
  const { flow } = parseFlow(source, { catalogue })
  if (!flow) throw new Error('the flow of B01 does not parse')
  const plan = compilePlan(flow, { tenant: 'main', revision: 1 })
  return [
    { name: 'load the YAML of B01', run: () => parseYaml(source) },
    { name: 'parse the flow', run: () => parseFlow(source, { catalogue }) },
    { name: 'validate the flow', run: () => validateFlow(flow, catalogue) },
    { name: 'compile its plan', run: () => compilePlan(flow, { tenant: 'main', revision: 1 }) },
    ...expressionSteps(),
    { name: 'make an id', run: freshId },
    ...executionSteps(plan),
  ]
}

function expressionSteps(): readonly MicroStep[] {
  const template = compileTemplate(TEMPLATE, { dialect: 1 })
  const expression = compileTemplate(EXPRESSION, { dialect: 1 })
  const scope = scopeOf({
    inputs: { name: 'World', count: 7 },
    outputs: { first: { values: { message: 'how are you?' } } },
  })
  return [
    { name: 'compile a template', run: () => compileTemplate(TEMPLATE, { dialect: 1 }) },
    { name: 'render a template', run: () => template.render(scope) },
    { name: 'evaluate an expression', run: () => expression.renderTyped(scope) },
  ]
}

function executionSteps(plan: Plan): readonly MicroStep[] {
  const id = freshId()
  const birth = birthOf(plan)
  const open = (): TurnResult => openExecution(id, birth, plan, envOf())
  const { state, events } = open()
  const row = { turn: 1, version: 1, atMs: AT_MS, events: encodeEvents(events) }
  const options = { dialect: 'b', nowMs: AT_MS } as const
  return [
    { name: `decide and apply the turn of B01 (${events.length} events)`, run: open },
    { name: 'encode its events', run: () => encodeEvents(events) },
    { name: 'decode its events', run: () => decodeEvents(row) },
    { name: 'fold its journal', run: () => fold(id, [row], plan) },
    { name: 'present the document', run: () => presentExecution(state, plan, options) },
    { name: 'present the answer of the webhook', run: () => presentWebhook(state, plan, options) },
  ]
}

function birthOf({ flow, tenant, revision }: Plan): Birth {
  return {
    tenant,
    namespace: flow.namespace,
    flowId: flow.id,
    revision,
    inputs: { name: 'World' },
    labels: [{ key: 'system.correlationId', value: freshId() }],
  }
}

function freshId(): string {
  return newId({ nowMs: AT_MS, shard: 7, random })
}

function envOf(): TurnEnv {
  return {
    nowMs: AT_MS,
    random,
    zone: 'UTC',
    locale: 'en-US',
    fuel: new Fuel(),
    configuredRoots: new Map(),
    newId: freshId,
    prepareChild: () => ({ problem: 'no subflows here' }),
  }
}

function scopeOf(roots: Readonly<Record<string, Value>>): Scope {
  return {
    lookup: root => roots[root],
    names: () => Object.keys(roots),
    nowMs: AT_MS,
    random,
    zone: 'UTC',
    locale: 'en-US',
    // Renewed for each round of a batch it would be measured, too; so much is never used up.
    fuel: new Fuel({ stepsMax: Number.MAX_SAFE_INTEGER }),
  }
}
