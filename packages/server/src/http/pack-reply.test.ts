import assert from 'node:assert/strict'
import { test } from 'node:test'
import { gunzipSync } from 'node:zlib'
import { packReply } from './pack-reply.ts'
import { json, type Reply } from './reply.ts'

const LONG = { rows: Array.from({ length: 2_000 }, (_, at) => ({ id: at, state: 'SUCCESS' })) }

test('a long document is compressed for whoever takes that, and says so', async () => {
  const reply = await packReply(json(LONG), { 'accept-encoding': 'br, gzip;q=0.8' })

  assert.equal(reply.headers?.['content-encoding'], 'gzip')
  assert.equal(reply.headers?.['vary'], 'accept-encoding')
  assert.deepEqual(JSON.parse(gunzipSync(bytesOf(reply)).toString()), LONG)
  assert.ok(bytesOf(reply).length < JSON.stringify(LONG).length / 4)
})

test('a short document, and one for a client that takes no gzip, are left as they are', () => {
  const [short, long] = [json({ id: 1 }), json(LONG)]

  assert.equal(packReply(short, { 'accept-encoding': 'gzip' }), short)
  assert.equal(packReply(long, {}), long)
  assert.equal(packReply(long, { 'accept-encoding': 'gzip;q=0, identity' }), long)
})

test('the tag of what is compressed is a weak one', async () => {
  const reply = await packReply({ ...json(LONG), headers: { etag: '"7"' } }, { 'accept-encoding': 'gzip' })

  assert.equal(reply.headers?.['etag'], 'W/"7"')
})

function bytesOf(reply: Reply): Uint8Array {
  return reply.type === 'body' ? Buffer.from(reply.body) : Buffer.alloc(0)
}
