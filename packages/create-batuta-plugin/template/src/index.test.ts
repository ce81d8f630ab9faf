import assert from 'node:assert/strict'
import { writeFile } from 'node:fs/promises'
import { test } from 'node:test'
import { bindProperties, createTestRunContext, runTask } from '@batuta/plugin-sdk'
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
  const look = (): ReturnType<typeof fileTrigger.evaluate> =>
    fileTrigger.evaluate(run.ctx, bindProperties(fileTrigger.properties, { path }, run.ctx))

  const before = await look()
  await writeFile(path, 'a,b\n')

  assert.equal(before, undefined)
  assert.deepEqual(await look(), { path, size: 4 })
})
