import assert from 'node:assert/strict'
import { test } from 'node:test'
import { play } from '../execution/testing/player.ts'

const task = (labels: string): string => `
tasks: [{ id: t, type: core.execution.Labels, labels: ${labels} }]`

test('labels come as a map, a list or JSON text, and of equal keys the later wins', () => {
  for (const labels of ['{ a: x }', '[{ key: a, value: x }]', `'{"a": "x"}'`]) {
    const player = play(task(labels), { birth: { labels: [{ key: 'a', value: 'old' }] } })

    assert.deepEqual(player.state.labels, [{ key: 'a', value: 'x' }])
  }
})

test('1.x takes texts only, and 2.0 makes a text of anything', () => {
  for (const labels of ['{ a: 3 }', '[{ key: a, value: true }]', `'{"a": 3}'`]) {
    const old = play(task(labels))
    const recent = play(`labels: { dialect: "2" }${task(labels)}`)

    assert.equal(old.histories['t'], 'CREATED FAILED')
    assert.match(old.logs[0] ?? '', /is (3|true), which is no text/)
    assert.match(recent.state.labels.find(({ key }) => key === 'a')?.value ?? '', /^(3|true)$/)
  }
})

test('labels of the system are refused', () => {
  assert.equal(play(task('{ system.mine: x }')).state.state, 'FAILED')
})
