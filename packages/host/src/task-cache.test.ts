import assert from 'node:assert/strict'
import { test } from 'node:test'
import { decodeValue, encodeValue, isMap, type ValueMap } from '@batuta/core'
import { openTestHost, outputsOf } from './testing/test-host.ts'

const taskCache = { ttl: 'PT1H' }

function contextOf(inputs: ValueMap): string {
  return encodeValue({ flow: { id: 'flow', namespace: 'test', tenantId: 'main', revision: 1 }, inputs })
}

test('what ended well is given again while its properties are the same', async t => {
  const host = await openTestHost(t)
  const properties = { value: '{{ inputs.name }}' }
  const run = async (inputs: ValueMap): Promise<readonly [unknown, number]> => {
    const { key, outcome } = host.start('test.Echo', properties, { taskCache, context: contextOf(inputs) })
    return [outputsOf(await outcome), host.linesOf(key).length]
  }

  assert.deepEqual(await run({ name: 'Ada' }), [{ value: 'Ada' }, 1])
  assert.deepEqual(await run({ name: 'Ada' }), [{ value: 'Ada' }, 0])
  assert.deepEqual(await run({ name: 'Bob' }), [{ value: 'Bob' }, 1])
})

test('what is too old, failed or cannot be told beforehand runs again', async t => {
  const host = await openTestHost(t)
  const timesRun = async (type: string, properties: ValueMap, ttl?: string): Promise<number> => {
    let lines = 0
    for (let index = 0; index < 2; index++) {
      const cache = ttl === undefined ? {} : { ttl }
      const { key, outcome } = host.start(type, properties, { taskCache: cache })
      await outcome
      lines += host.linesOf(key).filter(({ level }) => level === 'INFO' || level === 'ERROR').length
    }
    return lines
  }

  assert.equal(await timesRun('test.Echo', { value: 'a' }), 1)
  assert.equal(await timesRun('test.Echo', { value: 'b' }, 'PT0S'), 2)
  assert.equal(await timesRun('test.Fail', {}), 2)
  assert.equal(await timesRun('test.Echo', { value: 'c', level: 'INFO', row: '{{ ghost }}' }), 2)
  const wrong = await host.run('test.Echo', { value: 'd' }, { taskCache: { ttl: 'soon' } })
  assert.match(wrong.message ?? '', /"taskCache\.ttl" must be an ISO 8601 duration/)
})

test('an entry says when it was made and what came out', async t => {
  const host = await openTestHost(t)

  await host.run('test.Echo', { value: 7 }, { taskCache })

  const entries: string[] = []
  for await (const { uri } of host.store.list('kestra:///test/flow/task/cache')) entries.push(uri)
  assert.equal(entries.length, 1)
  const chunks: Uint8Array[] = []
  for await (const chunk of await host.store.open(entries[0] ?? '')) chunks.push(chunk)
  const entry = decodeValue(Buffer.concat(chunks).toString())
  assert.ok(isMap(entry))
  assert.deepEqual(Object.keys(entry), ['atMs', 'outputs'])
})
