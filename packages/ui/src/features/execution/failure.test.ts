import assert from 'node:assert/strict'
import { test } from 'node:test'
import { failedRun, messageOfLines } from './failure.ts'

const run = (id: string, state: string, ms: number, total?: number) => ({
  id,
  taskId: id,
  state: {
    current: state,
    histories: [],
    startDate: new Date(0).toISOString(),
    endDate: new Date(ms).toISOString(),
  },
  ...(total === undefined ? {} : { children: { total, live: 0, failed: 1, warned: 0, lanes: 1 } }),
})

test('the task that failed is the last one that did so by itself', () => {
  const runs = [run('a', 'FAILED', 10), run('group', 'FAILED', 99, 3), run('b', 'FAILED', 20), run('c', 'SUCCESS', 30)]

  assert.equal(failedRun(runs)?.id, 'b')
  assert.equal(failedRun([run('c', 'SUCCESS', 30)]), undefined)
})

test('the errors of the last attempt tell what went wrong', () => {
  const line = (level: string, message: string, attemptNumber: number) => ({ level, message, attemptNumber })
  const lines = [
    line('ERROR', 'first', 0),
    line('INFO', 'again', 1),
    line('ERROR', 'connection refused', 1),
    line('ERROR', 'exit code 1', 1),
  ]

  assert.equal(messageOfLines(lines), 'connection refused\nexit code 1')
  assert.equal(messageOfLines([line('INFO', 'only this', 0)]), 'only this')
  assert.equal(messageOfLines([]), undefined)
})
