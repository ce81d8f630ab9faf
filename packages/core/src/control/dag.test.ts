import assert from 'node:assert/strict'
import { test } from 'node:test'
import { JOB, play } from '../execution/testing/player.ts'

interface Node {
  readonly id: string
  readonly after?: readonly string[]
  readonly more?: string
}

function dag(nodes: readonly Node[], head = ''): string {
  const tasks = nodes.map(
    ({ id, after = [], more = '' }) =>
      `{ task: { id: ${id}, type: ${JOB} ${more} }, dependsOn: [${after.join(', ')}] }`,
  )
  return `tasks: [{ id: graph, type: core.flow.Dag, ${head} tasks: [${tasks.join(', ')}] }]`
}

const DIAMOND: readonly Node[] = [
  { id: 'last', after: ['left', 'right'] },
  { id: 'left', after: ['first'] },
  { id: 'right', after: ['first'] },
  { id: 'first' },
]

test('a task begins when all that it depends on has ended, whatever the order of declaration', () => {
  const player = play(dag(DIAMOND))
  assert.equal(player.out, 'first')
  player.settle('first')
  assert.equal(player.out, 'left right')
  player.settle('right')
  assert.equal(player.out, 'left')
  player.settle('left', 'WARNING')
  assert.equal(player.out, 'last')
  player.settle('last')

  assert.equal(player.history, 'CREATED RUNNING WARNING')
  assert.equal(player.order, 'graph first left right last')
})

test('concurrent limits how many run at a time', () => {
  const player = play(dag([{ id: 'a' }, { id: 'b' }, { id: 'c' }], 'concurrent: 2,'))
  assert.equal(player.out, 'a b')
  player.settle('b')
  assert.equal(player.out, 'a c')
})

test('a failed task stops further scheduling, and what runs goes on', () => {
  const player = play(dag([{ id: 'a' }, { id: 'b' }, { id: 'c', after: ['b'] }]))
  player.settle('a', 'FAILED')
  assert.equal(player.states['graph'], 'FAILED')
  player.settle('b')

  assert.equal('c' in player.states, false)
  assert.equal(player.history, 'CREATED RUNNING FAILED')
})

test('a skipped dependency counts, and a disabled one is waited for by nobody', () => {
  const player = play(
    dag([
      { id: 'a', more: ", runIf: 'false'" },
      { id: 'b', more: ', disabled: true' },
      { id: 'c', after: ['a', 'b'] },
    ]),
  )
  assert.equal(player.out, 'c')
  player.settle('c')

  assert.equal(player.history, 'CREATED RUNNING SUCCESS')
})

test('a restart runs the failed task again and then what depends on it', () => {
  const player = play(dag([{ id: 'a' }, { id: 'b', after: ['a'] }]))
  player.settle('a', 'FAILED')
  player.restart()
  assert.equal(player.out, 'a')
  player.settle('a')
  player.settle('b')

  assert.equal(player.state.state, 'SUCCESS')
})

test('a hundred tasks in a chain run one after the other', () => {
  const nodes = Array.from({ length: 100 }, (_, at) => ({ id: `t${at}`, after: at === 0 ? [] : [`t${at - 1}`] }))
  const player = play(dag(nodes))
  for (const { id } of nodes) {
    assert.equal(player.out, id)
    player.settle(id)
  }

  assert.equal(player.state.state, 'SUCCESS')
})

test('a task for which there is room begins before the failure of another group closes the Dag', () => {
  const player = play(`
labels: { dialect: "2" }
tasks:
  - id: all
    type: core.flow.Parallel
    tasks:
      - { id: refused, type: core.execution.Labels, labels: { system.x: y } }
      - id: graph
        type: core.flow.Dag
        concurrent: 2
        tasks:
          - { task: { id: quick, type: core.debug.Return, format: x } }
          - { task: { id: a, type: ${JOB} } }
          - { task: { id: b, type: ${JOB} } }`)

  assert.equal(player.states['b'], 'FAILED')
})
