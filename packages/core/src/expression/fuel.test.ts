import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Value, ValueMap } from '../std/value.ts'
import { encodeValue } from '../std/value-json.ts'
import { toPlain } from '../std/value-plain.ts'
import { Fuel } from './fuel.ts'
import type { FuelLimits } from './fuel.ts'
import { compileTemplate } from './template.ts'
import { scopeOver } from './testing/scope.ts'

function limited(source: string, limits: FuelLimits = {}, context: ValueMap = {}): () => string {
  return () => compileTemplate(source, { dialect: 1 }).render(scopeOver(context, { limits }))
}

const LIMIT = { kind: 'LIMIT' }

test('every turn of a loop takes steps', () => {
  const source = '{% for i in 1..1000 %}{% for j in 1..1000 %}{{ i }}{% endfor %}{% endfor %}'

  assert.throws(limited(source, { stepsMax: 100_000 }), LIMIT)
})

test('the same template takes the same steps every time', () => {
  const stepsOf = (): number => {
    const fuel = new Fuel()
    compileTemplate("{% for i in 1..10 %}{{ i | string | upper }}{% endfor %}{{ [3, 1] | jq('sort') }}", {
      dialect: 1,
    }).render(scopeOver({}, { fuel }))
    return fuel.stepsLeft
  }

  assert.equal(stepsOf(), stepsOf())
})

test('macros and rendered texts nest to a bound', () => {
  assert.throws(limited('{% macro m() %}{{ m() }}{% endmacro %}{{ m() }}'), LIMIT)
  assert.throws(limited('{{ render(a) }}', {}, { a: '{{ render(a) }}' }), LIMIT)
  assert.throws(limited('{{ render(a) }}', {}, { a: '{{ b }}', b: '{{ a }}' }), LIMIT)
})

test('the bound on nesting is whole again after a failure', () => {
  const source = "{% for i in 1..50 %}{{ (render('{{ ghost }}') | default('x')) ?? 'y' }}{% endfor %}"
  const scope = scopeOver({}, { limits: { depthMax: 5 } })

  assert.throws(() => compileTemplate(source, { dialect: 1 }).render(scope), { kind: 'TYPE' })
  assert.equal(compileTemplate("{{ render('{{ 1 }}') }}", { dialect: 1 }).render(scope), '1')
})

test('a text that doubles with every turn stops at the bound', () => {
  const doubling = (expression: string): string =>
    `{% set s = 'xxxxxxxx' %}{% for i in 1..60 %}{% set s = ${expression} %}{% endfor %}{{ s | length }}`

  for (const expression of [
    's ~ s',
    's + s',
    "s | replace({'x': 'xx'})",
    '[s, s] | join',
    '"#{s}#{s}"',
    "s | regexReplace('x', 'xx')",
  ]) {
    assert.throws(limited(doubling(expression), { textMax: 100_000 }), LIMIT, expression)
  }
})

test('lists that share their parts are not written out without end', () => {
  const source =
    '{% set l = [1] %}{% set m = [1] %}{% for i in 1..40 %}{% set l = [l, l] %}{% set m = [m, m] %}{% endfor %}'

  for (const use of [
    "l | jq('.')",
    'l == m',
    'l is empty ? 1 : render(l)',
    '[l, m] | distinct',
    "l | replace({'1': '2'})",
    "l | escapeChar('single')",
    'l | yaml',
    'l | toIon',
    'l | toJson',
    'l',
    "l ~ ''",
    'l | upper',
  ]) {
    assert.throws(limited(`${source}{{ ${use} }}`, { textMax: 1_000_000, stepsMax: 100_000 }), LIMIT, use)
  }
})

test('lists nested without end are refused instead of exhausting the stack', () => {
  const source = '{% set l = [1] %}{% for i in 1..100000 %}{% set l = [l] %}{% endfor %}'

  for (const use of [
    '{{ l }}',
    "{{ l ~ '' }}",
    '{{ l | yaml }}',
    "{{ l | jq('.') }}",
    '{{ l == [l] }}',
    '{{ l | toIon }}',
  ]) {
    assert.throws(limited(source + use), LIMIT, use)
  }
})

test('integers do not grow without end', () => {
  assert.throws(limited('{% set n = 9 %}{% for i in 1..40 %}{% set n = n * n %}{% endfor %}{{ n }}'), LIMIT)
})

test('a regular expression made to explode takes linear time', () => {
  const text = 'a'.repeat(50_000)

  assert.equal(
    limited("{{ s | regexMatch('^(a+)+$') }}{{ s ~ '!' | regexMatch('^(a|aa)+$') }}", {}, { s: text })(),
    'truefalse',
  )
})

test('jq programs that never end are stopped', () => {
  const endless = [
    'repeat(.)',
    '[range(infinite)]',
    'def f: f; f',
    'last(recurse(.))',
    'until(false; .)',
    '[limit(1e9; repeat(1))]',
  ]
  for (const program of endless)
    assert.throws(limited(`{{ [1] | jq('${program}') }}`, { stepsMax: 300_000 }), LIMIT, program)
})

test('ranges have a bound', () => {
  assert.throws(limited('{{ range(1, 1000001) }}'), LIMIT)
  assert.equal(limited('{{ range(1, 1000000) | length }}')(), '1000000')
})

test('a value that shares its parts is not encoded without end', () => {
  let value: Value = [1]
  for (let level = 0; level < 40; level++) value = [value, value]

  assert.throws(() => encodeValue(value), { code: 'value-too-large' })
  assert.throws(() => toPlain(value), { code: 'value-too-large' })
})
