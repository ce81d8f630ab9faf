import assert from 'node:assert/strict'
import { test } from 'node:test'
import { createCatalogue } from '../flow/catalogue.ts'
import { parseFlow } from '../flow/parse.ts'
import { Fuel } from '../expression/fuel.ts'
import { toDouble } from '../std/value.ts'
import { encodeEvents } from './event-codec.ts'
import { fold } from './journal.ts'
import { compilePlan, type Plan } from './plan.ts'
import { presentExecution, presentLightExecution, presentWebhook } from './present.ts'
import type { Birth, Event, Signal } from './event.ts'
import type { ExecutionState } from './state.ts'
import { openExecution, runTurn } from './turn.ts'
import type { TurnEnv } from './turn-env.ts'

const ID = '0abcdefg00aaaaaaaaaaaa'
const BASE_MS = Date.UTC(2031, 3, 5, 6, 7, 8, 9)

interface Shown {
  readonly state: { readonly current: string; readonly histories: readonly { readonly state: string }[] }
  readonly taskRunList: readonly (Shown & {
    readonly id: string
    readonly taskId: string
    readonly attempts: readonly Shown[]
  })[]
  readonly [key: string]: unknown
}

test('tasks that ran inside the turn are shown as runs of a worker, groups and updating tasks are not', () => {
  const { state, plan } = play(`
tasks:
  - { id: group, type: io.kestra.plugin.core.flow.Sequential, tasks: [{ id: inner, type: io.kestra.plugin.core.debug.Return, format: x }] }
  - { id: mark, type: io.kestra.plugin.core.execution.Labels, labels: { a: b } }`)

  const document = show(state, plan)

  assert.deepEqual(historyOf(document), ['CREATED', 'RUNNING', 'SUCCESS'])
  assert.deepEqual(runsOf(document), {
    group: 'CREATED RUNNING SUCCESS | SUCCESS',
    inner: 'CREATED SUBMITTED RUNNING SUCCESS | SUCCESS',
    mark: 'CREATED RUNNING SUCCESS | SUCCESS',
  })
  assert.equal(document.taskRunList[1]?.id, `${ID}-1`)
})

test('a retried task at the top level shows the failure of the execution first', () => {
  const { state, plan } = play(`
tasks:
  - { id: broken, type: io.kestra.plugin.core.execution.Fail, retry: { type: constant, interval: PT1S, maxAttempts: 2 } }
errors:
  - { id: caught, type: io.kestra.plugin.core.debug.Return, format: x }`)

  advance(state, plan, [{ type: 'timer', executionId: ID, name: 'retry:0' }], 2000)

  const document = show(state, plan)
  assert.deepEqual(historyOf(document), ['CREATED', 'RUNNING', 'FAILED', 'RETRYING', 'RUNNING', 'FAILED'])
  assert.deepEqual(runsOf(document), {
    broken: 'CREATED SUBMITTED RUNNING FAILED RETRYING CREATED SUBMITTED RUNNING FAILED | FAILED FAILED',
    caught: 'CREATED SUBMITTED RUNNING SUCCESS | SUCCESS',
  })
})

test('a retried task inside a group shows no failure of the execution', () => {
  const { state, plan } = play(`
tasks:
  - id: group
    type: io.kestra.plugin.core.flow.Sequential
    tasks:
      - { id: broken, type: io.kestra.plugin.core.execution.Fail, retry: { type: constant, interval: PT1S, maxAttempts: 2 } }`)

  advance(state, plan, [{ type: 'timer', executionId: ID, name: 'retry:1' }], 2000)

  assert.deepEqual(historyOf(show(state, plan)), ['CREATED', 'RUNNING', 'RETRYING', 'RUNNING', 'FAILED'])
})

test('a run that is replaced by a new execution is failed, then retried', () => {
  const { state, plan } = play(`
tasks:
  - id: broken
    type: io.kestra.plugin.core.execution.Fail
    retry: { type: constant, interval: PT1S, maxAttempts: 2, behavior: CREATE_NEW_EXECUTION }`)

  const document = show(state, plan)

  assert.deepEqual(historyOf(document), ['CREATED', 'RUNNING', 'FAILED', 'RETRIED'])
  assert.deepEqual(runsOf(document), { broken: 'CREATED SUBMITTED RUNNING FAILED RETRIED | FAILED' })
})

test('a skipped task has one skipped attempt', () => {
  const { state, plan } = play(`
tasks:
  - { id: never, type: io.kestra.plugin.core.debug.Return, format: x, runIf: "{{ false }}" }`)

  assert.deepEqual(runsOf(show(state, plan)), { never: 'CREATED SKIPPED | SKIPPED' })
})

test('a group that cannot be opened fails as if it had been running', () => {
  const { state, plan } = play(`
tasks:
  - { id: each, type: io.kestra.plugin.core.flow.ForEach, values: "{{ nothing }}", tasks: [{ id: a, type: io.kestra.plugin.core.debug.Return }] }`)

  assert.deepEqual(runsOf(show(state, plan)), { each: 'CREATED RUNNING FAILED | FAILED' })
})

