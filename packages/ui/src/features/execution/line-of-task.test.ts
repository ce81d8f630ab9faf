import assert from 'node:assert/strict'
import { test } from 'node:test'
import { taskInSource } from './line-of-task.ts'

const source = `id: load
namespace: company
tasks:
  - id: fetch
    type: a.B
    commands:
      - one

      - two
  - type: c.D
    id: "load"
    tasks:
      - {id: inner, type: e.F}
triggers:
  - id: day
`

test('a task is found with all that belongs to it', () => {
  assert.deepEqual(taskInSource(source, 'fetch'), {
    line: 4,
    text: '- id: fetch\n  type: a.B\n  commands:\n    - one\n\n    - two',
  })
})

test('the id of the flow is no task, and the id need not come first', () => {
  const found = taskInSource(source, 'load')

  assert.equal(found?.line, 11)
  assert.match(found?.text ?? '', /^- type: c\.D\n {2}id: "load"/)
})

test('a task within braces is found; what is not there is not', () => {
  assert.deepEqual(taskInSource(source, 'inner'), { line: 13, text: '- {id: inner, type: e.F}' })
  assert.equal(taskInSource(source, 'nothing'), undefined)
})
