import assert from 'node:assert/strict'
import { test } from 'node:test'
import { createCatalogue } from './catalogue.ts'
import type { Dialect } from './flow.ts'
import { checkFlow } from './validate.ts'

const CALL = 'com.acme.Call'
const catalogue = createCatalogue([
  {
    type: CALL,
    kind: 'task',
    outputsSchema: {
      type: 'object',
      properties: {
        uri: { type: 'string' },
        size: { type: 'integer' },
        rows: { type: 'array', items: { type: 'object', properties: { id: { type: 'string' } } } },
        headers: { type: 'object', additionalProperties: { type: 'string' } },
      },
    },
  },
])

function warningsOf(body: string, dialect?: Dialect): readonly string[] {
  const { diagnostics } = checkFlow(`id: f\nnamespace: n\n${body}`, { catalogue, ...(dialect && { dialect }) })
  const told = diagnostics.filter(({ code }) => code !== 'not-implemented')
  return told.map(({ severity, code, message, line, column }) => {
    assert.equal(severity, 'warning', message)
    return `${line}:${column} ${code}: ${message}`
  })
}

const HEAD = `inputs: [{id: count, type: INT}, {id: db.host, type: STRING}, {id: body, type: JSON}]
labels: {team: sea}
variables: {limits: {low: 1}, plain: text}
`

/** Of one expression in a task behind a call, what is said at which column of the expression. */
function judge(expression: string): readonly string[] {
  const tasks = `tasks:\n- {id: call, type: ${CALL}}\n- {id: say, type: core.debug.Return}\n- id: log\n  type: core.log.Log\n`
  const before = '  message: "'
  return warningsOf(`${HEAD}${tasks}${before}${expression}"\n`).map(text =>
    text.replace(/^\d+:(\d+)/, (_, column: string) => String(Number(column) - before.length)),
  )
}

const NOTHING: readonly string[] = [
  "{{ inputs.count }} {{ inputs.db.host }} {{ inputs.body.any['x'] }} {{ inputs }}",
  '{{ vars.limits.low }} {{ vars.plain }} {{ labels.team }} {{ labels.given }} {{ labels.system.correlationId }}',
  "{{ outputs.call.uri }} {{ outputs.call.rows[0].id }} {{ outputs.call.headers['x-y'] }} {{ outputs.say.value | upper }}",
  '{{ outputs.call.rows.size }} {{ outputs.call.uri.length }} {{ outputs.call[inputs.body] }}',
  '{{ trigger.executionId }} {{ trigger.rows ?? 1 }} {{ taskrun.value ?? 1 }} {{ taskrun.startDate }}',
  '{% set inptus = 1 %}{{ inptus }}{% for item in outputs.call.rows %}{{ item.id }} {{ loop.index }}{% endfor %}',
  '{{ outputs.later.value ?? 1 }} {% if outputs.later is defined %}{{ outputs.later.value }}{% endif %}',
  '{{ envs.home }} {{ globals.a.b }} {{ namespace.x }} {{ execution.id }} {{ task.id }} {{ flow.revision }}',
  "{{ kv('a.b-c') }} {{ secret('TOKEN') }} {{ kv(inputs.body) }}",
]

for (const expression of NOTHING)
  test(`nothing is said about ${expression}`, () => {
    assert.deepEqual(
      judge(expression).filter(text => !text.includes('"later"')),
      [],
    )
  })

