import assert from 'node:assert/strict'
import { test } from 'node:test'
import { createCatalogue } from '../flow/catalogue.ts'
import { parseFlow } from '../flow/parse.ts'
import type { ValueMap } from '../std/value.ts'
import { forecast, type Forecast } from './forecast.ts'

const catalogue = createCatalogue()
const QUERY = 'io.kestra.plugin.jdbc.postgresql.Query'

function plan(body: string, inputs: ValueMap = {}): Forecast {
  const { flow, diagnostics } = parseFlow(`id: f\nnamespace: n\n${body}`, { catalogue })
  assert.ok(flow, JSON.stringify(diagnostics))
  return forecast(flow, {
    inputs,
    nowMs: 0,
    zone: 'UTC',
    locale: 'en',
    configuredRoots: new Map([['envs', { home: 'sea' }]]),
  })
}

function outlooks({ tasks }: Forecast): readonly string[] {
  return tasks.map(({ id, outlook, reasons }) => [id, outlook, ...reasons].join(' | '))
}

test('what is known is rendered, the rest stays and says what it depends on', () => {
  const { tasks } = plan(
    `inputs: [{id: a, type: STRING, defaults: x}]
variables: {v: "v-{{ inputs.a }}"}
tasks:
  - {id: t, type: core.log.Log, message: "{{ inputs.a }} {{ envs.home }} {{ flow.id }} {{ render(vars.v) }} {{ outputs.u.value }} {{ kv('k') }}"}
`,
    { a: 'y' },
  )

  assert.deepEqual(tasks[0]?.properties, { message: "y sea f v-y {{ outputs.u.value }} {{ kv('k') }}" })
  assert.deepEqual(tasks[0]?.unknown, ['outputs.u.value', "kv('k')"])
})

test('conditions are decided where they can be', () => {
  const found = plan(
    `inputs: [{id: on, type: BOOL, defaults: false}, {id: mode, type: STRING, defaults: fast}]
tasks:
  - {id: never, type: core.log.Log, message: m, runIf: "{{ inputs.on }}"}
  - {id: maybe, type: core.log.Log, message: m, runIf: "{{ outputs.x.value }}"}
  - id: if
    type: core.flow.If
    condition: "{{ inputs.mode == 'fast' }}"
    then: [{id: yes, type: core.log.Log, message: m}]
    else: [{id: no, type: core.log.Log, message: m}]
  - id: switch
    type: core.flow.Switch
    value: "{{ inputs.mode }}"
    cases: {slow: [{id: slow, type: core.log.Log, message: m}], fast: [{id: fast, type: core.log.Log, message: m}]}
  - id: each
    type: core.flow.ForEach
    values: [a, b]
    tasks: [{id: inner, type: core.log.Log, message: m}]
  - {id: off, type: core.log.Log, message: m, disabled: true}
errors: [{id: alarm, type: core.log.Log, message: m}]
finally: [{id: clean, type: core.log.Log, message: m}]
afterExecution: [{id: last, type: core.log.Log, message: m}]
`,
  )

  assert.deepEqual(outlooks(found), [
    'never | skipped | runIf is false',
    'maybe | may-run | runIf depends on outputs.x.value',
    'if | runs',
    'yes | runs',
    'no | skipped | condition is true',
    'switch | runs',
    'slow | skipped | value is fast',
    'fast | runs',
    'each | runs',
    'inner | runs | 2 times: a, b',
    'off | skipped | it is disabled',
    'alarm | on-failure',
    'clean | always',
    'last | after',
  ])
})

test('what would be touched is read off the properties', () => {
  const { touches } = plan(
    `inputs: [{id: table, type: STRING, defaults: ships}]
tasks:
  - {id: get, type: core.http.Request, uri: "https://api.example.com/x", headers: {a: "{{ secret('TOKEN') }}"}}
  - id: query
    type: ${QUERY}
    url: jdbc:postgresql://db:5432/sea
    sql: "with own as (select 1) insert into {{ inputs.table }} select * from own join staging.rows -- from nowhere"
  - {id: set, type: core.kv.Set, key: "last-{{ inputs.table }}", value: "{{ kv('limit') }}"}
  - {id: call, type: core.flow.Subflow, namespace: n, flowId: other, inputs: {table: x}}
  - {id: size, type: core.storage.Size, uri: "kestra:///n/a.csv"}
  - {id: skipped, type: core.http.Request, uri: "https://never.example.com", disabled: true}
`,
  )

  assert.deepEqual(
    touches.map(({ kind, name, access = '', tasks }) => `${kind} ${name} ${access} ${tasks.join(' ')}`),
    [
      'secret TOKEN read get',
      'host api.example.com  get',
      'host db:5432  query',
      'table ships write query',
      'table staging.rows read query',
      'key limit read set',
      'key last-ships write set',
      'subflow n.other  call',
      'file kestra:///n/a.csv  size',
    ],
  )
})

test('inputs that do not fit are the reason why nothing would begin', () => {
  const { problems, inputs } = plan('inputs: [{id: n, type: INT}]\ntasks: [{id: t, type: core.debug.Return}]', {
    n: 'many',
  })

  assert.equal(problems.length, 1)
  assert.equal(inputs[0]?.value, 'many')
})

test('secret inputs are not shown', () => {
  const { inputs, tasks } = plan(
    'inputs: [{id: s, type: SECRET}]\ntasks: [{id: t, type: core.log.Log, message: "{{ inputs.s }}"}]',
    { s: 'top' },
  )

  assert.equal(JSON.stringify([inputs, tasks]).includes('top'), false)
})
