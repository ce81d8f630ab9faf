import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Bytes, DateTime, Decimal, Double, fromPlain } from '@batuta/core'
import type { Value } from '@batuta/core'
import fc from 'fast-check'
import * as ion from 'ion-js'
import { decodeIon, encodeIon, readIon } from './index.ts'
import type { IonOptions } from './index.ts'

async function* inChunks(bytes: Uint8Array, size: number): AsyncGenerator<Uint8Array> {
  for (let at = 0; at < bytes.length; at += size) yield await Promise.resolve(bytes.subarray(at, at + size))
}

async function readAll(bytes: Uint8Array | string, size = 1024, options: IonOptions = {}): Promise<Value[]> {
  const values: Value[] = []
  for await (const value of readIon(inChunks(Buffer.from(bytes), size), options)) values.push(value)
  return values
}

const instant = (text: string): DateTime => new DateTime('instant', text)

test('what JSON can say is written as JSON', () => {
  const row = { id: 1, name: 'a "b"\n', ok: true, none: null, list: [1, { x: 'y' }], price: new Decimal(110n, 2) }

  assert.equal(encodeIon(row), '{"id":1,"name":"a \\"b\\"\\n","ok":true,"none":null,"list":[1,{"x":"y"}],"price":1.10}')
})

test('what JSON cannot tell apart is written as Ion does', () => {
  assert.equal(encodeIon(1.5), '1.5e0')
  assert.equal(encodeIon(new Double(4)), '4e0')
  assert.equal(encodeIon(Number.NaN), 'nan')
  assert.equal(encodeIon(Number.NEGATIVE_INFINITY), '-inf')
  assert.equal(encodeIon(12345678901234567890n), '12345678901234567890')
  assert.equal(encodeIon(new Bytes(new Uint8Array([1, 2, 255]))), '{{AQL/}}')
  assert.equal(encodeIon(instant('2024-01-02T03:04:05.678Z')), '2024-01-02T03:04:05.678Z')
  assert.equal(encodeIon(new DateTime('zoned', '2024-01-02T03:04:05+01:00[Europe/Paris]')), '2024-01-02T03:04:05+01:00')
  assert.equal(encodeIon(new DateTime('local-date', '2024-01-02')), 'LocalDate::"2024-01-02"')
  assert.equal(encodeIon(new DateTime('zoned', '-0044-03-15T00:00Z')), 'ZonedDateTime::"-0044-03-15T00:00Z"')
})

test('a key that names the prototype of objects is a key like others, in JSON, in Ion and with escapes', async () => {
  for (const line of [
    '{"__proto__":{"x":1}}',
    '{__proto__:{x:1}}',
    '{"\\u005f_proto__":{"x":1}}',
    "{'__proto__':{x:1}}",
  ]) {
    const [value] = await readAll(`${line}\n{"a":1}\n`)

    assert.ok(value instanceof Map, line)
    assert.deepEqual([...value], [['__proto__', { x: 1 }]])
    assert.equal(encodeIon(value), '{"__proto__":{"x":1}}')
  }
})

test('lines of JSON and of Ion are read from one file', async () => {
  const file = `{"id":1,"price":1.10}
{id:2,price:nan,at:2024-01-02T03:04:05.678+01:00,day:LocalDate::"2024-01-02"}
// a comment
{"id":3}`

  assert.deepEqual(await readAll(file), [
    { id: 1, price: new Decimal(110n, 2) },
    {
      id: 2,
      price: Number.NaN,
      at: new DateTime('zoned', '2024-01-02T03:04:05.678+01:00'),
      day: new DateTime('local-date', '2024-01-02'),
    },
    { id: 3 },
  ])
})

test('all of the grammar of Ion text is understood', () => {
  const texts: readonly (readonly [string, Value])[] = [
    ["'quoted symbol'", 'quoted symbol'],
    ["'''long ''' /* and */ '''string'''", 'long string'],
    ['"\\x41\\u00e9\\U0001F600\\/"', 'Aé😀/'],
    ['[ 1 , two, "three", ]', [1, 'two', 'three']],
    ['(+ 1 (a - b))', ['+', 1, ['a', '-', 'b']]],
    ['{{ aGVs bG8= }}', new Bytes(new Uint8Array([104, 101, 108, 108, 111]))],
    ['{{ "hi" }}', new Bytes(new Uint8Array([104, 105]))],
    ['null.struct', null],
    ['0xFF', 255],
    ['-0b101', -5],
    ['1_000_000', 1000000],
    ['12345678901234567890', 12345678901234567890n],
    ['1d3', new Decimal(1n, -3)],
    ['5.', new Decimal(5n, 0)],
    ['-1.50', new Decimal(-150n, 2)],
    ['1.5e3', new Double(1500)],
    ['+inf', Number.POSITIVE_INFINITY],
    ['2024T', new DateTime('local-date', '2024-01-01')],
    ['2024-02-03', new DateTime('local-date', '2024-02-03')],
    ['2024-02-03T04:05-00:00', instant('2024-02-03T04:05:00Z')],
    ["$ion_1_0 'a b'::c::LocalDate", 'LocalDate'],
    ["{a:1,\"b\":2,'c d':3,'''e''':4}", { a: 1, b: 2, 'c d': 3, e: 4 }],
    [
      '{"a":"\\u0041","10":1,"2":2}',
      fromPlain(
        new Map<string, Value>([
          ['a', 'A'],
          ['10', 1],
          ['2', 2],
        ]),
      ),
    ],
  ]

  for (const [text, value] of texts) assert.deepEqual(decodeIon(text), [value], text)
})

