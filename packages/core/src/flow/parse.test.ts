import assert from 'node:assert/strict'
import test from 'node:test'
import { Double } from '../std/value.ts'
import { createCatalogue } from './catalogue.ts'
import type { Flow } from './flow.ts'
import { parseFlow } from './parse.ts'
import type { ParseOptions } from './parse.ts'

const catalogue = createCatalogue()

function parsed(body: string, options: Partial<ParseOptions> = {}): ReturnType<typeof parseFlow> {
  return parseFlow(`id: f\nnamespace: team\n${body}`, { catalogue, ...options })
}

function flowOf(body: string, options: Partial<ParseOptions> = {}): Flow {
  const { flow, diagnostics } = parsed(body, options)
  assert.ok(flow, JSON.stringify(diagnostics))
  return flow
}

function found(body: string, severity: string): readonly string[] {
  return parsed(body)
    .diagnostics.filter(diagnostic => diagnostic.severity === severity)
    .map(({ line, column, code, path }) => `${line}:${column} ${code} ${path}`)
}

const ONE = 'tasks:\n  - id: one\n    type: io.kestra.plugin.core.log.Log\n    message: hi\n'

test('a small flow is read with its defaults', () => {
  const flow = flowOf(ONE)

  assert.equal(flow.dialect, 1)
  assert.equal(flow.disabled, false)
  assert.deepEqual(flow.tasks, [
    {
      id: 'one',
      type: 'io.kestra.plugin.core.log.Log',
      path: 'tasks[0]',
      disabled: false,
      allowFailure: false,
      allowWarning: false,
      logToFile: false,
      properties: { message: 'hi' },
    },
  ])
})

test('old, aliased and short names become the canonical type, and an info says so', () => {
  const names = ['io.kestra.core.tasks.debugs.Return', 'core.debug.Return', 'io.kestra.plugin.core.debug.Return']

  for (const name of names) {
    const flow = flowOf(`tasks:\n  - id: a\n    type: ${name}\n`)
    assert.equal(flow.tasks[0]?.type, 'io.kestra.plugin.core.debug.Return')
  }
  assert.deepEqual(found(`tasks:\n  - id: a\n    type: ${names[0]}\n`, 'info'), ['5:11 relocated-type tasks[0].type'])
  assert.deepEqual(found(`tasks:\n  - id: a\n    type: ${names[1]}\n`, 'info'), [])
})

test('an unknown type is refused with the one that was meant', () => {
  const { diagnostics } = parsed('tasks:\n  - id: a\n    type: io.kestra.plugin.core.log.Lag\n')

  const error = diagnostics.find(({ severity }) => severity === 'error')
  assert.match(error?.message ?? '', /Did you mean "io\.kestra\.plugin\.core\.log\.Log"/)
})

test('an unknown property is refused with the one that was meant', () => {
  const { diagnostics } = parsed(`${ONE}    allowFailre: true\n`)

  const error = diagnostics.find(({ severity }) => severity === 'error')
  assert.equal(error?.path, 'tasks[0].allowFailre')
  assert.match(error?.message ?? '', /did you mean "allowFailure"/)
})

test('an unknown property of a type that nothing installed runs only warns', () => {
  const body = 'tasks:\n  - id: q\n    type: io.kestra.plugin.jdbc.postgresql.Query\n    colour: red\n'

  assert.deepEqual(found(body, 'error'), [])
  assert.ok(found(body, 'warning').includes('6:5 unknown-property tasks[0].colour'))
  assert.ok(found(body, 'warning').includes('5:11 not-implemented tasks[0].type'))
})

test('several mistakes are found in one reading, each at its place', () => {
  const body = 'colour: red\ntasks:\n  - type: nope.Nope\n    disabled: perhaps\n  - id: b\ntriggers: no\n'

  assert.deepEqual(found(body, 'error'), [
    '3:1 unknown-property colour',
    '5:11 unknown-type tasks[0].type',
    '5:5 missing-id tasks[0].id',
    '6:15 wrong-type tasks[0].disabled',
    '7:5 missing-type tasks[1].type',
    '8:11 wrong-type triggers',
  ])
})

