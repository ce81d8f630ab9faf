import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Retry } from '../flow/flow.ts'
import { retryAt } from './retry.ts'
import { BASE_MS, JOB, play } from './testing/player.ts'

const BASE = { warningOnRetry: false, behavior: 'RETRY_FAILED_TASK' } as const
const FACTS = { firstStartedMs: 0, endedMs: 10_000 }

function delays(policy: Retry, attempts: number): (number | undefined)[] {
  return Array.from({ length: attempts }, (_, at) => {
    const atMs = retryAt(policy, { ...FACTS, attempts: at + 1 }, () => 0.5)
    return atMs === undefined ? undefined : atMs - FACTS.endedMs
  })
}

test('a constant interval counts from the end of the attempt, maxAttempts counts the first one too', () => {
  const policy: Retry = { ...BASE, type: 'constant', intervalMs: 500, maxAttempts: 3 }

  assert.deepEqual(delays(policy, 4), [500, 500, undefined, undefined])
})

test('an exponential interval grows by its factor up to the longest one', () => {
  const policy: Retry = { ...BASE, type: 'exponential', intervalMs: 100, maxIntervalMs: 1_000, delayFactor: 3 }

  assert.deepEqual(delays(policy, 5), [100, 300, 900, 1_000, 1_000])
})

test('a random interval lies between its bounds', () => {
  const policy: Retry = { ...BASE, type: 'random', minIntervalMs: 100, maxIntervalMs: 300 }

  assert.deepEqual(delays(policy, 2), [200, 200])
  const at = (chance: number): number | undefined => retryAt(policy, { ...FACTS, attempts: 1 }, () => chance)
  assert.deepEqual([at(0), at(0.999)], [10_100, 10_299])
})

test('an attempt that would begin after maxDuration is not made', () => {
  const policy: Retry = { ...BASE, type: 'constant', intervalMs: 2_000, maxDurationMs: 12_000 }

  assert.equal(retryAt(policy, { ...FACTS, attempts: 1 }, Math.random), 12_000)
  assert.equal(retryAt(policy, { ...FACTS, endedMs: 10_001, attempts: 1 }, Math.random), undefined)
})

test('a duration of 6 seconds and an interval of 2 make three attempts', () => {
  const player = play(`
tasks: [{ id: t, type: ${JOB}, retry: { type: constant, interval: PT2S, maxDuration: PT6S } }]`)
  for (let attempt = 1; !player.isEnded; attempt++) {
    assert.ok(attempt <= 3)
    player.nowMs += 900
    player.settle('t', 'FAILED')
    if (!player.isEnded) player.retry('t')
  }

  assert.equal(player.run('t').attempts.length, 3)
})

test('the timer of a retry is set to its hour, and too early a word changes nothing', () => {
  const player = play(`tasks: [{ id: t, type: ${JOB}, retry: { type: constant, interval: PT2S, maxAttempts: 2 } }]`)
  player.settle('t', 'FAILED')

  assert.equal(player.state.timers.get('retry:0'), BASE_MS + 2_000)
  const early = player.take({ type: 'timer', executionId: player.state.id, name: 'retry:0' })

  assert.deepEqual(early.events, [])
  assert.equal(player.history, 'CREATED RUNNING RETRYING')
})

test('a task that succeeds when tried again is a warning where it says so', () => {
  const player = play(`
tasks:
  - { id: a, type: ${JOB}, retry: { type: constant, interval: PT1S, maxAttempts: 2, warningOnRetry: true } }
  - { id: b, type: ${JOB}, retry: { type: constant, interval: PT1S, maxAttempts: 2, warningOnRetry: true } }`)
  player.settle('a', 'FAILED')
  player.retry('a')
  player.settle('a')
  player.settle('b')

  assert.deepEqual(player.states, { a: 'WARNING', b: 'SUCCESS' })
  assert.equal(player.run('a').attempts.at(-1)?.state, 'SUCCESS')
})

test('only the own retry of a task postpones what allowFailure makes of its failure', () => {
  const own = play(`
tasks: [{ id: t, type: ${JOB}, allowFailure: true, retry: { type: constant, interval: PT1S, maxAttempts: 2 } }]`)
  const inherited = play(`
tasks: [{ id: t, type: ${JOB}, allowFailure: true }]
retry: { type: constant, interval: PT1S, maxAttempts: 2 }`)

  own.settle('t', 'FAILED')
  inherited.settle('t', 'FAILED')

  assert.equal(own.states['t'], 'RETRYING')
  own.retry('t')
  own.settle('t', 'FAILED')
  assert.deepEqual([own.states['t'], own.history.split(' ').at(-1)], ['WARNING', 'WARNING'])
  assert.equal(inherited.states['t'], 'WARNING')
})

