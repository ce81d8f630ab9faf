// A policy says the same of a flow wherever it is asked: to `batuta flow validate`, to the editor, to who saves the flow, and when one begins that was
// saved before. Each case is a policy and a flow in a namespace of their own.
import assert from 'node:assert/strict'
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import { apiOf, type Api } from './api-of.ts'
import { startBatuta, type StartedBatuta } from './batuta.ts'
import { commandLine } from './command-line.ts'
import { makePlaces, type Places } from './places.ts'

const LOG = 'io.kestra.plugin.core.log.Log'
const SAY = `{ id: say, type: ${LOG}, message: hi }`
const DENY_LOG = `{ type: Deny, where: [{ field: type, operator: EQUAL_TO, value: ${LOG} }] }`
const WITH_LEVEL = `{ type: Require, where: [{ field: type, operator: EQUAL_TO, value: ${LOG} }], properties: [level] }`

interface Case {
  readonly rules: string
  /** Of the policy. */
  readonly more?: string
  readonly tasks?: string
  /** Of the flow. */
  readonly beside?: string
  /** Where the flow breaks it; nowhere: it is fine. */
  readonly blocked?: readonly string[]
  readonly warned?: readonly string[]
}

const CASES: Readonly<Record<string, Case>> = {
  'a type that is denied': { rules: DENY_LOG, blocked: ['tasks[0]'] },
  'a type by an older name': {
    ...{ rules: DENY_LOG, tasks: '[{ id: say, type: io.kestra.core.tasks.log.Log, message: hi }]' },
    blocked: ['tasks[0]'],
  },
  'a type by its short name': {
    ...{ rules: DENY_LOG, tasks: '[{ id: say, type: core.log.Log, message: hi }]' },
    blocked: ['tasks[0]'],
  },
  'a type that is denied by its older name': {
    rules: '{ type: Deny, where: [{ field: type, operator: EQUAL_TO, value: io.kestra.core.tasks.log.Log }] }',
    blocked: ['tasks[0]'],
  },
  'a type inside others': {
    rules: DENY_LOG,
    tasks: `[{ id: if, type: io.kestra.plugin.core.flow.If, condition: "true", then: [{ id: each, type: io.kestra.plugin.core.flow.ForEach, values: [1], tasks: [${SAY}] }] }]`,
    blocked: ['tasks[0].then[0].tasks[0]'],
  },
  'a type that runs after errors and at the end': {
    rules: DENY_LOG,
    tasks: '[{ id: give, type: io.kestra.plugin.core.debug.Return, format: x }]',
    beside: `errors: [${SAY}]\nfinally: [{ id: last, type: ${LOG}, message: x }]\nafterExecution: [{ id: done, type: ${LOG}, message: x }]`,
    blocked: ['afterExecution[0]', 'errors[0]', 'finally[0]'],
  },
  'a task that is switched off': {
    ...{ rules: DENY_LOG, tasks: `[{ id: say, type: ${LOG}, message: hi, disabled: true }]`, blocked: ['tasks[0]'] },
  },
  'a trigger and its condition': {
    rules:
      '{ type: Deny, where: [{ field: type, operator: STARTS_WITH, value: [io.kestra.plugin.core.trigger., io.kestra.plugin.core.condition.] }] }',
    beside:
      'triggers: [{ id: hook, type: io.kestra.plugin.core.trigger.Webhook, key: k, conditions: [{ type: io.kestra.plugin.core.condition.Weekend }] }]',
    blocked: ['triggers[0]', 'triggers[0].conditions[0]'],
  },
  'a type of another namespace’s policy': { rules: DENY_LOG, more: 'target: { namespaces: [elsewhere] }' },
  'a policy that only evaluates': { rules: DENY_LOG, more: 'enforcement: EVALUATE', warned: ['tasks[0]'] },
  'a policy that is off': { rules: DENY_LOG, more: 'enforcement: DISABLED' },
  'a rule that warns': { rules: DENY_LOG.replace('Deny,', 'Deny, action: WARN,'), warned: ['tasks[0]'] },
  'a policy that nobody refers to': { rules: DENY_LOG, more: 'enforcement: REFERENCE' },
  'a policy that the flow refers to': {
    ...{ rules: DENY_LOG, more: 'enforcement: REFERENCE', beside: 'policyRefs: [p]', blocked: ['tasks[0]'] },
  },
  'a label that is missing': { rules: '{ type: Require, on: FLOW, properties: [labels.owner] }', blocked: [''] },
  'a label that is there': {
    rules: '{ type: Require, on: FLOW, properties: [labels.owner] }',
    beside: 'labels: { owner: ada }',
  },
  'a label that the policy itself adds': {
    rules:
      '{ type: Require, on: FLOW, properties: [labels.owner] }, { type: Add, on: FLOW, values: { labels: { owner: eve } } }',
  },
  'a property that is missing': { rules: WITH_LEVEL, blocked: ['tasks[0]'] },
  'a property that the flow’s defaults give': {
    rules: WITH_LEVEL,
    beside: `pluginDefaults: [{ type: ${LOG}, values: { level: WARN } }]`,
  },
  'a property that the policy itself gives': {
    rules: `${WITH_LEVEL}, { type: Add, where: [{ field: type, operator: EQUAL_TO, value: ${LOG} }], values: { level: WARN } }`,
  },
  'a value that is denied': {
    rules: '{ type: Restrict, property: timeout, max: PT1H }',
    tasks: `[{ id: say, type: ${LOG}, message: hi, timeout: PT2H }]`,
    blocked: ['tasks[0].timeout'],
  },
  'a value that the flow’s defaults give': {
    rules: '{ type: Restrict, property: timeout, max: PT1H }',
    beside: `pluginDefaults: [{ type: ${LOG}, values: { timeout: PT2H } }]`,
    blocked: ['tasks[0].timeout'],
  },
  'a value within its bounds': {
    rules: '{ type: Restrict, property: timeout, max: PT1H, min: PT1M }',
    tasks: `[{ id: say, type: ${LOG}, message: hi, timeout: PT30M }]`,
  },
  'an expression where a value is bounded': {
    rules: '{ type: Restrict, property: message, values: ["h*"] }',
    tasks: `[{ id: say, type: ${LOG}, message: "{{ flow.id }}" }]`,
    blocked: ['tasks[0].message'],
  },
  'an expression that may be one': {
    rules: '{ type: Restrict, property: message, values: ["h*"], expressions: allow }',
    tasks: `[{ id: say, type: ${LOG}, message: "{{ flow.id }}" }]`,
  },
}