test('an updating task that fails has an attempt, though it never ran', () => {
  const { state, plan } = play(`
tasks:
  - { id: mark, type: io.kestra.plugin.core.execution.Labels, labels: { system.x: b } }`)

  assert.deepEqual(runsOf(show(state, plan)), { mark: 'CREATED FAILED | FAILED' })
})

test('a job is submitted until a worker has claimed it, then it runs', () => {
  const { state, plan } = play(`
tasks:
  - { id: script, type: io.kestra.plugin.scripts.shell.Script, script: echo }`)

  const waiting = show(state, plan)
  const claimed = show(state, plan, { claims: new Map([[0, BASE_MS + 5]]) })

  assert.deepEqual(runsOf(waiting), { script: 'CREATED SUBMITTED | ' })
  assert.deepEqual(runsOf(claimed), { script: 'CREATED SUBMITTED RUNNING | RUNNING' })
  assert.equal(claimed.taskRunList[0]?.state.current, 'RUNNING')
})

test('the failure of a child shows before what the subflow makes of it', () => {
  const { state, plan } = play(`
tasks:
  - { id: call, type: io.kestra.plugin.core.flow.Subflow, namespace: a.b, flowId: child, transmitFailed: false }
  - { id: end, type: io.kestra.plugin.core.debug.Return, format: x }`)

  advance(state, plan, [{ type: 'child-ended', executionId: ID, run: 0, childId: CHILD, state: 'FAILED' }], 10)

  assert.equal(runsOf(show(state, plan))['call'], 'CREATED RUNNING FAILED SUCCESS | SUCCESS')
})

test('a group that another one closed keeps its attempt open, the one that failed itself does not', () => {
  const { state, plan } = play(`
tasks:
  - id: fan
    type: io.kestra.plugin.core.flow.Parallel
    tasks:
      - id: slow
        type: io.kestra.plugin.core.flow.Sequential
        tasks: [{ id: nap, type: io.kestra.plugin.scripts.shell.Script, script: echo }]
      - { id: broken, type: io.kestra.plugin.scripts.shell.Script, script: exit 1 }`)

  const settle = (taskId: string, outcome: 'FAILED' | 'SUCCESS', afterMs: number): void => {
    const run = state.runs.filter(() => true).findIndex(({ task }) => plan.tasks[task]?.id === taskId)
    const settled = { run, epoch: 1, state: outcome, startedMs: BASE_MS, endedMs: BASE_MS + afterMs }
    advance(state, plan, [{ type: 'settled', executionId: ID, ...settled }], afterMs)
  }
  settle('broken', 'FAILED', 10)
  settle('nap', 'SUCCESS', 50)

  assert.deepEqual(runsOf(show(state, plan)), {
    fan: 'CREATED RUNNING FAILED | FAILED',
    slow: 'CREATED RUNNING FAILED | RUNNING',
    broken: 'CREATED SUBMITTED RUNNING FAILED | FAILED',
    nap: 'CREATED SUBMITTED RUNNING SUCCESS | SUCCESS',
  })
})

test('a pause that is killed is restarted before', () => {
  const { plan } = play('tasks:\n  - { id: a, type: io.kestra.plugin.core.debug.Return }')
  const events: Event[] = [
    { type: 'created', ...birthOf(plan) },
    { type: 'moved', to: 'RUNNING' },
    { type: 'moved', to: 'PAUSED' },
    { type: 'kill-requested' },
    { type: 'moved', to: 'KILLING' },
    { type: 'moved', to: 'KILLED' },
  ]

  const state = fold(ID, [{ turn: 1, version: 1, atMs: BASE_MS, events: encodeEvents(events) }], plan)

  assert.deepEqual(historyOf(show(state, plan)), ['CREATED', 'RUNNING', 'PAUSED', 'RESTARTED', 'KILLING', 'KILLED'])
})

test('a restart shows the runs that are left, the old attempts and the new one', () => {
  const { state, plan } = play(`
tasks:
  - { id: flaky, type: io.kestra.plugin.core.execution.Fail, condition: "{{ taskrun.attemptsCount == 0 }}" }
errors:
  - { id: caught, type: io.kestra.plugin.core.debug.Return, format: x }`)

  advance(state, plan, [{ type: 'command', executionId: ID, command: { name: 'restart' } }], 100)

  const document = show(state, plan)
  assert.deepEqual(historyOf(document), ['CREATED', 'RUNNING', 'FAILED', 'RESTARTED', 'RUNNING', 'SUCCESS'])
  assert.deepEqual(runsOf(document), {
    flaky: 'CREATED SUBMITTED RUNNING FAILED RESTARTED SUBMITTED RUNNING SUCCESS | FAILED SUCCESS',
  })
  assert.deepEqual(document['metadata'], { attemptNumber: 2, originalCreatedDate: '2031-04-05T06:07:08.009Z' })
})

