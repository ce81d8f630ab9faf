// The matrix of failure, emptiness, missing values and skipped children, construct by construct: every cell is a test.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { createCatalogue } from '../flow/catalogue.ts'
import { checkFlow } from '../flow/validate.ts'
import { ID, JOB, play, type Player } from '../execution/testing/player.ts'

const OK = '{ id: ok, type: core.debug.Return, format: x }'
const BAD = '{ id: bad, type: core.execution.Fail }'
const NEVER = '{ id: never, type: core.debug.Return, format: x }'
const SKIPPED = "{ id: ok, type: core.debug.Return, format: x, runIf: 'false' }"
const DISABLED = '{ id: ok, type: core.debug.Return, format: x, disabled: true }'
const ERRORS = 'errors: [{ id: caught, type: core.debug.Return, format: x }]'

/** How a construct holds its tasks, and what else it needs. */
interface Construct {
  readonly name: string
  readonly type: string
  readonly head?: string
  readonly wrap?: (tasks: readonly string[]) => string
  /** What a failed child makes of it. */
  readonly failed?: 'FAILED' | 'WARNING'
  /** What lets it come to its children. */
  readonly begin?: (player: Player) => void
}

const list = (tasks: readonly string[]): string => `tasks: [${tasks.join(', ')}]`
const nodes = (tasks: readonly string[]): string =>
  `tasks: [${tasks.map((task, at) => `{ task: ${task}, dependsOn: [${at === 0 ? '' : 'bad'}] }`).join(', ')}]`
const resume = (player: Player): void =>
  void player.take({ type: 'command', executionId: ID, command: { name: 'resume' } })
const openDirectory = (player: Player): void => settleHidden(player)

const CONSTRUCTS: readonly Construct[] = [
  { name: 'Sequential', type: 'Sequential' },
  { name: 'If', type: 'If', head: "condition: 'true',", wrap: tasks => `then: [${tasks.join(', ')}]` },
  { name: 'Switch', type: 'Switch', head: 'value: a,', wrap: tasks => `cases: { a: [${tasks.join(', ')}] }` },
  { name: 'Dag', type: 'Dag', wrap: nodes },
  { name: 'ForEach', type: 'ForEach', head: 'values: [v],' },
  { name: 'EachSequential', type: 'EachSequential', head: 'value: [v],' },
  { name: 'Pause with tasks', type: 'Pause', begin: resume },
  { name: 'AllowFailure', type: 'AllowFailure', failed: 'WARNING' },
  { name: 'LoopUntil', type: 'LoopUntil', head: "condition: '{{ true }}'," },
  { name: 'WorkingDirectory', type: 'WorkingDirectory', begin: openDirectory },
]

function flowOf({ type, head = '', wrap = list }: Construct, tasks: readonly string[], more = ''): string {
  return `tasks: [{ id: group, type: core.flow.${type}, ${head} ${wrap(tasks)} ${more === '' ? '' : `, ${more}`} }]`
}

function begun(construct: Construct, tasks: readonly string[], more = ''): Player {
  const player = play(flowOf(construct, tasks, more))
  construct.begin?.(player)
  // The folder of a WorkingDirectory is closed by one more job.
  if (construct.type === 'WorkingDirectory') settleHidden(player)
  return player
}

function settleHidden(player: Player): void {
  const [ordinal] = player.state.awaited
  const run = ordinal === undefined ? undefined : player.state.runs.at(ordinal)
  if (run && player.plan.tasks[run.task]?.isHidden) player.take(player.settlement(run, 'SUCCESS'))
}

