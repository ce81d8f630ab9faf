import assert from 'node:assert/strict'
import test from 'node:test'
import { createCatalogue } from './catalogue.ts'
import type { Catalogue } from './catalogue.ts'
import { checkFlow } from './validate.ts'

const catalogue = createCatalogue()
const ONE = 'tasks: [{id: one, type: core.debug.Return}]\n'

interface Found {
  readonly severity: string
  readonly code: string
  readonly path: string
  readonly message: string
  readonly line?: number
  readonly column?: number
}

function check(
  body: string,
  options: { readonly catalogue?: Catalogue; readonly dialect?: 1 | 2; readonly head?: string } = {},
): readonly Found[] {
  const { head = 'id: f\nnamespace: team\n', ...rest } = options
  return checkFlow(head + body, { catalogue, ...rest }).diagnostics.filter(({ code }) => code !== 'not-implemented')
}

function errorsOf(body: string, options: Parameters<typeof check>[1] = {}): readonly string[] {
  return check(body, options)
    .filter(({ severity }) => severity === 'error')
    .map(({ code, path }) => `${code} ${path}`)
}

function warningsOf(body: string, options: Parameters<typeof check>[1] = {}): readonly string[] {
  return check(body, options)
    .filter(({ severity }) => severity === 'warning')
    .map(({ code, path }) => `${code} ${path}`)
}

function taskOf(properties: string): string {
  return `tasks:\n  - {id: one, ${properties}}\n`
}

function triggerOf(properties: string): string {
  return `${ONE}triggers:\n  - {id: t, ${properties}}\n`
}

test('a sound flow has nothing to say', () => {
  assert.deepEqual(check(ONE), [])
})

test('reserved ids are refused in dialect 1 only', () => {
  const head = 'id: pause\nnamespace: team\n'

  assert.deepEqual(errorsOf(ONE, { head }), ['reserved-id id'])
  assert.deepEqual(errorsOf(ONE, { head, dialect: 2 }), [])
})

test('the hidden tasks of a ForEachItem take their ids too', () => {
  const items = '{id: x, type: core.flow.ForEachItem, items: "k", namespace: n, flowId: o}'

  assert.deepEqual(errorsOf(`tasks: [${items}, {id: x_merge, type: core.debug.Return}]`), ['duplicate-id tasks[1].id'])
})

const LABELS: readonly (readonly [string, readonly string[]])[] = [
  ['{system.readOnly: "true", team: sea, a-b_c.d1: x}', []],
  ['{system.mine: x}', ['system-label labels.system.mine']],
  ['{Team: x}', ['invalid-label labels.Team']],
  ['{1st: x}', ['invalid-label labels.1st']],
]

for (const [labels, errors] of LABELS) {
  test(`the labels ${labels} have the errors [${errors.join(', ')}]`, () => {
    assert.deepEqual(errorsOf(`${ONE}labels: ${labels}\n`), errors)
  })
}

const RETRIES: readonly (readonly [string, readonly string[]])[] = [
  ['{type: constant, interval: PT1S, maxDuration: PT10S}', []],
  ['{type: constant, interval: PT10S, maxDuration: PT10S}', ['invalid-retry tasks[0].retry']],
  ['{type: exponential, interval: PT1S, maxInterval: PT1S}', ['invalid-retry tasks[0].retry']],
  ['{type: exponential, interval: PT5S, maxInterval: PT9S, maxDuration: PT5S}', ['invalid-retry tasks[0].retry']],
  ['{type: random, minInterval: PT1S, maxInterval: PT9S, maxDuration: PT9S}', ['invalid-retry tasks[0].retry']],
  ['{type: random, minInterval: PT1S}', ['missing-property tasks[0].retry.maxInterval']],
  ['{type: constant, interval: PT1S, maxAttempts: 0}', ['out-of-range tasks[0].retry.maxAttempts']],
]

for (const [retry, errors] of RETRIES) {
  test(`the retry ${retry} has the errors [${errors.join(', ')}]`, () => {
    assert.deepEqual(errorsOf(taskOf(`type: core.debug.Return, retry: ${retry}`)), errors)
  })
}