test('the nearest retry above a task counts, and those of the flow last', () => {
  const player = play(`
tasks:
  - id: group
    type: core.flow.Sequential
    retry: { type: constant, interval: PT9S, maxAttempts: 2 }
    tasks:
      - { id: near, type: core.flow.Sequential, tasks: [{ id: a, type: ${JOB} }] }
      - { id: own, type: ${JOB}, retry: { type: constant, interval: PT5S, maxAttempts: 2 } }
  - { id: top, type: ${JOB} }
retry: { type: constant, interval: PT1S, maxAttempts: 2 }`)
  const waits = (name: string): number => {
    player.settle(name, 'FAILED')
    const delay = (player.state.timers.get(`retry:${player.run(name).ordinal}`) ?? 0) - player.nowMs
    player.retry(name)
    player.settle(name)
    return delay
  }

  assert.deepEqual([waits('a'), waits('own'), waits('top')], [9_000, 5_000, 1_000])
  assert.equal(player.history.split(' ').at(-1), 'SUCCESS')
})

test('errors run when the last attempt has failed, at every level', () => {
  const player = play(`
tasks:
  - id: group
    type: core.flow.Sequential
    tasks: [{ id: t, type: ${JOB} }]
    errors: [{ id: e1, type: core.debug.Return, format: x }]
errors: [{ id: e2, type: core.debug.Return, format: x }]
retry: { type: constant, interval: PT1S, maxAttempts: 2 }`)
  player.settle('t', 'FAILED')
  assert.equal(player.order, 'group t')

  player.retry('t')
  player.settle('t', 'FAILED')

  assert.equal(player.order, 'group t e1 e2')
})

test('siblings go on while one waits to be tried again, and the execution shows RETRYING', () => {
  const player = play(`
tasks:
  - id: all
    type: core.flow.Parallel
    concurrent: 2
    tasks:
      - { id: t, type: ${JOB}, retry: { type: constant, interval: PT9S, maxAttempts: 2 } }
      - { id: a, type: ${JOB} }
      - { id: b, type: ${JOB} }`)
  player.settle('t', 'FAILED')
  assert.equal(player.history, 'CREATED RUNNING RETRYING')

  player.settle('a')
  assert.equal(player.out, 'b')
  player.settle('b')
  assert.equal(player.isEnded, false)
  player.retry('t')
  player.settle('t')

  assert.equal(player.history, 'CREATED RUNNING RETRYING RUNNING SUCCESS')
})

test('two that wait to be tried again: the execution runs when the last of them does', () => {
  const player = play(`
tasks:
  - id: all
    type: core.flow.Parallel
    tasks:
      - { id: a, type: ${JOB}, retry: { type: constant, interval: PT1S, maxAttempts: 2 } }
      - { id: b, type: ${JOB}, retry: { type: constant, interval: PT5S, maxAttempts: 2 } }`)
  player.settle('a', 'FAILED')
  player.settle('b', 'FAILED')

  player.retry('a')
  assert.equal(player.history, 'CREATED RUNNING RETRYING')
  player.retry('b')
  assert.equal(player.history, 'CREATED RUNNING RETRYING RUNNING')
})

test('a kill while a task waits to be tried again ends it at once, and its hour never comes', () => {
  const player = play(`tasks: [{ id: t, type: ${JOB}, retry: { type: constant, interval: PT9S, maxAttempts: 2 } }]`)
  player.settle('t', 'FAILED')

  player.kill()

  assert.equal(player.history, 'CREATED RUNNING RETRYING KILLING KILLED')
  assert.equal(player.states['t'], 'KILLED')
  assert.equal(player.state.timers.size, 0)
})

test('each attempt of a job is an epoch of its own, and a result of an older one changes nothing', () => {
  const player = play(`tasks: [{ id: t, type: ${JOB}, retry: { type: constant, interval: PT1S, maxAttempts: 2 } }]`)
  const old = player.settlement(player.run('t'), 'SUCCESS')
  player.settle('t', 'FAILED')
  player.retry('t')

  assert.equal(player.run('t').epoch, 2)
  assert.deepEqual(player.take(old).events, [])
  assert.equal(player.states['t'], 'SUBMITTED')
  player.settle('t')
  assert.deepEqual(player.take(player.settlement(player.run('t'), 'FAILED')).events, [])
  assert.equal(player.history, 'CREATED RUNNING RETRYING RUNNING SUCCESS')
})

test('lost workers are counted apart from retries, and three of them fail the task', () => {
  const player = play(`tasks: [{ id: t, type: ${JOB}, retry: { type: constant, interval: PT1S, maxAttempts: 2 } }]`)
  player.lose('t')
  player.lose('t')
  assert.deepEqual([player.run('t').epoch, player.run('t').attempts.length], [3, 0])

  player.lose('t')

  assert.match(player.logs.join(), /WORKER_LOST/)
  assert.equal(player.states['t'], 'RETRYING')
  player.retry('t')
  player.settle('t')
  assert.equal(player.states['t'], 'SUCCESS')
})

test('what a later attempt leaves takes the place of what an earlier one left', () => {
  const player = play(`
tasks:
  - { id: t, type: ${JOB}, retry: { type: constant, interval: PT1S, maxAttempts: 2 } }
  - { id: seen, type: core.debug.Return, format: "{{ outputs.t | toJson }}" }`)
  player.settle('t', 'FAILED', { first: 1, list: [1] })
  player.retry('t')
  player.settle('t', 'SUCCESS', { second: 2, list: [2] })

  assert.equal(player.run('seen').outputs?.['value' as never], '{"second":2,"list":[2]}')
})
