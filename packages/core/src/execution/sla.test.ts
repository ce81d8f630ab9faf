import assert from 'node:assert/strict'
import { test } from 'node:test'
import { BASE_MS, JOB, play, type Player } from './testing/player.ts'

const slow = (behavior: string, more = ''): string => `
sla:
  - { id: quick, type: MAX_DURATION, behavior: ${behavior}, duration: PT1M, labels: { sla: missed, of: "{{ flow.id }}" } }
tasks:
  - { id: before, type: ${JOB} }
  - id: both
    type: io.kestra.plugin.core.flow.Parallel
    tasks: [{ id: a, type: ${JOB} }, { id: child, type: io.kestra.plugin.core.flow.Subflow, flowId: c, namespace: a.b }]
errors: [{ id: e, type: ${JOB} }]
finally: [{ id: f, type: ${JOB} }]
afterExecution: [{ id: seen, type: io.kestra.plugin.core.debug.Return, format: '{{ execution.state }}' }]
${more}`

for (const [behavior, state] of [
  ['FAIL', 'FAILED'],
  ['CANCEL', 'CANCELLED'],
] as const) {
  test(`an execution that lasts too long is ${state} by ${behavior}: what runs is killed, and what comes after it runs`, () => {
    const player = play(slow(behavior))
    player.settle('before')
    player.effects.length = 0

    player.fire('sla:0')

    assert.equal(player.history, `CREATED RUNNING ${state}`)
    assert.deepEqual(player.states, {
      before: 'SUCCESS',
      both: 'KILLED',
      a: 'KILLED',
      child: 'KILLED',
      seen: 'SUCCESS',
    })
    assert.deepEqual(player.run('seen').outputs, { value: state })
    assert.deepEqual(labelsOf(player), { sla: 'missed', of: 'f' })
    assert.equal(player.isEnded, true)
    const sent = player.effects.flatMap(effect => (effect.type === 'signal' ? [effect.signal] : []))
    assert.ok(sent.some(signal => signal.type === 'command' && signal.command.name === 'kill'))
    assert.ok(player.effects.some(effect => effect.type === 'kill-job'))
  })
}

test('NONE sets labels and stops nothing', () => {
  const player = play(slow('NONE'))

  player.fire('sla:0')

  assert.equal(player.history, 'CREATED RUNNING')
  assert.deepEqual(labelsOf(player), { sla: 'missed', of: 'f' })
  assert.equal(player.out, 'before')
})

test('the time begins with the birth, or with the hour that the execution was made for', () => {
  const scheduledMs = BASE_MS + 3_600_000

  assert.equal(play(slow('FAIL')).state.timers.get('sla:0'), BASE_MS + 60_000)
  assert.equal(play(slow('FAIL'), { birth: { scheduledMs } }).state.timers.get('sla:0'), scheduledMs + 60_000)
})

test('the last moment of a kept promise leaves no timer', () => {
  const player = play(`
sla: [{ id: quick, type: MAX_DURATION, behavior: FAIL, duration: PT1M }]
tasks: [{ id: t, type: ${JOB} }]`)

  player.settle('t')

  assert.equal(player.state.timers.size, 0)
})

const bound = (behavior: string, dialect = ''): string => `${dialect}
sla:
  - { id: bound, type: EXECUTION_ASSERTION, behavior: ${behavior}, assert: "{{ outputs.a.n < 10 }}", labels: { broken: bound } }
tasks: [{ id: a, type: ${JOB} }, { id: b, type: ${JOB} }]`

test('an assertion is judged between two tasks, and one that cannot be rendered yet is kept', () => {
  const kept = play(bound('FAIL'))
  kept.settle('a', 'SUCCESS', { n: 5 })
  kept.settle('b')
  const broken = play(bound('CANCEL'))
  broken.settle('a', 'SUCCESS', { n: 50 })

  assert.equal(kept.history, 'CREATED RUNNING SUCCESS')
  assert.equal(broken.history, 'CREATED RUNNING CANCELLED')
  assert.equal(broken.order, 'a')
  assert.deepEqual(labelsOf(broken), { broken: 'bound' })
})

test('an assertion that only tells is broken once', () => {
  const player = play(bound('NONE'))
  player.settle('a', 'SUCCESS', { n: 50 })
  player.settle('b')

  assert.equal(player.history, 'CREATED RUNNING SUCCESS')
  const told = player.effects.filter(effect => effect.type === 'log' && effect.entry.message.includes('SLA'))
  assert.equal(told.length, 1)
})

test('in dialect 2 an assertion is judged before the first task, and one that cannot be rendered is broken', () => {
  const player = play(bound('FAIL', 'labels: { dialect: "2" }'))

  assert.equal(player.history, 'CREATED FAILED')
  assert.equal(player.order, '')
})

function labelsOf({ state }: Player): Readonly<Record<string, string>> {
  return Object.fromEntries(state.labels.filter(({ key }) => key !== 'dialect').map(({ key, value }) => [key, value]))
}