test('former names of properties are deprecations, not errors', () => {
  const body = [
    'taskDefaults: []',
    'inputs:\n  - name: old\n    type: STRING',
    `${ONE}    retry: {type: constant, interval: PT1S, maxAttempt: 2}`,
    'triggers:\n  - id: t\n    type: io.kestra.plugin.core.trigger.Webhook\n    key: k\n    minLogLevel: WARN\n',
  ].join('\n')

  const deprecations = found(body, 'deprecation').map(text => text.split(' ')[2])
  assert.deepEqual(deprecations.sort(), [
    'inputs[0].name',
    'taskDefaults',
    'tasks[0].retry.maxAttempt',
    'triggers[0].minLogLevel',
  ])
  assert.equal(flowOf(body).inputs[0]?.id, 'old')
  assert.equal(flowOf(body).triggers[0]?.logLevel, 'WARN')
})

test('where a type wants a text, a number keeps its spelling; elsewhere it stays a number', () => {
  const flow = flowOf(
    'variables: {a: 1.10, b: 4.0}\ntasks:\n  - id: r\n    type: io.kestra.plugin.core.debug.Return\n    format: 1.10\n',
  )

  assert.deepEqual(flow.tasks[0]?.properties, { format: '1.10' })
  assert.deepEqual(flow.variables, { a: 1.1, b: new Double(4) })
})

test('keys that look like numbers keep their order', () => {
  const flow = flowOf(
    `${ONE}  - id: s\n    type: core.flow.Switch\n    value: x\n    cases:\n      b: []\n      10: []\n      2: []\n`,
  )

  assert.deepEqual(
    flow.tasks[1]?.lists?.cases?.map(({ key }) => key),
    ['b', '10', '2'],
  )
})

test('control tasks hang their children in lists, and keep the rest as properties', () => {
  const leaf = (id: string): string => `{id: ${id}, type: core.debug.Return}`
  const flow = flowOf(
    [
      'tasks:',
      `  - {id: i, type: core.flow.If, condition: "x", then: [${leaf('a')}], else: [${leaf('b')}], errors: [${leaf('c')}]}`,
      `  - {id: s, type: core.flow.Switch, value: v, cases: {k: [${leaf('d')}]}, defaults: [${leaf('e')}]}`,
      `  - {id: g, type: core.flow.Dag, tasks: [{task: ${leaf('h')}}, {task: ${leaf('j')}, dependsOn: [h]}]}`,
      `  - {id: p, type: core.flow.Pause, onPause: ${leaf('k')}, onResume: [{id: why, type: STRING}]}`,
      `  - {id: l, type: core.flow.ForEach, values: [1], tasks: [${leaf('m')}], finally: [${leaf('n')}]}`,
    ].join('\n'),
  )

  const lists = flow.tasks.map(task => task.lists)
  assert.deepEqual(
    lists[0]?.then?.map(({ id }) => id),
    ['a'],
  )
  assert.deepEqual(
    lists[0]?.else?.map(({ path }) => path),
    ['tasks[0].else[0]'],
  )
  assert.deepEqual(flow.tasks[0]?.properties, { condition: 'x' })
  assert.deepEqual(lists[1]?.cases?.[0]?.tasks[0]?.path, 'tasks[1].cases.k[0]')
  assert.deepEqual(
    lists[1]?.defaults?.map(({ id }) => id),
    ['e'],
  )
  assert.deepEqual(lists[2]?.dependsOn, [[], ['h']])
  assert.deepEqual(lists[2]?.tasks[1]?.path, 'tasks[2].tasks[1].task')
  assert.deepEqual(
    lists[3]?.hooks?.['onPause']?.map(({ id }) => id),
    ['k'],
  )
  assert.deepEqual(
    flow.tasks[3]?.asks?.map(({ id }) => id),
    ['why'],
  )
  assert.deepEqual(flow.tasks[3]?.properties, {})
  assert.deepEqual(
    lists[4]?.finally.map(({ id }) => id),
    ['n'],
  )
})

test('retries are read in milliseconds, and a bare number counts seconds', () => {
  const flow = flowOf(
    `${ONE}    retry: {type: exponential, interval: 2, maxInterval: PT1M, delayFactor: 1.5, maxDuration: PT1H}\n`,
  )

  assert.deepEqual(flow.tasks[0]?.retry, {
    type: 'exponential',
    intervalMs: 2000,
    maxIntervalMs: 60_000,
    delayFactor: 1.5,
    maxDurationMs: 3_600_000,
    warningOnRetry: false,
    behavior: 'RETRY_FAILED_TASK',
  })
})