const SAID: readonly (readonly [string, string])[] = [
  ['{{ inputs.cuont }}', '11 unknown-input: The flow has no input "cuont". Did you mean "count"?'],
  ['{{ inputs.db.hots }}', '14 unknown-input: `inputs.db` has no input "hots". Did you mean "host"?'],
  ['{{ inputs.count.x }}', '17 no-fields: `inputs.count` has no fields, so there is no "x" in it.'],
  ['{{ vars.plian }}', '9 unknown-variable: The flow has no variable "plian". Did you mean "plain"?'],
  ['{{ vars.limits.hi }}', '16 unknown-variable: `vars.limits` has no variable "hi". Known are low.'],
  ['{{ labels.taem }}', '11 unknown-label: The flow has no label "taem". Did you mean "team"?'],
  ['{{ outputs.cal.uri }}', '12 unknown-task: The flow has no task "cal". Did you mean "call"?'],
  ['{{ outputs.call.url }}', '17 unknown-output: The task "call" (Call) has no output "url". Did you mean "uri"?'],
  ['{{ outputs.call.rows[0].di }}', '25 unknown-output: `outputs.call.rows.0` has no field "di". Did you mean "id"?'],
  ['{{ outputs.log.value }}', '12 out-of-reach: A task cannot read its own outputs: "log" has none before it has run.'],
  [
    '{{ trigger.rows }}',
    '12 unknown-field: No trigger of the flow brings `trigger.rows`; guard it with `??` if only some callers do.',
  ],
  ['{{ taskrun.value }}', '12 no-value: No ForEach is around this task, so it has no `taskrun.value`.'],
  [
    '{{ taskrun.attempts }}',
    '12 unknown-field: `taskrun` has no field "attempts". Known are id, startDate, attemptsCount, parentId, value, iteration, items.',
  ],
  ['{{ inptus.count }}', '4 unknown-root: There is no variable `inptus` here. Did you mean `inputs`?'],
  ['{{ count }}', '4 unknown-root: There is no variable `count` here. Did you mean `inputs.count`?'],
  ['{{ flow.name }}', '9 unknown-field: `flow` has no field "name". Known are id, namespace, revision, tenantId.'],
  ['{{ tasks.cal.state }}', '10 unknown-task: The flow has no task "cal". Did you mean "call"?'],
  [
    "{{ kv('a b') }}",
    '4 invalid-key: No key can be called "a b": keys begin with a letter or digit and hold letters, digits, "-", "_" and ".".',
  ],
  ['{{ inputs.count | uper }}', '19 expression-unknown: There is no filter `uper`. Did you mean `upper`?'],
]

for (const [expression, warning] of SAID)
  test(`of ${expression} is said: ${warning}`, () => {
    assert.deepEqual(judge(expression), [warning])
  })

/** `{{ outputs.a.value }}`, read by the task `b`. */
const READS_A = '{id: b, type: core.debug.Return, format: "{{ outputs.a.value }}"}'
const A = '{id: a, type: core.debug.Return}'
const REACH: readonly (readonly [string, string, string | undefined])[] = [
  ['before it', `tasks: [${A}, ${READS_A}]`, undefined],
  ['after it', `tasks: [${READS_A}, ${A}]`, 'runs after "b"'],
  ['in a group before it', `tasks: [{id: g, type: core.flow.Sequential, tasks: [${A}]}, ${READS_A}]`, undefined],
  [
    'beside it in a Parallel',
    `tasks: [{id: g, type: core.flow.Parallel, tasks: [${A}, ${READS_A}]}]`,
    'at the same time',
  ],
  [
    'beside it, one at a time',
    `tasks: [{id: g, type: core.flow.Parallel, concurrent: 1, tasks: [${A}, ${READS_A}]}]`,
    undefined,
  ],
  [
    'in the other branch',
    `tasks: [{id: g, type: core.flow.If, condition: "{{ true }}", then: [${A}], else: [${READS_A}]}]`,
    'different branches',
  ],
  [
    'in another case',
    `tasks: [{id: g, type: core.flow.Switch, value: x, cases: {x: [${A}], y: [${READS_A}]}}]`,
    'different branches',
  ],
  [
    'in a Dag it depends on',
    `tasks: [{id: g, type: core.flow.Dag, tasks: [{task: ${A}}, {task: ${READS_A}, dependsOn: [a]}]}]`,
    undefined,
  ],
  [
    'in a Dag without order',
    `tasks: [{id: g, type: core.flow.Dag, tasks: [{task: ${A}}, {task: ${READS_A}}]}]`,
    'does not depend on "a"',
  ],
  ['in the errors', `tasks: [${READS_A}]\nerrors: [${A}]`, 'runs after "b"'],
  ['before the errors', `tasks: [${A}]\nerrors: [${READS_A}]`, undefined],
  ['disabled', `tasks: [{id: a, type: core.debug.Return, disabled: true}, ${READS_A}]`, 'is disabled'],
  [
    'in a later iteration',
    `tasks: [{id: g, type: core.flow.ForEach, values: [1], tasks: [{id: b, type: core.debug.Return, format: "{{ outputs.a['0'].value }}"}, ${A}]}]`,
    undefined,
  ],
  [
    'in a ForEach',
    `tasks: [{id: g, type: core.flow.ForEach, values: [1], tasks: [${A}]}, ${READS_A}]`,
    'runs once for each value of "g"',
  ],
]