const INPUTS: readonly (readonly [string, readonly string[]])[] = [
  ['type: ARRAY, itemType: STRING', []],
  ['type: ARRAY, itemType: COLOUR', ['invalid-input inputs[0].itemType']],
  ['type: FILE, extension: csv', ['invalid-input inputs[0].extension']],
  ['type: SELECT', []],
  ['type: ENUM', ['missing-property inputs[0].values']],
  ['type: FORM', ['missing-property inputs[0].inputs']],
  [
    'type: FORM, inputs: [{id: b, type: FORM, inputs: [{id: c, type: INT}]}]',
    ['invalid-input inputs[0].inputs[0].type'],
  ],
  ['type: STRING, dependsOn: {inputs: [a]}', ['input-cycle inputs[0].dependsOn']],
]

for (const [input, errors] of INPUTS) {
  test(`the input {${input}} has the errors [${errors.join(', ')}]`, () => {
    assert.deepEqual(errorsOf(`${ONE}inputs:\n  - {id: a, ${input}}\n`), errors)
  })
}

test('a default that does not fit warns in dialect 1 and is refused in 2', () => {
  const body = `${ONE}inputs:\n  - {id: a, type: INT, max: 5, defaults: 9}\n  - {id: b, type: INT, defaults: "{{ 1 }}"}\n`

  assert.deepEqual(warningsOf(body), ['invalid-default inputs[0].defaults'])
  assert.deepEqual(errorsOf(body, { dialect: 2 }), ['invalid-default inputs[0].defaults'])
})

const TRIGGERS: readonly (readonly [string, readonly string[]])[] = [
  ['type: core.trigger.Schedule, cron: "0 1 * * *", timezone: Europe/Berlin', []],
  ['type: core.trigger.Schedule, cron: "0 0 1 * * *", withSeconds: true', []],
  ['type: core.trigger.Schedule, cron: "0 1 * *"', ['invalid-cron triggers[0].cron']],
  [
    'type: core.trigger.Schedule, cron: "0 1 * * *", recoverMissedSchedules: SOME',
    ['wrong-type triggers[0].recoverMissedSchedules'],
  ],
  ['type: core.trigger.ScheduleOnDates, dates: ["2030-01-01T00:00:00Z", "2030-01-01"]', []],
  ['type: core.trigger.ScheduleOnDates, dates: [soon]', ['invalid-date triggers[0].dates[0]']],
  ['type: core.trigger.Webhook, key: k, stopAfter: [DONE]', ['unknown-state triggers[0].stopAfter[0]']],
  [`type: core.trigger.Webhook, key: ${'k'.repeat(257)}`, ['out-of-range triggers[0].key']],
  ['type: core.trigger.McpToolTrigger, toolName: say.it-2, title: T, toolDescription: D', []],
  [
    'type: core.trigger.McpToolTrigger, toolName: say it, title: T, toolDescription: D',
    ['invalid-tool-name triggers[0].toolName'],
  ],
  ['type: core.trigger.Webhook, key: k, labels: {system.x: y}', ['system-label triggers[0].labels.system.x']],
  [
    'type: core.trigger.Webhook, key: k, conditions: [{type: core.condition.MultipleCondition, id: m, conditions: {a: {type: core.condition.Weekend}}}]',
    ['invalid-condition triggers[0].conditions[0]'],
  ],
  ['type: core.trigger.Flow, states: [DONE], preconditions: {id: p}', ['unknown-state triggers[0].states[0]']],
  [
    'type: core.trigger.Flow, preconditions: {flows: [{flowId: x}]}',
    ['invalid-id triggers[0].preconditions.id', 'missing-property triggers[0].preconditions.flows[0]'],
  ],
  [
    'type: core.trigger.Flow, preconditions: {id: p, timeWindow: {type: DAILY_TIME_WINDOW, startTime: "06:00:00"}}',
    ['invalid-window triggers[0].preconditions.timeWindow'],
  ],
  [
    'type: core.trigger.Flow, preconditions: {id: p, timeWindow: {type: SLIDING_WINDOW, window: soon}}',
    ['wrong-type triggers[0].preconditions.timeWindow.window'],
  ],
  [
    'type: core.trigger.Flow, mode: AT_LEAST, dependsOn: [{namespace: n, flowId: f}]',
    ['missing-property triggers[0].minSatisfied'],
  ],
  [
    'type: core.trigger.Flow, dependsOn: [{namespace: n}], window: {every: PT1H, lookback: PT1H}',
    ['invalid-window triggers[0].window'],
  ],
  ['type: core.trigger.Flow, dependsOn: [{namespace: n}], window: {from: "06:00", to: "07:00"}', []],
]

