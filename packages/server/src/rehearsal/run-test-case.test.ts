import assert from 'node:assert/strict'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test, type TestContext } from 'node:test'
import { createCatalogue, parseFlow, parseTestSuite, type Flow } from '@batuta/core'
import { openLocalFileStore } from '@batuta/plugin-sdk'
import { runTestCase, type CaseResult } from './run-test-case.ts'

const catalogue = createCatalogue()

function flowOf(body: string, id = 'f'): Flow {
  const { flow, diagnostics } = parseFlow(`id: ${id}\nnamespace: team.sea\n${body}`, { catalogue })
  assert.ok(flow, JSON.stringify(diagnostics))
  return flow
}

async function run(t: TestContext, body: string, testCase: string, others: readonly Flow[] = []): Promise<CaseResult> {
  const flow = flowOf(body)
  const indented = testCase.trim().replaceAll('\n', '\n    ')
  const source = `id: s\nnamespace: team.sea\nflowId: f\ntestCases:\n  - id: c\n    ${indented}\n`
  const { suite, diagnostics } = parseTestSuite(source, { catalogue, flow })
  assert.ok(suite?.testCases[0], JSON.stringify(diagnostics))
  const root = await mkdtemp(join(tmpdir(), 'batuta-test-'))
  t.after(() => rm(root, { recursive: true, force: true }))
  return await runTestCase(suite.testCases[0], {
    flows: [flow, ...others],
    files: openLocalFileStore(root),
    startMs: Date.UTC(2031, 3, 5),
    environment: {},
    configuredRoots: new Map(),
    zone: 'UTC',
    locale: 'en-US',
  })
}

const QUERY = 'io.kestra.plugin.jdbc.postgresql.Query'

test('a task with a fixture puts that out and does not run', async t => {
  const body = `inputs: [{id: table, type: STRING}]
tasks:
  - {id: query, type: ${QUERY}, url: u, sql: "select {{ inputs.table }}"}
  - {id: say, type: core.debug.Return, format: "{{ outputs.query.size }} of {{ inputs.table }}"}
`

  const result = await run(
    t,
    body,
    `
fixtures:
  inputs: {table: ships}
  tasks: [{id: query, outputs: {size: 7}}]
assertions:
  - {value: "{{ outputs.say.value }}", equalTo: 7 of ships}
  - {value: "{{ outputs.query.size }}", greaterThan: 5, lessThanOrEqualTo: 7}
  - {value: "{{ outputs.query.rows }}", isNull: true}
`,
  )

  assert.deepEqual(
    [result.errors, result.state, result.executionState, result.assertions.length],
    [[], 'SUCCESS', 'SUCCESS', 4],
  )
})

test('an assertion that does not hold says what was expected and what came', async t => {
  const result = await run(
    t,
    'tasks: [{id: say, type: core.debug.Return, format: hello}]',
    'assertions: [{value: "{{ outputs.say.value }}", equalTo: bye, errorMessage: polite}]',
  )

  assert.equal(result.state, 'FAILED')
  assert.deepEqual(result.assertions, [
    {
      operator: 'equalTo',
      expected: 'bye',
      actual: 'hello',
      isSuccess: false,
      expression: '{{ outputs.say.value }}',
      errorMessage: 'polite',
    },
  ])
})

test('pauses, sleeps and retries take no time', { timeout: 5000 }, async t => {
  const body = `tasks:
  - {id: nap, type: core.flow.Sleep, duration: P3D}
  - {id: wait, type: core.flow.Pause, delay: P7D}
  - {id: query, type: ${QUERY}, url: u, sql: s, retry: {type: constant, interval: P1D, maxAttempts: 5}}
`

  const result = await run(
    t,
    body,
    `
fixtures:
  tasks:
    - {id: query, state: FAILED}
    - {id: query, state: FAILED}
    - {id: query, outputs: {size: 1}}
assertions:
  - {value: "{{ outputs.query.size }}", equalTo: 1}
  - {value: "{{ now() | date('yyyy-MM-dd') }}", equalTo: "2031-04-17"}
  - {value: "{{ taskrun.attemptsCount }}", taskId: query, equalTo: 3}
`,
  )

  assert.deepEqual(
    [result.state, result.assertions],
    ['SUCCESS', result.assertions.filter(({ isSuccess }) => isSuccess)],
  )
})

test('a failing fixture takes the errors branch, and the case may expect that', async t => {
  const body = `tasks: [{id: query, type: ${QUERY}, url: u, sql: s}]
errors: [{id: report, type: core.debug.Return, format: reported}]
`
  const fixtures = 'fixtures: {tasks: [{id: query, state: FAILED}]}'

  const expected = await run(
    t,
    body,
    `${fixtures}\nexpectedState: FAILED\nassertions: [{value: "{{ outputs.report.value }}", equalTo: reported}]`,
  )
  const unexpected = await run(t, body, fixtures)

  assert.equal(expected.state, 'SUCCESS')
  assert.equal(unexpected.state, 'FAILED')
})

