import assert from 'node:assert/strict'
import { test } from 'node:test'
import { mapFrom } from '../std/value.ts'
import { replaceTask } from './replace-task.ts'

const NEW = mapFrom([
  ['id', 'b'],
  ['type', 'core.log.Log'],
  ['message', ['x', 'y: z']],
])

test('a task in a list of blocks is exchanged, and all around it stays', () => {
  const source = `# mine
id: f
tasks:
  - id: a
    type: core.debug.Return
  # about b
  - id: b
    type: core.debug.Return
    format: |
      text

      more

  - id: c # last
    type: core.debug.Return
`
  assert.equal(
    replaceTask(source, 'b', NEW),
    `# mine
id: f
tasks:
  - id: a
    type: core.debug.Return
  # about b
  - id: b
    type: core.log.Log
    message:
      - x
      - "y: z"

  - id: c # last
    type: core.debug.Return
`,
  )
})

test('a list that is not indented, a task inside another one, and the end of the text', () => {
  const source =
    'id: f\ntasks:\n- id: p\n  type: core.flow.Sequential\n  tasks:\n  - id: b\n    type: core.debug.Return'

  assert.equal(
    replaceTask(source, 'b', NEW),
    'id: f\ntasks:\n- id: p\n  type: core.flow.Sequential\n  tasks:\n  - id: b\n    type: core.log.Log\n    message:\n      - x\n      - "y: z"',
  )
})

test('a task between braces stays between braces', () => {
  const source = `tasks: [{id: a, type: t}, {id: b, type: t, format: "}", more: ['{']}] # end`

  assert.equal(
    replaceTask(source, 'b', NEW),
    'tasks: [{id: a, type: t}, {"id":"b","type":"core.log.Log","message":["x","y: z"]}] # end',
  )
})

test('a task that is not there is not exchanged, nor is what only has its id', () => {
  assert.equal(replaceTask('tasks: [{id: a, type: t}]', 'b', NEW), undefined)
  assert.equal(replaceTask('inputs: [{id: b}]', 'b', NEW), undefined)
  assert.equal(replaceTask('tasks: [', 'b', NEW), undefined)
})
