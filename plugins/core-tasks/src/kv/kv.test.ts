import assert from 'node:assert/strict'
import { test, type TestContext } from 'node:test'
import { createTestRunContext, runTask } from '@batuta/plugin-sdk'
import type { TestResult, Value, ValueMap } from '@batuta/plugin-sdk'
import { tasks } from '../index.ts'

type Question = readonly [name: string, args: ValueMap]

async function runType(
  t: TestContext,
  type: string,
  properties: ValueMap,
  answer: Value = null,
): Promise<{ readonly result: TestResult; readonly asked: readonly Question[] }> {
  const asked: Question[] = []
  const run = await createTestRunContext({
    variables: { inputs: { n: 4, map: { a: 1 } } },
    answer: (name, args) => {
      asked.push([name, args])
      return answer
    },
  })
  t.after(() => run.close())
  const task = tasks.find(each => each.type === `io.kestra.plugin.core.kv.${type}`)
  assert.ok(task, type)
  return { result: await runTask(task, properties, run), asked }
}

test('Set hands over the value with its type, and as text where a type is asked for', async t => {
  const typed = await runType(t, 'Set', { key: 'k{{ inputs.n }}', value: '{{ inputs.map }}', ttl: 'PT1S' })
  const text = await runType(t, 'Set', { key: 'k', value: '{{ inputs.n }}', kvType: 'STRING', overwrite: false })

  const [name, args] = typed.asked[0] ?? []
  assert.equal(name, 'kv.set')
  assert.partialDeepStrictEqual(args, { key: 'k4', namespace: 'test', value: { a: 1 }, type: null, ttlMs: 1000 })
  assert.partialDeepStrictEqual(text.asked[0]?.[1], { value: '4', type: 'STRING', overwrite: false })
})

test('Get gives a value, or nothing at all', async t => {
  const found = await runType(t, 'Get', { key: 'k' }, { value: null })
  const missing = await runType(t, 'Get', { key: 'k' }, {})

  assert.deepEqual(found.result.outputs, { value: null })
  assert.deepEqual(missing.result.outputs, {})
})

test('PurgeKV asks for what its behaviour says', async t => {
  const expired = await runType(t, 'PurgeKV', {}, 3)
  const versions = await runType(t, 'PurgeKV', {
    behavior: { type: 'version', before: '2031-01-01T00:00:00Z', keepAmount: 2 },
  })
  const wrong = await runType(t, 'PurgeKV', { behavior: { type: 'version', before: 'soon' } })

  assert.deepEqual(expired.result.outputs, { size: 3 })
  assert.partialDeepStrictEqual(expired.asked[0]?.[1], { behavior: 'key', expiredOnly: true, namespaces: null })
  assert.partialDeepStrictEqual(versions.asked[0]?.[1], { beforeMs: Date.UTC(2031, 0, 1), keepAmount: 2 })
  assert.match(wrong.result.message ?? '', /"behavior\.before" must be a date/)
})