test('a group that begins again just runs', () => {
  const { state, plan } = play(`
tasks:
  - id: choose
    type: io.kestra.plugin.core.flow.If
    condition: "{{ vars.ready }}"
    then: [{ id: inner, type: io.kestra.plugin.core.debug.Return, format: x }]`)

  advance(state, plan, [{ type: 'command', executionId: ID, command: { name: 'restart' } }], 100)

  assert.equal(runsOf(show(state, plan))['choose']?.split(' | ')[0], 'CREATED RUNNING FAILED RUNNING FAILED')
})

test('values keep their width and their point in the text', () => {
  const { state, plan } = play('tasks:\n  - { id: a, type: io.kestra.plugin.core.debug.Return }', {
    inputs: { whole: 12345678901234567890n, point: toDouble(4), none: null },
  })

  const text = presentExecution(state, plan, { dialect: 'b', nowMs: BASE_MS })

  assert.match(text, /"inputs":\{"whole":12345678901234567890,"point":4\.0,"none":null\}/)
})

test('of a large execution a document has the first runs and those under way, and tells how many there are', () => {
  const { state, plan } = play(`
tasks:
  - id: each
    type: io.kestra.plugin.core.flow.ForEach
    values: "{{ range(1, 100) }}"
    concurrencyLimit: 0
    tasks: [{ id: say, type: io.kestra.plugin.core.debug.Return, format: x }]
  - { id: script, type: io.kestra.plugin.scripts.shell.Script, script: echo }`)

  const [some, all] = [10, 200].map(runsMax =>
    JSON.parse(presentExecution(state, plan, { dialect: 'b', nowMs: BASE_MS, runsMax })),
  )

  assert.deepEqual(
    [some.taskRunList.length, some.taskRunListTotal, some.taskRunList.at(-1).taskId],
    [11, 102, 'script'],
  )
  assert.deepEqual([all.taskRunList.length, all.taskRunListTotal], [102, undefined])
})

test('the shapes of the dialects differ in tenant and length; runs name their owner in both', () => {
  const { state, plan } = play('tasks:\n  - { id: a, type: io.kestra.plugin.core.debug.Return, format: x }')
  const look = { nowMs: BASE_MS, url: 'http://x/ui' }

  const [one, two] = (['b', 'c'] as const).map(dialect =>
    JSON.parse(presentExecution(state, plan, { ...look, dialect })),
  )
  const light = JSON.parse(presentLightExecution(state, plan, { ...look, dialect: 'c' }))
  const hook = JSON.parse(presentWebhook(state, plan, { ...look, dialect: 'b' }))

  assert.deepEqual([one.tenantId, two.tenantId], [undefined, 'main'])
  assert.deepEqual([one.taskRunList[0].flowId, two.taskRunList[0].flowId], ['f', 'f'])
  assert.equal('taskRunList' in light, false)
  assert.deepEqual(Object.keys(hook), [
    'id',
    'namespace',
    'flowId',
    'flowRevision',
    'labels',
    'state',
    'originalId',
    'url',
  ])
  assert.equal(one.state.duration, 'PT0S')
  assert.equal(one.state.endDate, '2031-04-05T06:07:08.009Z')
})

const CHILD = '0abcdefg00bbbbbbbbbbbb'

function play(body: string, birth: Partial<Birth> = {}): { readonly state: ExecutionState; readonly plan: Plan } {
  const parsed = parseFlow(`id: f\nnamespace: a.b\n${body}`, { catalogue: createCatalogue() })
  assert.ok(parsed.flow, JSON.stringify(parsed.diagnostics))
  const plan = compilePlan(parsed.flow, { tenant: 'main', revision: 3 })
  const { state } = openExecution(ID, { ...birthOf(plan), ...birth }, plan, envAt(BASE_MS))
  return { state, plan }
}

function birthOf(plan: Plan): Birth {
  const { id: flowId, namespace } = plan.flow
  return { tenant: 'main', namespace, flowId, revision: 3, inputs: {}, labels: [] }
}

function advance(state: ExecutionState, plan: Plan, signals: readonly Signal[], afterMs: number): void {
  runTurn({ state, plan, env: envAt(BASE_MS + afterMs) }, signals)
}

function envAt(nowMs: number): TurnEnv {
  return {
    nowMs,
    zone: 'UTC',
    locale: 'en',
    fuel: new Fuel(),
    random: () => 0.5,
    configuredRoots: new Map(),
    newId: () => CHILD,
    prepareChild: ({ tenant, namespace, flowId, labels, trigger }) => ({
      birth: { tenant, namespace, flowId, revision: 1, inputs: {}, labels, trigger },
    }),
  }
}

function show(state: ExecutionState, plan: Plan, more: { readonly claims?: ReadonlyMap<number, number> } = {}): Shown {
  return JSON.parse(presentExecution(state, plan, { dialect: 'b', nowMs: BASE_MS, ...more }))
}

function historyOf(shown: Shown): readonly string[] {
  return shown.state.histories.map(moment => moment.state)
}

function runsOf(document: Shown): Readonly<Record<string, string>> {
  const lines = document.taskRunList.map(run => {
    const attempts = run.attempts.map(attempt => attempt.state.current).join(' ')
    return [run.taskId, `${historyOf(run).join(' ')} | ${attempts}`]
  })
  return Object.fromEntries(lines)
}