test('a task without a fixture that would touch the world is an error that names it', async t => {
  const result = await run(t, `tasks: [{id: query, type: ${QUERY}, url: u, sql: s}]`, 'assertions: []')

  assert.equal(result.state, 'ERROR')
  assert.match(
    result.errors.join('\n'),
    /The task "query" \(io\.kestra\.plugin\.jdbc\.postgresql\.Query\) has no fixture/,
  )
})

test('files, keys and secrets stand in for what the flow asks', async t => {
  const body = `tasks:
  - {id: text, type: core.debug.Return, format: "{{ read(outputs.load.uri) }}"}
  - {id: both, type: core.debug.Return, format: "{{ kv('limit') }} {{ secret('TOKEN') }}"}
`
  const result = await run(
    t,
    body.replace('tasks:\n', `tasks:\n  - {id: load, type: core.http.Download, uri: x}\n`),
    `
fixtures:
  files: {rows.csv: "a,b"}
  kv: {limit: 5}
  secrets: {TOKEN: t0p}
  tasks: [{id: load, outputs: {uri: "{{ files['rows.csv'] }}"}}]
assertions:
  - {value: "{{ outputs.text.value }}", equalTo: "a,b"}
  - {value: "{{ outputs.both.value }}", startsWith: "5 "}
`,
  )

  assert.deepEqual([result.state, result.errors], ['SUCCESS', []])
})

test('a fixture may be of one iteration', async t => {
  const body = `tasks:
  - id: each
    type: core.flow.ForEach
    values: [a, b]
    tasks: [{id: query, type: ${QUERY}, url: u, sql: s}]
`
  const result = await run(
    t,
    body,
    `
fixtures:
  tasks:
    - {id: query, outputs: {size: 1}}
    - {id: query, value: b, outputs: {size: 2}}
assertions:
  - {value: "{{ outputs.query.a.size }}{{ outputs.query.b.size }}", equalTo: "12"}
`,
  )

  assert.equal(result.state, 'SUCCESS', JSON.stringify(result))
})

test('subflows are played as well, or have a fixture', async t => {
  const child = flowOf(
    'tasks: [{id: one, type: core.debug.Return, format: x}]\noutputs: [{id: o, type: STRING, value: "{{ outputs.one.value }}"}]',
    'child',
  )
  const body = 'tasks: [{id: call, type: core.flow.Subflow, namespace: team.sea, flowId: child}]'
  const asserted = 'assertions: [{value: "{{ outputs.call.outputs.o }}", equalTo: VALUE}]'

  const played = await run(t, body, asserted.replace('VALUE', 'x'), [child])
  const fixed = await run(
    t,
    body,
    `fixtures: {tasks: [{id: call, outputs: {outputs: {o: y}}}]}\n${asserted.replace('VALUE', 'y')}`,
  )

  assert.deepEqual([played.state, fixed.state], ['SUCCESS', 'SUCCESS'], JSON.stringify([played, fixed]))
})

test('a trigger gives its variables and the inputs that it renders', async t => {
  const body = `inputs: [{id: day, type: STRING}]
tasks: [{id: say, type: core.debug.Return, format: "{{ inputs.day }} {{ trigger.date }}"}]
triggers: [{id: daily, type: core.trigger.Schedule, cron: "0 1 * * *", inputs: {day: "{{ trigger.date }}"}}]
`
  const result = await run(
    t,
    body,
    `
fixtures: {trigger: {id: daily, variables: {date: today}}}
assertions: [{value: "{{ outputs.say.value }}", equalTo: today today}]
`,
  )

  assert.equal(result.state, 'SUCCESS', JSON.stringify(result))
})

test('a case that is off is skipped, and inputs that do not fit are an error', async t => {
  const body = 'inputs: [{id: n, type: INT}]\ntasks: [{id: say, type: core.debug.Return}]'

  assert.equal((await run(t, body, 'disabled: true')).state, 'SKIPPED')
  const wrong = await run(t, body, 'fixtures: {inputs: {n: many}}')
  assert.deepEqual([wrong.state, wrong.errors.length], ['ERROR', 1])
})

test('the tasks of a working directory may have fixtures too', async t => {
  const body = `tasks:
  - id: dir
    type: core.flow.WorkingDirectory
    tasks:
      - {id: query, type: ${QUERY}, url: u, sql: s}
      - {id: say, type: core.debug.Return, format: "{{ outputs.query.size }}"}
`
  const result = await run(
    t,
    body,
    'fixtures: {tasks: [{id: query, outputs: {size: 5}}]}\nassertions: [{value: "{{ outputs.say.value }}", equalTo: 5}]',
  )

  assert.deepEqual([result.state, result.errors], ['SUCCESS', []])
})
