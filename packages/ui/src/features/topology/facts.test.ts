import assert from 'node:assert/strict'
import { test } from 'node:test'
import { findNeighbour } from './find-neighbour.ts'
import { flowBlocks } from './flow-blocks.ts'
import { layOut } from './layout.ts'
import { factsOfRuns } from './task-facts.ts'

test('of several runs of a task the state is told that one must know of', () => {
  const run = (taskId: string, current: string): { taskId: string; state: { current: string } } => ({
    taskId,
    state: { current },
  })

  const facts = factsOfRuns([run('a', 'SUCCESS'), run('a', 'FAILED'), run('a', 'RUNNING'), run('b', 'SUCCESS')])

  assert.deepEqual(facts.get('a'), { state: 'FAILED', count: 3, done: 2, attempts: 0 })
  assert.equal(facts.get('b')?.state, 'SUCCESS')
})

test('arrow keys follow the lines, through groups and out of them', () => {
  const layout = layOut(
    flowBlocks({
      tasks: [
        { id: 'a', type: 'x.Log' },
        {
          id: 'p',
          type: 'x.Parallel',
          tasks: [
            { id: 'b', type: 'x.Log' },
            { id: 'c', type: 'x.Log' },
          ],
        },
        { id: 'd', type: 'x.Log' },
      ],
    }),
  )

  assert.equal(findNeighbour(layout, 'tasks[0]', 'ArrowRight'), 'tasks[1].tasks[0]')
  assert.equal(findNeighbour(layout, 'tasks[1].tasks[0]', 'ArrowDown'), 'tasks[1].tasks[1]')
  assert.equal(findNeighbour(layout, 'tasks[1].tasks[1]', 'ArrowRight'), 'tasks[2]')
  assert.equal(findNeighbour(layout, 'tasks[2]', 'ArrowRight'), undefined)
  assert.equal(findNeighbour(layout, 'tasks[1].tasks[0]', 'ArrowUp'), 'tasks[1]')
})
