import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { Decimal, Double, Float, isMap, isTruthyText, mapEntries, mapFrom, mapGet, mapHas } from './value.ts'
import type { Value, ValueMap } from './value.ts'
import { decodeFirstValue, decodeValue, encodeValue } from './value-json.ts'
import { fromPlain, toPlain } from './value-plain.ts'
import { floatText, jsonText, plainText, printValue } from './value-text.ts'

const anyValue: fc.Arbitrary<Value> = fc.letrec<{ value: Value }>(tie => ({
  value: fc.oneof(
    { maxDepth: 4 },
    fc.constant(null),
    fc.boolean(),
    fc.string({ unit: 'binary' }),
    fc.maxSafeInteger().map(number => number + 0),
    fc.bigInt({ min: 2n ** 53n }),
    fc
      .double({ noNaN: true, noDefaultInfinity: true })
      .map(number => (Number.isInteger(number) ? new Double(number) : number)),
    fc.array(tie('value'), { maxLength: 5 }),
    fc
      .array(fc.tuple(fc.oneof(fc.string(), fc.nat().map(String), fc.constant('__proto__')), tie('value')), {
        maxLength: 5,
      })
      .map(mapFrom),
  ),
})).value

test('every value survives encoding and decoding, with its type and the order of its keys', () => {
  fc.assert(
    fc.property(anyValue, value => {
      const decoded = decodeValue(encodeValue(value))

      assert.deepStrictEqual(decoded, value)
      assert.equal(encodeValue(decoded), encodeValue(value))
    }),
  )
})

test('a double keeps its point and an integer its width', () => {
  const text = '{"a":4.0,"b":4,"c":9007199254740993,"d":1e3,"e":-0.0}'

  const value = decodeValue(text)

  assert.equal(encodeValue(value), '{"a":4.0,"b":4,"c":9007199254740993,"d":1000.0,"e":-0.0}')
})

test('integer-like keys stay where the source has them', () => {
  const value = decodeValue('{"b":1,"10":2,"9":3}')

  assert.equal(encodeValue(value), '{"b":1,"10":2,"9":3}')
})

test('a key named __proto__ is an ordinary key', () => {
  const value = decodeValue('{"__proto__":{"x":1}}')

  assert.equal(jsonText(mapGet(value as ValueMap, '__proto__') ?? null), '{"x":1}')
  assert.equal(mapGet({}, '__proto__'), undefined)
  assert.equal(mapGet({}, 'constructor'), undefined)
  assert.equal(mapHas({}, 'toString'), false)
})

test('a key that spells __proto__ with escapes is an ordinary key, wherever it is copied to', () => {
  const map = decodeValue('{"\\u005f_proto__":{"x":1}}')

  assert.ok(map instanceof Map, 'a plain object hands its prototype to whoever copies it')
  assert.equal(encodeValue(map), '{"__proto__":{"x":1}}')
})

test('a value is written alike whether one of its numbers needs care or none does', () => {
  const ordinary: Value = { text: 'a"\\\u2028\ud800', list: [1, -0, 1.5, 0.001, 9999999.5, null, true], toJSON: 'x' }
  const double = new Double(4)

  const written = encodeValue([ordinary, double])

  assert.equal(written, `[${encodeValue(ordinary)},4.0]`)
})

test('numbers that Java writes otherwise than JavaScript are written as Java does', () => {
  assert.equal(encodeValue([0.0001, 12345678.5, NaN, 1e21]), '[1.0E-4,1.23456785E7,"NaN",1000000000000000000000]')
})

test('a malformed text is refused with its position', () => {
  for (const text of ['', '{', '[1,]', '{"a":1,}', '01', '1.', '"a', 'nulle', '1 2', '{a:1}', '"\\x"', '-', '"\n"']) {
    assert.throws(() => decodeValue(text), { code: 'value-malformed' }, text)
  }
})

test('the first value can be read out of a longer text', () => {
  assert.deepEqual(decodeFirstValue(' {"a":1} rest'), { value: { a: 1 }, end: 8 })
})

test('values nested without end are refused instead of exhausting the stack', () => {
  const text = '['.repeat(100_000)

  assert.throws(() => decodeValue(text), { code: 'value-malformed' })
})

test('doubles have the text that Java gives them', () => {
  const texts = [3.5, 0.001, 0.0005, 9999999.5, 12345678.5, 1e-7, NaN, -Infinity].map(printValue)

  assert.deepEqual(texts, ['3.5', '0.001', '5.0E-4', '9999999.5', '1.23456785E7', '1.0E-7', 'NaN', '-Infinity'])
  assert.equal(printValue(new Double(1e7)), '1.0E7')
  assert.equal(printValue(new Double(1.5e300)), '1.5E300')
  assert.equal(floatText(new Float(0.1).value), '0.1')
  assert.equal(printValue(new Decimal(250n, 2)), '2.50')
  assert.equal(printValue(new Decimal(-5n, 3)), '-0.005')
})

test('printing gives JSON for structures, joining gives the notation of Java', () => {
  const value = mapFrom([
    ['a', [1, null, 'x']],
    ['b', null],
    ['c', new Double(2)],
  ])

  assert.equal(printValue(value), '{"a":[1,null,"x"],"c":2.0}')
  assert.equal(plainText(value), '{a=[1, null, x], b=null, c=2.0}')
  assert.equal(jsonText('a"\\\u0001\n/é'), '"a\\"\\\\\\u0001\\n/é"')
  assert.equal(printValue(null), '')
  assert.equal(plainText(null), 'null')
})

test('exactly four texts are false', () => {
  assert.deepEqual(['', 'false', '0', '-0'].map(isTruthyText), [false, false, false, false])
  assert.deepEqual(['False', ' false', '0.0', 'null', '[]', 'no'].map(isTruthyText), Array(6).fill(true))
})

test('plain JavaScript goes in and comes out', () => {
  const value = fromPlain({ n: 4, f: 1.5, skip: undefined, list: [undefined, new Date(0)], 7: 'seven', big: 2n ** 70n })

  assert.equal(
    encodeValue(value),
    '{"7":"seven","n":4,"f":1.5,"list":[null,"1970-01-01T00:00:00.000Z"],"big":1180591620717411303424}',
  )
  assert.deepEqual(toPlain(decodeValue('{"a":4.0,"1":[9007199254740993]}')), { a: 4, 1: [9007199254740993n] })
  assert.throws(() => fromPlain({ f: () => 1 }), { code: 'value-unsupported' })
})

test('a lazy map is a map and is asked only for what is looked up', () => {
  const asked: string[] = []
  const lazy: ReadonlyMap<string, Value> = {
    size: 1_000_000,
    get: key => (asked.push(key), 1),
    has: () => true,
    forEach: () => assert.fail('enumerated'),
    entries: () => assert.fail('enumerated'),
    keys: () => assert.fail('enumerated'),
    values: () => assert.fail('enumerated'),
    [Symbol.iterator]: () => assert.fail('enumerated'),
  }

  // An object literal has the prototype of plain objects; a lazy map is an instance of a class.
  const map = Object.assign(Object.create({ lazy: true }), lazy) as ReadonlyMap<string, Value>

  assert.ok(isMap(map))
  assert.equal(mapGet(map, '17'), 1)
  assert.deepEqual(asked, ['17'])
  assert.deepEqual([...mapEntries({ a: 1 })], [['a', 1]])
})