interface Found {
  readonly severity: string
  readonly code: string
  readonly path: string
  readonly message: string
}

interface Judged {
  readonly blocked: readonly string[]
  readonly warned: readonly string[]
}

const NAMES = Object.keys(CASES)
let places: Places
let batuta: StartedBatuta
let api: Api
/** By namespace, as the command line prints it. */
const printed = new Map<string, readonly Found[]>()

before(async () => {
  places = makePlaces()
  batuta = await startBatuta({ ...places, environment: {} })
  api = apiOf(batuta.address)
  const folder = join(places.dataDir, '..', 'checkout')
  mkdirSync(folder, { recursive: true })
  for (const name of NAMES) {
    await api.save(sourceOf(name))
    writeFileSync(join(folder, `${namespaceOf(name)}.yaml`), sourceOf(name))
  }
  for (const name of NAMES) {
    const { rules, more = '' } = caseOf(name)
    const body = JSON.stringify({ source: `id: p\n${more}\nrules: [${rules}]\n` })
    const reply = await api.call('POST', `/namespaces/${namespaceOf(name)}/policies`, {
      body,
      type: 'application/json',
    })
    assert.equal(reply.status, 200, reply.text)
  }
  const { stdout } = await commandLine(batuta.address)('flow', 'validate', folder, '--output', 'json')
  for (const { namespace, diagnostics } of JSON.parse(stdout) as {
    namespace: string
    diagnostics?: readonly Found[]
  }[])
    printed.set(namespace, diagnostics ?? [])
})

after(async () => {
  await batuta.stop()
  places.remove()
})

function caseOf(name: string): Case {
  const found = CASES[name]
  assert.ok(found)
  return found
}

function namespaceOf(name: string): string {
  return `agree.n${NAMES.indexOf(name)}`
}

function sourceOf(name: string): string {
  const { tasks = `[${SAY}]`, beside = '' } = caseOf(name)
  return `id: f\nnamespace: ${namespaceOf(name)}\ntasks: ${tasks}\n${beside}\n`
}

function judged(found: readonly Found[]): Judged {
  const of = (severity: string): readonly string[] =>
    found
      .filter(each => each.code === 'policy-violation' && each.severity === severity)
      .map(({ path }) => path)
      .sort()
  return { blocked: of('error'), warned: of('warning') }
}

for (const name of NAMES)
  test(`${name} is judged the same in the command line, the editor, on saving and at the start`, async () => {
    const { blocked = [], warned = [] } = caseOf(name)
    const [namespace, type] = [namespaceOf(name), 'application/x-yaml']

    const asked = await api.call('POST', '/flows/validate', { body: sourceOf(name), type })
    const [{ diagnostics = [] } = {}] = JSON.parse(asked.text) as readonly { readonly diagnostics?: readonly Found[] }[]
    const begun = await api.call('POST', `/executions/${namespace}/f`)
    const saved = await api.call('PUT', `/flows/${namespace}/f`, { body: sourceOf(name), type })

    assert.deepEqual(judged(diagnostics), { blocked, warned })
    assert.deepEqual(judged(printed.get(namespace) ?? []), { blocked, warned })
    assert.equal(saved.status, blocked.length > 0 ? 422 : 200, saved.text)
    assert.equal(begun.status, blocked.length > 0 ? 403 : 200, begun.text)
    // In the same words.
    for (const { severity, code, message } of diagnostics)
      if (severity === 'error' && code === 'policy-violation') {
        assert.ok(String(saved.json?.['message']).includes(message), saved.text)
        assert.ok(String(begun.json?.['message']).includes(message), begun.text)
      }
  })