for (const [where, body, reason] of REACH)
  test(`the outputs of a task ${where} ${reason === undefined ? 'can be read' : `are out of reach: ${reason}`}`, () => {
    const [found, ...more] = warningsOf(body)

    assert.deepEqual(more, [])
    if (reason === undefined) assert.equal(found, undefined)
    else assert.ok(found?.includes(reason), found)
  })

test('what a trigger brings is known by its type', () => {
  const flow = (text: string): string =>
    `tasks: [{id: a, type: core.log.Log, message: "${text}"}]\ntriggers: [{id: t, type: core.trigger.Schedule, cron: "0 1 * * *"}]\n`

  assert.deepEqual(warningsOf(flow('{{ trigger.date }} {{ trigger.next }}')), [])
  assert.match(
    warningsOf(flow('{{ trigger.dtae }}')).join('\n'),
    /`trigger` has no field "dtae"\. Did you mean "date"\?/,
  )
})

test('inputs are resolved before anything runs', () => {
  const body =
    'inputs: [{id: x, type: STRING, defaults: "{{ outputs.a.value }}"}]\ntasks: [{id: a, type: core.debug.Return}]\n'

  assert.match(warningsOf(body).join('\n'), /^3:46 out-of-reach: Inputs are resolved before anything runs/)
})

test('a Loop keeps the outputs of its iterations, but its own `outputs` may name them', () => {
  const loop =
    '{id: l, type: core.flow.Loop, values: [1], outputs: [{id: x, type: STRING, value: "{{ outputs.a.value }}"}], tasks: [{id: a, type: core.debug.Return, format: "{{ item.value }}"}]}'

  assert.deepEqual(warningsOf(`tasks: [${loop}]`), [])
  assert.match(
    warningsOf(`tasks: [${loop}, ${READS_A}]`).join('\n'),
    /Every iteration of the Loop "l" keeps the outputs of "a" to itself/,
  )
})

const DEEP: readonly (readonly [string, string])[] = [
  ['{id: g, type: core.flow.Sequential, tasks: [TASK]}', 'parent.taskrun.value'],
  ['{id: g, type: core.flow.If, condition: "{{ true }}", then: [TASK]}', 'parent.taskrun.value'],
  [
    '{id: g, type: core.flow.Sequential, tasks: [{id: h, type: core.flow.If, condition: "{{ true }}", then: [TASK]}]}',
    'parents[1].taskrun.value',
  ],
  [
    '{id: g, type: core.flow.If, condition: "{{ true }}", then: [{id: h, type: core.flow.Sequential, tasks: [TASK]}]}',
    'parent.taskrun.value',
  ],
]

for (const [group, way] of DEEP)
  test(`a task deep in ${group} reads the value of its ForEach as ${way}`, () => {
    const task = '{id: t, type: core.log.Log, message: "{{ taskrun.value }}"}'
    const body = `tasks: [{id: each, type: core.flow.ForEach, values: [1], tasks: [${group.replace('TASK', task)}]}]\n`

    assert.ok(warningsOf(body).join('\n').endsWith(`here it is \`${way}\`.`))
  })
