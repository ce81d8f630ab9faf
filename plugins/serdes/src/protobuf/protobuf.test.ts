import assert from 'node:assert/strict'
import { test } from 'node:test'
import { convert, openTestRun, textOf } from '../testing/convert.ts'
import { protobufToIon } from './protobuf-to-ion.ts'

/** A descriptor set with `shop.Order` and `shop.Line`, and an order, both by another implementation. */
const TYPES = Buffer.from(
  'Co4DCgpzaG9wLnByb3RvEgRzaG9wIs8CCgVPcmRlchIKCgJpZBgBIAEoAxIMCgRuYW1lGAIgASgJEgwKBG51bXMYAyADKBESIAoFcmF0ZXMYBCADKAsyES5zaG9wLk9yZGVyLlJhdGVzEh4KBGtpbmQYBSABKA4yEC5zaG9wLk9yZGVyLktpbmQSGAoEbGluZRgGIAEoCzIKLnNob3AuTGluZRIZCgVsaW5lcxgHIAMoCzIKLnNob3AuTGluZRIOCgJvaxgIIAEoCEIASAASCwoDcmF3GAkgASgMEgkKAWYYCiABKAYSJgoCYXQYCyABKAsyGi5nb29nbGUucHJvdG9idWYuVGltZXN0YW1wEgwKBHplcm8YDCABKA0aJwoFUmF0ZXMSCwoDa2V5GAEgASgJEg0KBXZhbHVlGAIgASgBOgI4ASIZCgRLaW5kEggKBE5PTkUQABIHCgNCSUcQAkIFCgNfb2siIAoETGluZRILCgNza3UYASABKAkSCwoDcXR5GAIgASgCYgZwcm90bzMKXQoVZ29vZ2xlX3Byb3RvYnVmLnByb3RvEg9nb29nbGUucHJvdG9idWYiKwoJVGltZXN0YW1wEg8KB3NlY29uZHMYASABKAMSDQoFbmFub3MYAiABKAViBnByb3RvMw==',
  'base64',
)
const ORDER = Buffer.from(
  'CIGAgICAgIAQEgRBZMOpGgQBBNcEIgwKAWERAAAAAAAA+D8iDAoBYhEAAAAAAAAAQCgCMggKAXgVAAAAPzoDCgF5OgBAAEoCAQJRBQAAAAAAAABaCQiA4s+qBhCIJw==',
  'base64',
)
const ROW =
  '{"id":9007199254740993,"name":"Adé","nums":[-1,2,-300],"rates":{"a":1.5e0,"b":2e0},"kind":"BIG","line":{"sku":"x","qty":0.5e0},' +
  '"lines":[{"sku":"y","qty":0e0},{"sku":"","qty":0e0}],"ok":false,"raw":{{AQI=}},"f":5,"at":2023-11-14T22:13:20.000005Z,"zero":0}\n'

test('messages become rows: wide numbers, packed lists, maps, enums, moments, defaults', async t => {
  const run = await openTestRun(t)
  const descriptorFile = await run.ctx.files.put(TYPES)

  const one = await convert(run, protobufToIon, ORDER, { descriptorFile, typeName: 'shop.Order' })
  const length = Buffer.from([(ORDER.length & 0x7f) | 0x80, ORDER.length >> 7])
  const several = await convert(run, protobufToIon, Buffer.concat([length, ORDER, Buffer.from([0])]), {
    ...{ descriptorFile, typeName: 'shop.Order', delimited: true },
  })

  assert.equal(await textOf(run, one), ROW)
  assert.equal(several.outputs['size'], 2)
  assert.ok((await textOf(run, several)).startsWith(ROW))
})

test('a type that is not there, unknown fields and broken messages are said', async t => {
  const run = await openTestRun(t)
  const descriptorFile = await run.ctx.files.put(TYPES)
  const message = async (source: Buffer, properties = {}): Promise<string> =>
    (await convert(run, protobufToIon, source, { descriptorFile, typeName: 'shop.Line', ...properties })).message ?? ''

  assert.match(
    await message(ORDER, { typeName: 'shop.Nothing' }),
    /no message type "shop.Nothing"; it has shop.Order, shop.Line/,
  )
  assert.match(
    await message(Buffer.from([0x18, 1]), { errorOnUnknownFields: true }),
    /has the field 3, which "shop.Line" does not define/,
  )
  assert.match(await message(Buffer.from([0x0a, 9])), /ends in the middle of a field/)
  assert.match(await message(Buffer.from([0x08, 1])), /the field "sku" has another form than its type says/)
})