for (const construct of CONSTRUCTS) {
  const { name, failed = 'FAILED' } = construct

  test(`${name}: a failed child stops the rest, local errors run, and it ends ${failed}`, () => {
    const player = begun(construct, [BAD, NEVER], ERRORS)

    const ids = new Set(Object.keys(player.states).map(key => key.replace(/\[.*/, '')))
    assert.equal(ids.has('never'), false)
    assert.equal(ids.has('caught'), true)
    assert.equal(player.states['group'], construct.type === 'LoopUntil' ? 'FAILED' : failed)
  })

  test(`${name}: all children skipped is a success`, () => {
    const player = begun(construct, [SKIPPED])

    assert.equal(player.states['group'], 'SUCCESS')
    assert.equal(player.state.state, 'SUCCESS')
  })

  test(`${name}: all children disabled is a success`, () => {
    const player = begun(construct, [DISABLED])

    assert.deepEqual(player.states, { group: 'SUCCESS' })
  })
}

test('Parallel, EachParallel and ForEach with a limit: no new child begins, and what runs goes on', () => {
  const two = `{ id: a, type: ${JOB} }, { id: b, type: ${JOB} }, { id: c, type: ${JOB} }`
  const parallel = play(`tasks: [{ id: group, type: core.flow.Parallel, concurrent: 2, tasks: [${two}] }]`)
  parallel.settle('a', 'FAILED')
  assert.deepEqual([parallel.states['group'], parallel.out], ['FAILED', 'b'])
  parallel.settle('b')
  assert.equal('c' in parallel.states, false)

  for (const [type, values] of [
    ['ForEach', 'values: [x, y, z], concurrencyLimit: 2'],
    ['EachParallel', 'value: [x, y, z], concurrent: 2'],
  ]) {
    const loop = play(`tasks: [{ id: group, type: core.flow.${type}, ${values}, tasks: [{ id: a, type: ${JOB} }] }]`)
    loop.settle('a[x]', 'FAILED')
    assert.deepEqual([loop.states['group'], loop.out], ['FAILED', 'a[y]'])
    loop.settle('a[y]')
    assert.equal('a[z]' in loop.states, false)
  }
})

const CATALOGUE = createCatalogue([{ type: JOB, kind: 'task' }])

function isRefused(body: string): boolean {
  const { diagnostics } = checkFlow(`id: f\nnamespace: a.b\n${body}`, { catalogue: CATALOGUE })
  return diagnostics.some(
    ({ severity, code }) => severity === 'error' && (code === 'empty-list' || code === 'missing-property'),
  )
}

for (const name of ['Sequential', 'Parallel', 'Dag', 'AllowFailure', 'LoopUntil', 'WorkingDirectory', 'ForEach']) {
  test(`${name}: no tasks are refused when the flow is saved`, () => {
    const head = name === 'ForEach' ? 'values: [a],' : name === 'LoopUntil' ? "condition: 'true'," : ''
    assert.equal(isRefused(`tasks: [{ id: group, type: core.flow.${name}, ${head} tasks: [] }]`), true)
  })
}

const EMPTY: readonly (readonly [what: string, task: string, state: 'SUCCESS' | 'FAILED'])[] = [
  ['If: a branch that is missing', `type: core.flow.If, condition: 'false', then: [${OK}]`, 'SUCCESS'],
  [
    'If: a condition that is empty goes to else',
    `type: core.flow.If, condition: '', then: [${BAD}], else: [${OK}]`,
    'SUCCESS',
  ],
  [
    'If: a condition that is null goes to else',
    `type: core.flow.If, condition: '{{ null }}', then: [${BAD}], else: [${OK}]`,
    'SUCCESS',
  ],
  ['Switch: a case without tasks', 'type: core.flow.Switch, value: a, cases: { a: [] }', 'SUCCESS'],
  ['Switch: no case and no defaults', `type: core.flow.Switch, value: z, cases: { a: [${OK}] }`, 'FAILED'],
  ['Switch: defaults alone', `type: core.flow.Switch, value: z, defaults: [${OK}]`, 'SUCCESS'],
  [
    'Switch: a value that renders to nothing has the case ""',
    `type: core.flow.Switch, value: '{{ null }}', cases: { '': [${OK}], a: [${BAD}] }`,
    'SUCCESS',
  ],
  [
    'Switch: a value that renders to nothing, else defaults',
    `type: core.flow.Switch, value: '{{ null }}', cases: { a: [${BAD}] }, defaults: [${OK}]`,
    'SUCCESS',
  ],
  ['ForEach: an empty list', `type: core.flow.ForEach, values: [], tasks: [${BAD}]`, 'SUCCESS'],
  ['ForEach: an empty text', `type: core.flow.ForEach, values: "{{ '' }}", tasks: [${OK}]`, 'FAILED'],
  ['ForEach: a null element', `type: core.flow.ForEach, values: '["a", null]', tasks: [${OK}]`, 'FAILED'],
  [
    'ForEach with a limit: an empty list',
    `type: core.flow.ForEach, values: [], concurrencyLimit: 0, tasks: [${BAD}]`,
    'SUCCESS',
  ],
  ['EachParallel: an empty list', `type: core.flow.EachParallel, value: [], tasks: [${BAD}]`, 'SUCCESS'],
  ['EachSequential: an empty list', `type: core.flow.EachSequential, value: [], tasks: [${BAD}]`, 'SUCCESS'],
  ['Loop: an empty list', `type: core.flow.Loop, values: [], tasks: [${BAD}]`, 'SUCCESS'],
  ['Loop: a null element', `type: core.flow.Loop, values: '["a", null]', tasks: [${OK}]`, 'FAILED'],
  [
    'LoopUntil: a condition that cannot be rendered',
    `type: core.flow.LoopUntil, condition: '{{ ghost }}', tasks: [${OK}]`,
    'FAILED',
  ],
]

for (const [what, task, state] of EMPTY) {
  test(`${what} ends ${state}`, () => {
    assert.equal(play(`tasks: [{ id: group, ${task} }]`).states['group'], state)
  })
}

test('Pause without tasks is a success when it is resumed', () => {
  const player = play('tasks: [{ id: group, type: core.flow.Pause }]')
  resume(player)

  assert.equal(player.states['group'], 'SUCCESS')
})

test('Pause: a delay that renders to null waits for a person', () => {
  const player = play("tasks: [{ id: group, type: core.flow.Pause, delay: '{{ null }}' }]")

  assert.equal(player.states['group'], 'PAUSED')
  assert.equal(player.state.timers.size, 0)
})

test('Subflow: an unknown flow fails it', () => {
  const player = play('tasks: [{ id: group, type: core.flow.Subflow, namespace: a, flowId: gone }]', {
    childProblem: 'There is no flow "a.gone"',
  })

  assert.equal(player.states['group'], 'FAILED')
  assert.match(player.logs.join(), /no flow/)
})

for (const [child, isTransmitted, state] of [
  ['SUCCESS', true, 'SUCCESS'],
  ['WARNING', true, 'WARNING'],
  ['FAILED', true, 'FAILED'],
  ['KILLED', true, 'KILLED'],
  ['CANCELLED', true, 'SUCCESS'],
  ['SUCCESS', false, 'SUCCESS'],
  ['WARNING', false, 'SUCCESS'],
  ['FAILED', false, 'SUCCESS'],
  ['KILLED', false, 'SUCCESS'],
  ['CANCELLED', false, 'SUCCESS'],
] as const) {
  test(`Subflow: a child that ends ${child} makes it ${state} with transmitFailed ${isTransmitted}`, () => {
    const call = `id: group, type: core.flow.Subflow, namespace: a, flowId: c, transmitFailed: ${isTransmitted}`
    const player = play(`tasks: [{ ${call} }]`)
    player.childEnds('group', child)

    assert.equal(player.states['group'], state)
  })
}

const NEXT: readonly (readonly [state: 'SUCCESS' | 'WARNING' | 'KILLED' | 'CANCELLED' | 'FAILED', goesOn: boolean])[] =
  [
    ['SUCCESS', true],
    ['WARNING', true],
    ['CANCELLED', true],
    ['KILLED', true],
    ['FAILED', false],
  ]

for (const [state, goesOn] of NEXT) {
  test(`the next task ${goesOn ? 'begins' : 'does not begin'} after one that ended ${state}`, () => {
    const player = play(`tasks: [{ id: a, type: ${JOB} }, { id: b, type: ${JOB} }]`)
    player.settle('a', state)

    assert.equal('b' in player.states, goesOn)
  })
}

test('handlers go on after one of them failed', () => {
  const player = play(`
tasks: [${BAD}]
errors: [{ id: e1, type: core.execution.Fail }, { id: e2, type: core.debug.Return, format: x }]
finally: [{ id: f1, type: core.execution.Fail }, { id: f2, type: core.debug.Return, format: x }]
afterExecution: [{ id: z1, type: core.execution.Fail }, { id: z2, type: core.debug.Return, format: x }]`)

  assert.equal(player.order, 'bad e1 e2 f1 f2 z1 z2')
  assert.equal(player.history, 'CREATED RUNNING FAILED')
})
