import assert from 'node:assert/strict'
import { test } from 'node:test'
import { createTestRunContext, runTask, type TestResult, type ValueMap } from '@batuta/plugin-sdk'
import { purgeFlows } from './purge-flows.ts'

interface Purged {
  readonly result: TestResult
  readonly asked: readonly (readonly [string, ValueMap])[]
}

async function run(properties: ValueMap): Promise<Purged> {
  const asked: [string, ValueMap][] = []
  const answer = (name: string, args: ValueMap): number => {
    asked.push([name, args])
    return 3
  }
  const context = await createTestRunContext({ variables: { inputs: { n: 4 } }, answer })
  try {
    return { result: await runTask(purgeFlows, properties, context), asked }
  } finally {
    await context.close()
  }
}

test('PurgeFlows asks for what its behaviour says, and puts out how many went', async () => {
  const plain = await run({})
  const full = await run({
    namespacePattern: 'company.*',
    flowPattern: 'f{{ inputs.n }}',
    includeChildNamespaces: false,
    behavior: { type: 'version', before: '2031-01-01T00:00:00Z', keepAmount: '{{ inputs.n }}' },
  })

  assert.deepEqual(plain.result.outputs, { size: 3 })
  assert.partialDeepStrictEqual(plain.asked[0], ['flows.purge', { namespaces: null, keepAmount: 1, beforeMs: null }])
  assert.partialDeepStrictEqual(full.asked[0]?.[1], {
    ...{ namespacePattern: 'company.*', flowPattern: 'f4', includeChildNamespaces: false },
    ...{ beforeMs: Date.UTC(2031, 0, 1), keepAmount: 4 },
  })
})

test('a behaviour that says neither age nor number is refused', async () => {
  const { result, asked } = await run({ behavior: { type: 'version' } })

  assert.match(result.message ?? '', /needs "before" or "keepAmount"/)
  assert.deepEqual(asked, [])
})