test('labels come as a map or as a list, and their values are texts', () => {
  assert.deepEqual(flowOf(`${ONE}labels: {a: 1.0, b: true}\n`).labels, [
    { key: 'a', value: '1.0' },
    { key: 'b', value: 'true' },
  ])
  assert.deepEqual(flowOf(`${ONE}labels: [{key: a, value: x}]\n`).labels, [{ key: 'a', value: 'x' }])
})

test('`yes` where a boolean belongs is true, with a warning', () => {
  assert.equal(flowOf(`${ONE}disabled: yes\n`).disabled, true)
  assert.deepEqual(found(`${ONE}disabled: yes\n`, 'warning')[0], '7:11 yaml-1.1 ')
})

const WHENS: readonly (readonly [string, string, 1 | 2])[] = [
  ['nothing in particular', ONE, 1],
  ['a Loop', `${ONE}  - {id: l, type: core.flow.Loop, values: [1], tasks: []}\n`, 2],
  ['a ForEach', `${ONE}  - {id: l, type: core.flow.ForEach, values: [1], tasks: []}\n`, 1],
  ['`when` on a task', `${ONE}    when: "x"\n`, 2],
  ['a FORM', `${ONE}inputs: [{id: a, type: FORM, inputs: []}]\n`, 2],
  ['`dependsOn` of a Flow trigger', `${ONE}triggers: [{id: t, type: core.trigger.Flow, dependsOn: []}]\n`, 2],
  ['a label that says 2', `${ONE}labels: {dialect: "2"}\n`, 2],
  [
    'a Loop and a label that says 1',
    `${ONE}  - {id: l, type: core.flow.Loop, values: [1], tasks: []}\nlabels: {dialect: "1"}\n`,
    1,
  ],
]

for (const [what, body, dialect] of WHENS) {
  test(`a flow with ${what} is of dialect ${dialect}`, () => {
    assert.equal(flowOf(body).dialect, dialect)
  })
}

test('a flow that mixes the dialects is told so', () => {
  const body = `${ONE}    when: "x"\npluginDefaults: []\n`

  assert.ok(found(body, 'warning').includes('8:1 mixed-dialects pluginDefaults'))
})

test('who insists on dialect 2 gets errors for what it no longer has', () => {
  const { diagnostics } = parsed(`${ONE}pluginDefaults: []\n`, { dialect: 2 })

  assert.deepEqual(
    diagnostics.filter(({ severity }) => severity === 'error').map(({ code }) => code),
    ['wrong-dialect'],
  )
})

test('conditions keep their place, with canonical types inside one another', () => {
  const flow = flowOf(
    [
      ONE.trimEnd(),
      'triggers:',
      '  - id: t',
      '    type: io.kestra.core.models.triggers.types.Schedule',
      '    cron: "0 1 * * *"',
      '    scheduleConditions:',
      '      - type: io.kestra.core.models.conditions.types.NotCondition',
      '        conditions: [{type: io.kestra.core.models.conditions.types.WeekendCondition}]',
    ].join('\n'),
  )

  assert.deepEqual(flow.triggers[0]?.conditions, [
    { type: 'io.kestra.plugin.core.condition.Not', conditions: [{ type: 'io.kestra.plugin.core.condition.Weekend' }] },
  ])
})

test('an empty document, a list and a broken one are refused with a place', () => {
  for (const source of ['', '# nothing\n', '- a\n', 'id: [', 'tasks:\n  - id: one\n   type: "x']) {
    const { flow, diagnostics } = parseFlow(source, { catalogue })

    assert.equal(flow, undefined)
    assert.ok(
      diagnostics.some(
        ({ severity, line, column }) => severity === 'error' && line !== undefined && column !== undefined,
      ),
    )
  }
})

test('a flow of a thousand tasks is read within 100 ms or so', () => {
  const task = (index: number): string =>
    `  - id: t${index}\n    type: io.kestra.plugin.core.log.Log\n    message: "{{ flow.id }} ${index}"\n`
  const body = `tasks:\n${Array.from({ length: 1000 }, (_, index) => task(index)).join('')}`

  flowOf(body)
  const start = performance.now()
  flowOf(body)

  assert.ok(performance.now() - start < 3000)
})
