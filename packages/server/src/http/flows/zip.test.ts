import assert from 'node:assert/strict'
import { buffer } from 'node:stream/consumers'
import { test } from 'node:test'
import { readZip, writeZip } from './zip.ts'

test('what was written is read again, whatever the names and texts', async () => {
  const entries = [
    { name: 'a.b.yml', text: 'id: b\n' },
    { name: 'ü/ñ.yml', text: 'x'.repeat(100_000) },
    { name: 'empty.yml', text: '' },
  ]

  const bytes = await buffer(writeZip(entries))

  assert.deepEqual(readZip(bytes), entries)
  assert.ok(bytes.length < 2_000)
})

test('what is no zip file, or a damaged one, is refused', async () => {
  const whole = await buffer(writeZip([{ name: 'a.yml', text: 'id: a' }]))

  for (const bytes of [Buffer.from('id: a'), Buffer.alloc(0), whole.subarray(0, 40), whole.subarray(20)])
    assert.throws(() => readZip(bytes), /zip file cannot be read/)
})
