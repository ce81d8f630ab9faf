import assert from 'node:assert/strict'
import { test, type TestContext } from 'node:test'
import {
  createTestRunContext,
  isList,
  mapGet,
  runTask,
  type TestResult,
  type Value,
  type ValueMap,
} from '@batuta/plugin-sdk'
import { tasks } from '../index.ts'

const TOKEN = 'PII_MAIL_0123456789abcdef01234567'

async function run(t: TestContext, type: string, properties: ValueMap): Promise<TestResult> {
  const context = await createTestRunContext({
    variables: { inputs: { text: 'from ada@example.org', map: { who: ['ada@example.org', 7] } } },
    answer: (name, args): Value => {
      const values = mapGet(args, 'values') ?? []
      if (name === 'personal.keep') return isList(values) ? values.map(() => TOKEN) : []
      return name === 'personal.open' ? { [TOKEN]: 'ada@example.org' } : 3
    },
  })
  t.after(() => context.close())
  const task = tasks.find(each => each.type === `io.batuta.plugin.core.pii.${type}`)
  assert.ok(task, type)
  return await runTask(task, properties, context)
}

test('Mask gives the value with tokens and says what it found', async t => {
  const text = await run(t, 'Mask', { value: '{{ inputs.text }}' })
  const map = await run(t, 'Mask', { value: '{{ inputs.map }}', action: 'redact' })

  assert.deepEqual(text.outputs, { value: `from ${TOKEN}`, found: { mail: 1 }, count: 1 })
  assert.deepEqual(map.outputs, { value: { who: ['[MAIL]', 7] }, found: { mail: 1 }, count: 1 })
})

test('what is misspelt does not go through unmasked', async t => {
  const cases = [{ kinds: ['email'] }, { actions: { mail: 'hide' } }, { countries: ['XX'] }, { from: 'kestra:///a' }]
  for (const properties of cases) {
    const { outcome } = (await run(t, 'Mask', { value: 'x', ...properties })) as { outcome?: { type?: string } }
    assert.notEqual(outcome?.type, 'success', JSON.stringify(properties))
  }
})

test('Unmask puts back what it knows, and fails for a token of somewhere else', async t => {
  const known = await run(t, 'Unmask', { value: `to ${TOKEN}` })
  const purged = await run(t, 'PurgeTokens', {})

  assert.deepEqual(known.outputs, { value: 'to ada@example.org', count: 1 })
  assert.deepEqual(purged.outputs, { count: 3 })
})