test('text that is no Ion is refused with what it looks like', () => {
  for (const text of ['{"a":}', '{"a" 1}', '[1 2]', '"open', '{{ ??? }}', '01', '1.2.3', '{a:1', '/x', '"\\q"']) {
    assert.throws(() => decodeIon(text), { name: 'IonError' }, text)
  }
})

test('annotations are given to whoever asks for them', () => {
  const annotate = (annotations: readonly string[], value: Value): Value => [...annotations, value]

  assert.deepEqual(decodeIon("a::'b c'::5 x::{y:z::1}", { annotate }), [
    ['a', 'b c', 5],
    ['x', { y: ['z', 1] }],
  ])
})

test('a complaint names the value', async () => {
  await assert.rejects(readAll('{"a":1}\n{b:2}\n{"c":}\n'), {
    message: 'value 3: not Ion: unexpected character near `}\n`',
  })
})

test('the quick reader of JSON lines and our own agree', () => {
  fc.assert(
    fc.property(fc.dictionary(fc.string(), fc.jsonValue()), value => {
      const line = JSON.stringify(value)
      assert.deepEqual([decodeIon(line)], decodeIon(`[${line}]`))
    }),
  )
})

test('where a file is cut into chunks makes no difference', async () => {
  const text = `a::{id:1,'b c':"x\\"y"} 123 -1.5 '''l1''' '''l2''' {{aGVsbG8=}} /* c */ 2024-01-02T03:04:05Z
null.int // end
{"é":"😀"}
truely`
  const whole = decodeIon(text)

  for (let size = 1; size < 20; size++) assert.deepEqual(await readAll(text, size), whole, `chunks of ${size}`)
})

test('a value of many lines is read in time', async () => {
  const big = JSON.stringify(
    Array.from({ length: 50_000 }, (_, id) => ({ id, name: `row ${id}` })),
    null,
    2,
  )

  const [list] = await readAll(big, 4096)

  assert.deepEqual(list, JSON.parse(big))
})

test('binary Ion is read as the reference implementation writes it', async () => {
  const text = `{id:1,name:"é",price:1.10,neg:-12345678901234567890,f:1.5e0,at:2024-01-02T03:04:05.678+01:30,
    day:2024-01-02T,none:null,list:[true,false,sym],blob:{{aGVsbG8=}},nested:{a:{b:{}}}} x::7
    {other:LocalDate::"2024-01-02",long:"${'x'.repeat(300)}"}`
  const writer = ion.makeBinaryWriter()
  writer.writeValues(ion.makeReader(text))
  writer.close()
  const whole = decodeIon(text)

  for (const size of [1, 3, 7, 100_000]) assert.deepEqual(await readAll(writer.getBytes(), size), whole)
})

const anyValue = fc.letrec<{ value: Value }>(tie => ({
  value: fc.oneof(
    { depthSize: 'small' },
    fc.constant(null),
    fc.boolean(),
    fc.string({ unit: 'binary' }),
    fc.maxSafeInteger(),
    fc.bigInt({ min: 2n ** 60n, max: 2n ** 90n }),
    fc.double({ noInteger: true }),
    fc.tuple(fc.bigInt(), fc.integer({ min: 1, max: 30 })).map(([unscaled, scale]) => new Decimal(unscaled, scale)),
    fc.uint8Array().map(bytes => new Bytes(bytes)),
    fc
      .date({ min: new Date('0001-01-01T00:00:00Z'), max: new Date('9999-12-31T00:00:00Z'), noInvalidDate: true })
      .map(date => instant(date.toISOString())),
    fc.array(tie('value'), { maxLength: 5 }),
    fc.dictionary(fc.string({ minLength: 1 }), tie('value'), { maxKeys: 5 }).map(fromPlain),
  ),
})).value

test('whatever is written is read back the same, and the reference implementation can read it too', () => {
  fc.assert(
    fc.property(anyValue, value => {
      const text = encodeIon(value)
      assert.deepEqual(decodeIon(text), [value])
      assert.ok(ion.load(text) !== undefined)
    }),
  )
})
