import assert from 'node:assert/strict'
import { test } from 'node:test'
import { createCatalogue } from '../flow/catalogue.ts'
import { parseFlow } from '../flow/parse.ts'
import { parseYaml } from '../flow/yaml.ts'
import { toPlain } from '../std/value-plain.ts'
import type { Value } from '../std/value.ts'
import { holds } from './judge-assertion.ts'
import { parseTestSuite } from './parse-test-suite.ts'
import { recordTest } from './record-test.ts'
import type { Operator } from './test-suite.ts'
import { writeYaml } from './write-yaml.ts'

const catalogue = createCatalogue()
const QUERY = 'io.kestra.plugin.jdbc.postgresql.Query'
const { flow } = parseFlow(
  `id: f
namespace: n
inputs: [{id: table, type: STRING}]
tasks:
  - {id: query, type: ${QUERY}, url: u, sql: s}
  - {id: say, type: core.debug.Return, format: x}
triggers: [{id: daily, type: core.trigger.Schedule, cron: "0 1 * * *"}]
`,
  { catalogue },
)

const HOLDS: readonly (readonly [Operator, Value, Value])[] = [
  ['equalTo', 'a', 'a'],
  ['equalTo', '7', 7],
  ['equalTo', 7, '7'],
  ['equalTo', { a: [1, 'x'] }, { a: ['1', 'x'] }],
  ['notEqualTo', '1', '1.0'],
  ['notEqualTo', null, ''],
  ['contains', 'seaside', 'side'],
  ['contains', [1, 2], '2'],
  ['contains', { a: 1 }, 'a'],
  ['startsWith', 'seaside', 'sea'],
  ['endsWith', 'seaside', 'side'],
  ['greaterThan', '10', 9],
  ['greaterThanOrEqualTo', 9, 9],
  ['lessThan', '2031-01-01', '2031-01-02'],
  ['lessThanOrEqualTo', 1.5, 1.5],
  ['in', 2, [1, 2]],
  ['notIn', 3, [1, 2]],
  ['isNull', null, true],
  ['isNull', 1, false],
  ['isNotNull', 1, true],
]

for (const [operator, actual, expected] of HOLDS)
  test(`${JSON.stringify(actual)} is ${operator} ${JSON.stringify(expected)}`, () => {
    assert.equal(holds(operator, actual, expected), true)
  })

test('null is nothing but null', () => {
  const operators: readonly Operator[] = ['contains', 'startsWith', 'greaterThan', 'lessThan', 'isNotNull']

  assert.deepEqual(
    operators.filter(operator => holds(operator, null, operator === 'isNotNull' ? true : 'null')),
    [],
  )
})

const SUITE = 'id: s\nnamespace: n\nflowId: f\ntestCases:\n  - id: c\n'
const MISTAKES: readonly (readonly [string, string, string])[] = [
  [
    'an unknown property',
    `${SUITE}    fixture: {}\n`,
    '6:5 Unknown property "fixture" of a test case; did you mean "fixtures"?',
  ],
  [
    'an unknown input',
    `${SUITE}    fixtures: {inputs: {tabel: x}}\n`,
    '6:32 The flow has no input "tabel". Did you mean "table"?',
  ],
  [
    'an unknown task',
    `${SUITE}    fixtures: {tasks: [{id: qery}]}\n`,
    '6:29 The flow has no task "qery". Did you mean "query"?',
  ],
  [
    'an unknown state',
    `${SUITE}    fixtures: {tasks: [{id: query, state: DONE}]}\n`,
    '6:43 `testCases[0].fixtures.tasks[0].state` must be one of SUCCESS, WARNING, FAILED, KILLED, CANCELLED, but is "DONE".',
  ],
  [
    'an unknown trigger',
    `${SUITE}    fixtures: {trigger: {id: dayly}}\n`,
    '6:30 The flow has no trigger "dayly". Did you mean "daily"?',
  ],
  [
    'an assertion without an operator',
    `${SUITE}    assertions: [{value: x}]\n`,
    '6:26 An assertion compares its value by one of equalTo, notEqualTo, contains, startsWith, endsWith, greaterThan, greaterThanOrEqualTo, lessThan, lessThanOrEqualTo, in, notIn, isNull, isNotNull.',
  ],
  [
    'a broken expression',
    `${SUITE}    assertions: [{value: "{{ 1 + }}", equalTo: 1}]\n`,
    '6:26 Unexpected `}}`; expected a value before it',
  ],
  ['two cases of one id', `${SUITE}  - id: c\n`, '6:9 The test case "c" occurs more than once; rename one of them.'],
  ['no cases', 'id: s\nnamespace: n\nflowId: f\n', '1:1 The property "testCases" of a test suite is missing.'],
]

for (const [what, source, message] of MISTAKES)
  test(`${what} in a suite is told with its place`, () => {
    const { suite, diagnostics } = parseTestSuite(source, { catalogue, ...(flow && { flow }) })

    assert.equal(suite, undefined)
    assert.deepEqual(
      diagnostics.map(found => `${found.line}:${found.column} ${found.message}`),
      [message],
    )
  })

test('an execution becomes a suite that can be read again', () => {
  assert.ok(flow)
  const run = { state: 'SUCCESS', attempts: ['SUCCESS'] }

  const text = recordTest(
    {
      id: 'E1',
      state: 'SUCCESS',
      inputs: { table: 'ships' },
      outputs: { o: 'x', uri: 'kestra:///n/f/executions/E1/a' },
      runs: [
        { ...run, id: 'E1-0', taskId: 'query', attempts: ['FAILED', 'SUCCESS'], outputs: { size: 7 } },
        { ...run, id: 'E1-1', taskId: 'say', outputs: { value: 'x' } },
      ],
    },
    flow,
    catalogue,
  )

  const { suite, diagnostics } = parseTestSuite(text, { catalogue, flow })
  assert.deepEqual(diagnostics, [])
  const [recorded] = suite?.testCases ?? []
  assert.deepEqual(recorded?.fixtures.tasks, [
    { id: 'query', state: 'FAILED', outputs: {} },
    { id: 'query', state: 'SUCCESS', outputs: { size: 7 } },
  ])
  assert.deepEqual(recorded.fixtures.inputs, { table: 'ships' })
  assert.deepEqual(
    recorded.assertions.map(({ value }) => value),
    ['{{ execution.outputs.o }}', '{{ outputs.say.value }}'],
  )
})

test('written YAML reads as what was written', () => {
  const value = { a: ['x', 'yes', '007', '', 'a: b', '- c', 'ü'], b: { c: [], d: {}, e: null, f: [[1], { g: true }] } }

  assert.deepEqual(toPlain(parseYaml(writeYaml(value)).value ?? null), value)
})
