// Whatever is sent as a flow, the answer is a list of diagnostics: never an exception, never a flow with an error in it.
import assert from 'node:assert/strict'
import test from 'node:test'
import fc from 'fast-check'
import { createCatalogue } from './catalogue.ts'
import { resolveInputs } from './inputs.ts'
import { checkFlow } from './validate.ts'

const catalogue = createCatalogue()
const SOURCE = `id: f
namespace: team
labels: {a: b}
inputs:
  - {id: a, type: SELECT, values: [x, y], dependsOn: {inputs: [b], condition: "{{ inputs.b }}"}}
  - {id: b, type: INT, min: 1, defaults: 2}
tasks:
  - id: dag
    type: io.kestra.plugin.core.flow.Dag
    tasks:
      - task: {id: one, type: io.kestra.plugin.core.log.Log, message: "{{ inputs.a }}"}
      - {task: {id: two, type: io.kestra.plugin.core.debug.Return, format: "x"}, dependsOn: [one]}
    retry: {type: random, minInterval: PT1S, maxInterval: PT2S}
  - {id: s, type: core.flow.Switch, value: 1, cases: {1: [{id: c, type: core.debug.Return}]}}
  - {id: p, type: core.flow.Pause, onResume: [{id: q, type: FORM, inputs: [{id: r, type: INT}]}], onPause: {id: h, type: core.debug.Return}}
triggers:
  - id: t
    type: io.kestra.plugin.core.trigger.Flow
    preconditions: {id: p, where: [{id: w, filters: [{field: STATE, type: IN, values: [A]}]}], timeWindow: {type: DURATION_WINDOW}}
  - {id: c, type: core.trigger.Schedule, cron: "*/5 * * * *", timezone: Europe/Berlin}
outputs: [{id: o, type: STRING, value: "{{ outputs.one }}"}]
sla: [{id: s, type: MAX_DURATION, behavior: FAIL, duration: PT1H}]
checks: [{condition: "{{ inputs.b > 1 }}", message: no}]
concurrency: {limit: 1}
pluginDefaults: [{type: io.kestra, values: {timeout: PT1M}}]
`
const PIECES = [
  '{',
  '}',
  '[',
  ']',
  ':',
  ' ',
  '\n',
  '- ',
  '"',
  "'",
  '|',
  '>',
  '&a ',
  '*a',
  '{{',
  '}}',
  '{%',
  '#',
  '!!str ',
  '-1',
  'null',
  '\t',
  '~',
  '? ',
  '<<: ',
  '0x',
  '😀',
  '\\',
]

function neverThrows(source: string): void {
  const { flow, diagnostics } = checkFlow(source, { catalogue })
  const hasError = diagnostics.some(({ severity }) => severity === 'error')
  assert.equal(flow === undefined, hasError)
  for (const { severity, line, column } of diagnostics) {
    if (severity === 'error') assert.ok(line !== undefined && column !== undefined && line > 0 && column > 0)
  }
}

test('the flow that is taken apart below is read from end to end', () => {
  const codes = checkFlow(SOURCE, { catalogue })
    .diagnostics.filter(({ severity }) => severity === 'error')
    .map(({ code }) => code)

  assert.deepEqual(codes, [])
})

test('a flow with parts cut out, doubled or replaced is judged, not thrown at', () => {
  const cut = fc.record({
    from: fc.nat(SOURCE.length),
    length: fc.nat(60),
    piece: fc.oneof(fc.constantFrom(...PIECES), fc.string({ maxLength: 10 })),
    to: fc.nat(SOURCE.length),
  })
  fc.assert(
    fc.property(fc.array(cut, { minLength: 1, maxLength: 4 }), cuts => {
      let source = SOURCE
      for (const { from, length, piece, to } of cuts) {
        source = source.slice(0, from) + piece + source.slice(from + length, to + length) + source.slice(from + length)
      }
      neverThrows(source)
    }),
    { numRuns: 1500 },
  )
})

test('any value under any property of a flow is judged, not thrown at', () => {
  const keys = [
    'id',
    'namespace',
    'labels',
    'inputs',
    'variables',
    'tasks',
    'errors',
    'triggers',
    'pluginDefaults',
    'concurrency',
    'retry',
    'sla',
    'outputs',
    'checks',
    'listeners',
    'type',
    'preconditions',
    'conditions',
    'dependsOn',
    'cases',
    'values',
    'timeWindow',
    'where',
    'filters',
  ]
  const key = fc.oneof(fc.constantFrom(...keys), fc.string({ maxLength: 5 }))
  const types = [
    'core.flow.Dag',
    'core.flow.Switch',
    'core.flow.Pause',
    'core.trigger.Flow',
    'core.trigger.Schedule',
    'core.condition.Not',
    'FORM',
    'ARRAY',
    'constant',
  ]
  const { tree } = fc.letrec(tie => ({
    tree: fc.oneof(
      { maxDepth: 5 },
      fc.constantFrom<unknown>(null, true, 0, -1, 1.5, '', 'x', 'PT1S', '{{ inputs.a-b }}', '{{', ...types),
      fc.array(tie('tree'), { maxLength: 3 }),
      fc.dictionary(key, tie('tree'), { maxKeys: 4 }),
    ),
  }))
  fc.assert(
    fc.property(fc.dictionary(key, tree, { maxKeys: 8 }), document => {
      neverThrows(
        JSON.stringify({ id: 'f', namespace: 'n', tasks: [{ id: 'a', type: 'core.debug.Return' }], ...document }),
      )
    }),
    { numRuns: 1500 },
  )
})

test('any value for an input is taken or refused, not thrown at', () => {
  const types = [
    'STRING',
    'INT',
    'FLOAT',
    'BOOL',
    'DATETIME',
    'DATE',
    'TIME',
    'DURATION',
    'FILE',
    'JSON',
    'YAML',
    'URI',
    'SECRET',
    'EMAIL',
    'SELECT',
    'MULTISELECT',
    'ARRAY',
    'ION',
    'OBJECT',
    'TABLE',
  ] as const
  const value = fc.jsonValue({ maxDepth: 2 })
  fc.assert(
    fc.property(fc.constantFrom(...types), value, value, fc.boolean(), (type, given, bound, required) => {
      const properties = {
        min: bound,
        max: bound,
        after: bound,
        before: bound,
        values: bound,
        itemType: 'INT',
        validator: '[a-z]+',
      } as never
      const context = { render: (template: string) => template }
      const { values, problems } = resolveInputs(
        [{ id: 'x', type, required, properties }],
        { x: given } as never,
        context,
      )
      assert.equal(values === undefined, problems.length > 0)
    }),
    { numRuns: 2000 },
  )
})
