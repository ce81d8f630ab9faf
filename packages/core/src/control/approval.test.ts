import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Answer } from '../execution/event.ts'
import { ID, JOB, play, type Player } from '../execution/testing/player.ts'
import { toPlain } from '../std/value-plain.ts'

const BRANCHES = `
    onApprove: [{ id: granted, type: core.debug.Return, format: yes }]
    onDeny: [{ id: denied, type: core.debug.Return, format: no }]`

function approval(properties = ''): string {
  return `
tasks:
  - id: review
    type: core.flow.Approval
    ${properties}${BRANCHES}
  - { id: end, type: core.debug.Return, format: "{{ outputs.review.decision }} {{ outputs.review.auto }}" }
afterExecution: [{ id: z, type: core.debug.Return, format: "{{ execution.state }}" }]`
}

function decide(player: Player, answer: Answer = {}): string | undefined {
  const { refusals } = player.take({ type: 'command', executionId: ID, command: { name: 'resume', ...answer } })
  return refusals[0]?.code
}

test('an approval runs its tasks, and the flow goes on', () => {
  const player = play(approval())
  assert.equal(player.history, 'CREATED RUNNING PAUSED')
  decide(player, { by: 'ada', comment: 'fine' })

  assert.equal(player.order, 'review granted end z')
  assert.equal(player.history, 'CREATED RUNNING PAUSED RESTARTED RUNNING SUCCESS')
  assert.deepEqual(toPlain(player.run('review').outputs ?? null), {
    decision: 'approve',
    auto: false,
    on: '2031-04-05T06:07:08.000Z',
    inputs: {},
    by: 'ada',
    comment: 'fine',
  })
})

test('a denial runs its tasks, and the execution is cancelled', () => {
  const player = play(approval())
  decide(player, { decision: 'deny' })

  assert.equal(player.order, 'review denied z')
  assert.equal(player.state.state, 'CANCELLED')
  assert.equal(player.states['review'], 'CANCELLED')
  assert.equal(player.isEnded, true)
})

for (const [behavior, state, goesOn] of [
  ['CONTINUE', 'SUCCESS', true],
  ['WARN', 'WARNING', true],
  ['FAIL', 'FAILED', false],
  ['SUCCEED', 'SUCCESS', false],
  ['CANCEL', 'CANCELLED', false],
  ['KILL', 'KILLED', false],
] as const) {
  test(`a denial with ${behavior} ends the execution ${state}`, () => {
    const player = play(approval(`denyBehavior: ${behavior}`))
    decide(player, { decision: 'deny' })

    assert.equal(player.state.state, state)
    assert.equal('end' in player.states, goesOn)
    assert.equal(player.isEnded, true)
  })
}

test('what approves itself does not wait', () => {
  const player = play(approval('autoApprove: "{{ true }}"'))

  assert.equal(player.history, 'CREATED RUNNING SUCCESS')
  assert.equal(player.run('end').outputs?.['value' as never], 'approve true')
})

test('nobody decided in time: the execution is cancelled', () => {
  const player = play(approval('timeout: PT1H'))
  player.fire('timeout:0')

  assert.equal(player.state.state, 'CANCELLED')
  assert.match(player.logs.join(), /Nobody decided/)
})

test('a failed task of the answer is a failure whatever the behavior', () => {
  const player = play(`
tasks:
  - id: review
    type: core.flow.Approval
    onApprove: [{ id: broken, type: core.execution.Fail }]
    errors: [{ id: e, type: core.debug.Return, format: x }]`)
  decide(player)

  assert.deepEqual(player.states, { review: 'FAILED', broken: 'FAILED', e: 'SUCCESS' })
})

test('its tasks for the wait run while it waits', () => {
  const player = play(approval(`onWait: [{ id: tell, type: ${JOB} }, { id: more, type: ${JOB} }]`))
  assert.equal(player.out, 'tell')
  player.settle('tell')

  assert.equal(player.out, 'more')
  assert.equal(player.state.state, 'PAUSED')
})

test('an answer that is neither yes nor no is refused', () => {
  const player = play(approval())

  assert.equal(decide(player, { decision: 'perhaps' }), 'invalid-inputs')
  assert.equal(player.state.state, 'PAUSED')
})
