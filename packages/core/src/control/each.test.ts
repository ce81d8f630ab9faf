import assert from 'node:assert/strict'
import { test } from 'node:test'
import { JOB, play } from '../execution/testing/player.ts'

function each(type: string, properties: string): string {
  return `
tasks:
  - id: each
    type: core.flow.${type}
    ${properties}
    tasks: [{ id: a, type: ${JOB} }, { id: b, type: ${JOB} }]`
}

test('EachSequential runs value by value, task by task', () => {
  const player = play(each('EachSequential', `value: '["x", "y"]'`))
  for (const name of ['a[x]', 'b[x]', 'a[y]', 'b[y]']) {
    assert.equal(player.out, name)
    player.settle(name)
  }

  assert.equal(player.history, 'CREATED RUNNING SUCCESS')
  assert.deepEqual([player.run('b[y]').iteration, player.run('b[y]').value], [1, 'y'])
})

test('EachParallel runs all tasks of all values at once', () => {
  const player = play(each('EachParallel', 'value: [x, y]'))

  assert.equal(player.out, 'a[x] b[x] a[y] b[y]')
  assert.equal(player.run('b[y]').iteration, 1)
  for (const name of ['b[y]', 'a[x]', 'a[y]', 'b[x]']) player.settle(name)
  assert.equal(player.state.state, 'SUCCESS')
})

test('concurrent of EachParallel limits task runs', () => {
  const player = play(each('EachParallel', 'value: [x, y]\n    concurrent: 3'))
  assert.equal(player.out, 'a[x] b[x] a[y]')
  player.settle('a[y]')

  assert.equal(player.out, 'a[x] b[x] b[y]')
})

for (const type of ['EachSequential', 'EachParallel']) {
  test(`${type} over nothing is a success, and over null a failure`, () => {
    assert.equal(play(each(type, 'value: []')).history, 'CREATED RUNNING SUCCESS')
    const failed = play(each(type, `value: '["x", null]'`))
    assert.equal(failed.states['each'], 'FAILED')
    assert.match(failed.logs.join(), /Found '1' null values on Each/)
  })
}
