import assert from 'node:assert/strict'
import { writeFile } from 'node:fs/promises'
import { test } from 'node:test'
import { createTestRunContext, runPoll, runTask } from '@batuta/plugin-sdk'
import { fileTrigger } from './file-trigger.ts'
import { greet } from './greet.ts'

test('Greet renders its properties and gives a text', async t => {
  const run = await createTestRunContext({ variables: { inputs: { name: 'Ada' } } })
  t.after(() => run.close())

  const { state, outputs, metrics } = await runTask(greet, { name: '{{ inputs.name }}' }, run)

  assert.equal(state, 'SUCCESS')
  assert.deepEqual(outputs, { text: 'Hello, Ada!' })
  assert.equal(metrics[0]?.value, 11)
})

test('Greet refuses an empty name', async t => {
  const run = await createTestRunContext()
  t.after(() => run.close())

  const { state, message } = await runTask(greet, { name: ' ' }, run)

  assert.deepEqual([state, message], ['FAILED', '"name" is empty: say who is greeted'])
})

test('FileTrigger starts when the file is there', async t => {
  const run = await createTestRunContext()
  t.after(() => run.close())
  const path = await run.ctx.workingDir.createPath('.csv')

  const before = await runPoll(fileTrigger, { path }, run)
  await writeFile(path, 'a,b\n')
  const after = await runPoll(fileTrigger, { path }, run)

  assert.equal(before.outputs, undefined)
  assert.deepEqual(after.outputs, { path, size: 4 })
})