for (const [trigger, errors] of TRIGGERS) {
  test(`the trigger {${trigger.slice(0, 100)}} has the errors [${errors.join(', ')}]`, () => {
    assert.deepEqual(errorsOf(triggerOf(trigger)), errors)
  })
}

test('a Flow trigger without any condition is warned of', () => {
  assert.deepEqual(warningsOf(triggerOf('type: core.trigger.Flow')), ['unconditional-trigger triggers[0]'])
})

test('a trigger that cannot fill the required inputs warns in dialect 1 and is refused in 2', () => {
  const body = `${triggerOf('type: core.trigger.Webhook, key: k')}inputs:\n  - {id: a, type: INT}\n`
  const filled = `${triggerOf('type: core.trigger.Webhook, key: k, inputs: {a: 1}')}inputs:\n  - {id: a, type: INT}\n`

  assert.deepEqual(warningsOf(body), ['missing-input triggers[0]'])
  assert.deepEqual(errorsOf(body, { dialect: 2 }), ['missing-input triggers[0]'])
  assert.deepEqual(check(filled), [])
})

const EXPRESSIONS: readonly (readonly [string, string, string])[] = [
  ['{{ 1 + }}', 'warning', 'expression-syntax'],
  ['{{ inputs.a | nosuch }}', 'warning', 'expression-unknown'],
  ['{{ nosuch() }}', 'warning', 'expression-unknown'],
  ['{{ inputs.ghost }}', 'warning', 'unknown-input'],
  ['{{ outputs.ghost.value }}', 'warning', 'unknown-task'],
  ['{{ inputs.with-dash }}', 'error', 'dash-access'],
  ['{{ outputs.my-task.value }}', 'error', 'dash-access'],
]

for (const [expression, severity, code] of EXPRESSIONS) {
  test(`the expression ${expression} is a ${code}`, () => {
    const body = `inputs: [{id: a, type: INT}, {id: with-dash, type: INT}]\ntasks:\n  - id: my-task\n    type: core.debug.Return\n    format: "${expression}"\n`

    const found = check(body).find(item => item.code === code)

    assert.equal(found?.severity, severity)
    assert.equal(found?.line, 7)
    assert.ok((found?.column ?? 0) > 12)
  })
}

test('a subtraction of declared names is no dash access, nor is a dash in a text', () => {
  const body = 'inputs: [{id: a, type: INT}, {id: b, type: INT}, {id: a-b, type: INT, defaults: 1}]\n'
  const task = (format: string): string => `${body}${taskOf(`type: core.debug.Return, format: "${format}"`)}`

  assert.deepEqual(check(task('{{ inputs.a-inputs.b }}')), [])
  assert.deepEqual(check(task("{{ inputs['a-b'] ~ 'inputs.a-b' }} inputs.a-b")), [])
})

test('a mistake in the middle of a block scalar is found at its line and column', () => {
  const body =
    'tasks:\n  - id: one\n    type: core.debug.Return\n    format: |\n      first\n        second {{ inputs.ghost }}\n'

  const [found] = check(body)

  assert.deepEqual([found?.code, found?.line, found?.column], ['unknown-input', 8, 26])
})

test('descriptions and texts that nobody renders are left alone', () => {
  assert.deepEqual(
    check(`description: "{{ 1 + }}"\n${taskOf('type: core.debug.Return, description: "{{ 1 + }}"')}`),
    [],
  )
})

test('variables are rendered on demand only, so their mistakes warn', () => {
  assert.deepEqual(errorsOf(`${ONE}variables: {a: "{{ 1 + }}"}\n`), [])
  assert.deepEqual(warningsOf(`${ONE}variables: {a: "{{ 1 + }}"}\n`), ['expression-syntax variables.a'])
})

