import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { decodeValue, encodeValue } from '../../std/value-json.ts'
import type { Value } from '../../std/value.ts'
import { Fuel } from '../fuel.ts'
import { readYaml } from './read-yaml.ts'
import { writeYaml } from './write-yaml.ts'

const read = (text: string): string => encodeValue(readYaml(text, new Fuel()))
const write = (value: Value): string => writeYaml(value, new Fuel())

test('scalars are read as YAML 1.1 has them, and dates stay text', () => {
  const text =
    'a: 012\nb: 0x1F\nc: 1_000\nd: Yes\ne: off\nf: y\ng: ~\nh:\ni: .5\nj: "5"\nk: 2024-01-01\nl: 12:30\nm: 09'

  assert.equal(
    read(text),
    '{"a":10,"b":31,"c":1000,"d":true,"e":false,"f":"y","g":null,"h":null,"i":0.5,"j":"5","k":"2024-01-01","l":"12:30","m":"09"}',
  )
})

test('an alias is the text of its name, and << an ordinary key', () => {
  assert.equal(read('a: &x 1\nb: *x\n<<: {c: 1}'), '{"a":1,"b":"x","<<":{"c":1}}')
})

test('the first document counts', () => {
  assert.equal(read('--- 1\n---\n2'), '1')
})

test('lists are indented by one blank, structures inside of lists stand on lines of their own', () => {
  const value = decodeValue('{"l":[1,[2,[3]],{"k":"v","e":{}}],"m":{"n2":[]},"z":null}')

  assert.equal(write(value), 'l:\n - 1\n -\n   - 2\n   -\n     - 3\n -\n  k: v\n  e: {}\nm:\n  n2: []\nz: null\n')
})

test('texts are quoted where YAML would read them as something else', () => {
  const quoted = ['- x', '@x', '*a', '%d', ' lead', 'a: b', '# c', 'yes', '', 'a,b', "it's", 'tab\t', 'x:'].map(text =>
    write([text]),
  )

  assert.deepEqual(
    quoted.map(line => line.slice(3, -1)),
    ["'- x'", "'@x'", "'*a'", "'%d'", "' lead'", '"a: b"', '"# c"', '"yes"', '""', '"a,b"', "it's", '"tab\\t"', '"x:"'],
  )
  assert.equal(write({ n: 1, '1': 'a' }), '1: a\n"n": 1\n')
})

test('texts of several lines are literal blocks', () => {
  assert.equal(write({ a: 'x\ny', b: 'x\n', c: 'x\n\n' }), 'a: |-\n  x\n  y\nb: |\n  x\nc: |+\n  x\n\n')
})

test('what is written is read back as the same texts', () => {
  const text = fc.string({ unit: fc.constantFrom(...'ab1 :#-\'"\n[]{},&*!|>%@`é\t\\?'.split('')), maxLength: 8 })
  fc.assert(
    fc.property(fc.dictionary(text, fc.oneof(text, fc.array(text)), { noNullPrototype: true }), value => {
      const texts = JSON.stringify(value)
      fc.pre(!/"[\d.+-]+"|1\d* |"1*"/.test(texts))
      const again = readYaml(write(value), new Fuel())

      assert.equal(encodeValue(again), texts)
    }),
  )
})
