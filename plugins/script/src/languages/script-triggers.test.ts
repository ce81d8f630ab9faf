import assert from 'node:assert/strict'
import { test } from 'node:test'
import { runPoll } from '@batuta/plugin-sdk'
import type { PollOptions, PollResult, TaskOutputs, TestRun, Value, ValueMap } from '@batuta/plugin-sdk'
import { triggers } from '../index.ts'
import { openRun } from '../testing/run-type.ts'

const READY = `echo '::{"outputs":{"status":"ready","rows":[1,2]}}::'`

test('a script that ends with the code waited for starts the flow, another does not', async t => {
  const run = await openRun(t)

  const met = await look(run, 'shell.ScriptTrigger', {
    script: `${READY}\nexit 3`,
    exitCondition: 'exit 3',
    edge: false,
  })
  const not = await look(run, 'shell.ScriptTrigger', { script: 'exit 1', exitCondition: 'exit 0', edge: false })

  assert.equal(met?.['condition'], 'exit 3')
  assert.equal(met?.['exitCode'], 3)
  assert.deepEqual(met?.['vars'], { status: 'ready', rows: [1, 2] })
  assert.match(String(met?.['timestamp']), /^\d{4}-\d\d-\d\dT[\d:.]+Z$/)
  assert.equal(not, undefined)
})

test('a condition is a part or a pattern of the values', async t => {
  const run = await openRun(t)
  const ask = (exitCondition: string): Promise<TaskOutputs | undefined> =>
    look(run, 'shell.CommandsTrigger', { commands: [READY], exitCondition, edge: false })

  assert.ok(await ask('"status":"ready"'))
  assert.ok(await ask('status=ready'))
  assert.ok(await ask('status.{1,3}re[a]dy'))
  assert.equal(await ask('stat us'), undefined)
  await assert.rejects(ask('[unclosed'), /\[unclosed/)
})

test('with an edge the flow starts when the condition becomes true, and again only after it was not', async t => {
  const run = await openRun(t)
  const seen: boolean[] = []
  let mark: Value | undefined
  for (const code of [1, 0, 0, 1, 0]) {
    const written = { script: `exit ${code}`, exitCondition: 'exit 0' }
    const found = await poll(run, 'shell.ScriptTrigger', written, { mark })
    mark = found.mark
    seen.push(found.outputs !== undefined)
  }

  assert.deepEqual(seen, [false, true, false, false, true])
})

test('with an edge the flow starts at the next look when a server died before it could', async t => {
  const run = await openRun(t)
  const written = { script: 'exit 0', exitCondition: 'exit 0' }

  await poll(run, 'shell.ScriptTrigger', written)
  const again = await poll(run, 'shell.ScriptTrigger', written)

  assert.equal(again.outputs?.['exitCode'], 0)
})

test('a script that cannot run is an error and no answer', async t => {
  const run = await openRun(t)

  await assert.rejects(
    look(run, 'shell.ScriptTrigger', { script: 'cat kestra:///nowhere.txt', exitCondition: 'exit 0' }),
    /there is no file/,
  )
})

test('Python needs no condition: it waits for success', async t => {
  const run = await openRun(t)

  const found = await look(run, 'python.ScriptTrigger', {
    script: 'from kestra import Kestra\nKestra.outputs({"n": 1})',
  })

  assert.deepEqual(found?.['vars'], { n: 1 })
})

async function look(run: TestRun, type: string, properties: ValueMap): Promise<TaskOutputs | undefined> {
  return (await poll(run, type, properties)).outputs
}

async function poll(run: TestRun, type: string, properties: ValueMap, options?: PollOptions): Promise<PollResult> {
  const trigger = triggers.find(each => each.type === `io.kestra.plugin.scripts.${type}`)
  assert.ok(trigger?.kind === 'polling trigger', type)
  return await runPoll(trigger, properties, run, options)
}