const SCHEMA = {
  type: 'object',
  required: ['url', 'method'],
  properties: {
    method: { type: 'string', default: 'GET' },
    url: { type: 'string', minLength: 1 },
    count: { type: 'integer', minimum: 1 },
    ratio: { type: 'number' },
    dry: { type: 'boolean' },
    mode: { enum: ['A', 'B'] },
    tags: { type: 'array', items: { type: 'string' } },
    auth: { type: 'object', required: ['user'], additionalProperties: false, properties: { user: { type: 'string' } } },
    either: { anyOf: [{ type: 'string' }, { type: 'array', items: { type: 'string' } }] },
    runner: {
      anyOf: [
        { type: 'object', properties: { type: { const: 'process' } } },
        { type: 'object', properties: { type: { const: 'docker' } } },
      ],
    },
  },
}

const withSchema = createCatalogue([{ type: 'com.acme.Call', kind: 'task', schema: SCHEMA }])

const CALLS: readonly (readonly [string, readonly string[]])[] = [
  ['url: u, count: 3, ratio: 1.5, dry: true, mode: A, tags: [x, 1], auth: {user: me}, either: [x]', []],
  ['url: 5, count: "7", dry: "true", ratio: "0.5"', []],
  ['url: "{{ x }}", count: "{{ x }}", dry: "{{ x }}", mode: "{{ x }}", tags: "{{ x }}", auth: "{{ x }}"', []],
  ['count: 3', ['missing-property tasks[0].url']],
  ['url: u, count: three', ['wrong-type tasks[0].count']],
  ['url: u, count: 0', ['wrong-type tasks[0].count']],
  ['url: u, dry: perhaps', ['wrong-type tasks[0].dry']],
  ['url: u, mode: C', ['wrong-type tasks[0].mode']],
  ['url: u, tags: x', ['wrong-type tasks[0].tags']],
  ['url: u, tags: [[x]]', ['wrong-type tasks[0].tags[0]']],
  ['url: u, auth: {}', ['missing-property tasks[0].auth.user']],
  ['url: u, auth: {user: me, pass: x}', ['unknown-property tasks[0].auth.pass']],
  ['url: [u]', ['wrong-type tasks[0].url']],
  ['url: u, either: {a: b}', ['wrong-type tasks[0].either']],
  ['url: u, runner: {type: docker}', []],
  ['url: u, runner: {type: magic}', ['wrong-type tasks[0].runner']],
  ['url: u, colour: red', ['unknown-property tasks[0].colour']],
]

for (const [properties, errors] of CALLS) {
  test(`a task with a schema and {${properties}} has the errors [${errors.join(', ')}]`, () => {
    assert.deepEqual(errorsOf(taskOf(`type: com.acme.Call, ${properties}`), { catalogue: withSchema }), errors)
  })
}

const READ = 'id: two, type: io.kestra.plugin.scripts.python.Script, script: '
const READERS: readonly (readonly [string, string, readonly string[]])[] = [
  ['store: true', `"pd.read_csv('{{ outputs.one.uri }}')"`, ['rows-not-csv tasks[1].script']],
  ['fetchType: STORE', `"pd.read_csv( '{{outputs[''one''].uri}}')"`, ['rows-not-csv tasks[1].script']],
  ['fetchType: FETCH', `"pd.read_csv('{{ outputs.one.uri }}')"`, []],
  ['store: true', `"pd.read_json('{{ outputs.one.uri }}')"`, []],
]

for (const [fetching, script, warnings] of READERS) {
  test(`a script {${script}} behind a query {${fetching}} has the warnings [${warnings.join(', ')}]`, () => {
    const query = `{id: one, type: io.kestra.plugin.jdbc.postgresql.Query, url: u, sql: select 1, ${fetching}}`
    const body = `tasks:\n  - ${query}\n  - {${READ}${script.replaceAll("''", "'")}}\n`
    assert.deepEqual(warningsOf(body), warnings)
  })
}

test('diagnostics come in the order of the document', () => {
  const lines = check(
    'inputs: [{id: "b b", type: INT}]\ntasks: [{id: "a a", type: core.debug.Return}]\nlabels: {system.x: y}\n',
  ).map(({ line }) => line)

  assert.deepEqual(lines, [3, 4, 5])
})

test('a flow may call itself by templates, which may lead anywhere', () => {
  const call = (namespace: string, flowId: string): string =>
    `tasks: [{ id: call, type: core.flow.Subflow, namespace: "${namespace}", flowId: "${flowId}" }]`

  assert.deepEqual(errorsOf(call('team', 'f')), ['recursive-call tasks[0]'])
  assert.deepEqual(errorsOf(call('{{ flow.namespace }}', 'f')), [])
})
