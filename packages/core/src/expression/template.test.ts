import assert from 'node:assert/strict'
import { test } from 'node:test'
import { ExpressionError } from '../std/errors.ts'
import { DateTime, Double } from '../std/value.ts'
import type { Value, ValueMap } from '../std/value.ts'
import { scopeOver } from './testing/scope.ts'
import { compileTemplate } from './template.ts'

function render(source: string, context: ValueMap = {}): string {
  return compileTemplate(source, { dialect: 1 }).render(scopeOver(context))
}

function errorOf(source: string, context: ValueMap = {}): ExpressionError {
  try {
    render(source, context)
  } catch (error) {
    if (error instanceof ExpressionError) return error
    throw error
  }
  throw new assert.AssertionError({ message: `${source} did not fail` })
}

test('text without a brace is constant and costs nothing', () => {
  const template = compileTemplate('plain text', { dialect: 1 })

  assert.equal(template.isConstant, true)
  assert.equal(template.render(scopeOver({}, { limits: { stepsMax: 0 } })), 'plain text')
})

test('a template knows the paths it can reach, without the names it sets itself', () => {
  const source = `{% set x = inputs.a %}{{ x.y }}{% for r in outputs.q.rows %}{{ r.id ~ loop.index }}{% endfor %}
    {{ outputs.each[taskrun.value].count }} {{ vars['k'].z | upper }} {{ env('host') }}`

  const { paths } = compileTemplate(source, { dialect: 1 })

  assert.deepEqual(paths, [
    ['inputs', 'a'],
    ['outputs', 'q', 'rows'],
    ['outputs', 'each'],
    ['taskrun', 'value'],
    ['vars', 'k', 'z'],
    ['envs'],
  ])
})

test('a variable that is set in a branch only may still be the one of the context', () => {
  const { paths } = compileTemplate('{% if a %}{% set x = 1 %}{% endif %}{{ x }}', { dialect: 1 })

  assert.deepEqual(paths, [['a'], ['x']])
})

test('a template that renders text may reach everything', () => {
  const { paths, rendersText } = compileTemplate('{{ render(vars.greeting) }}', { dialect: 1 })

  assert.deepEqual(paths, [['vars', 'greeting'], []])
  assert.equal(rendersText, true)
})

test('a template knows whether it needs the time, chance or the world', () => {
  const needsOf = (source: string): readonly string[] => [...compileTemplate(source, { dialect: 1 }).needs]

  assert.deepEqual(needsOf('{{ inputs.a | upper }}'), [])
  assert.deepEqual(needsOf('{{ now() }}'), ['time'])
  assert.deepEqual(needsOf('{{ uuid() ~ secret("K") }}'), ['random', 'ask'])
})

test('raw blocks may span lines and are not looked into', () => {
  const source = 'a {% raw %}\n{{ not.rendered }}\n{% if %}{% endraw %} {{ 1 + 1 }}'

  assert.equal(render(source), 'a \n{{ not.rendered }}\n{% if %} 2')
})

test('raw text is safe under recursive rendering', () => {
  const context = { a: '{{ b }}', b: '{% raw %}{{ c }}{% endraw %}', c: 'never' }

  assert.equal(render('{{ render(a) }}', context), '{{ c }}')
})

test('verbatim keeps white space unless a dash trims it', () => {
  assert.equal(render('[{% verbatim %} {{ x }} {% endverbatim %}]'), '[ {{ x }} ]')
  assert.equal(render('[{% verbatim -%} {{ x }} {%- endverbatim %}]'), '[{{ x }}]')
})

test('names of the prototype of objects are not there', () => {
  for (const name of ['constructor', '__proto__', 'toString', 'hasOwnProperty', 'valueOf']) {
    assert.equal(render(`{{ ${name} ?? 'none' }}`), 'none', name)
    assert.equal(render(`{{ m.${name} ?? 'none' }}`, { m: {} }), 'none', name)
    assert.equal(render(`{{ m['${name}'] ?? 'none' }}`, { m: {} }), 'none', name)
  }
  assert.equal(errorOf("{{ 'x' | constructor }}").kind, 'UNKNOWN')
  assert.equal(errorOf('{{ toString() }}').kind, 'UNKNOWN')
  assert.equal(errorOf('{{ 1 is constructor }}').kind, 'UNKNOWN')
  assert.equal(errorOf("{{ 'x'.constructor }}").kind, 'UNDEFINED')
  assert.equal(errorOf("{{ (1).constructor('x') }}").kind, 'UNDEFINED')
})

test('a key named __proto__ stays a key', () => {
  const result = compileTemplate("{{ {'__proto__': {'x': 1}} }}", { dialect: 1 }).renderTyped(scopeOver())

  assert.equal(render("{{ {'__proto__': {'x': 1}} }}"), '{"__proto__":{"x":1}}')
  assert.ok(result instanceof Map)
  assert.equal(({} as Record<string, unknown>)['x'], undefined)
})

test('an error names kind, line, column and the name that was meant', () => {
  const error = errorOf('line one\r\n{{ inputs.nam }}', { inputs: { name: 'Ada' } })

  assert.equal(error.kind, 'UNDEFINED')
  assert.equal(error.code, 'expression-undefined')
  assert.deepEqual([error.line, error.column, error.suggestion], [2, 11, 'name'])
  assert.match(error.message, /Unable to find `nam`.*at line 2, column 11; did you mean `name`\?/s)
})

test('an error shows no more than two hundred characters of the template', () => {
  const error = errorOf(`${'x'.repeat(1000)}{{ ghost }}${'y'.repeat(1000)}`)

  assert.ok(error.excerpt.length <= 200)
  assert.match(error.excerpt, /^…x+\{\{ ghost \}\}y+…$/)
})

test('a subtraction that looks like a key with a dash says how to write the key', () => {
  const error = errorOf('{{ inputs.max-rows }}', { inputs: { max: 1, 'max-rows': 2 } })

  assert.equal(error.kind, 'TYPE')
  assert.match(error.message, /\['max-rows'\]/)
})

test('errors of syntax point at what is wrong', () => {
  const places = ['{{ a b }}', '{{ (1 + 2 }}', "{{ 'open }}", '{% if x %}', '{{ a.and }}', '{{ 1 $ 2 }}'].map(
    source => {
      const { kind, column } = errorOf(source)
      return [kind, column]
    },
  )

  assert.deepEqual(places, [
    ['SYNTAX', 6],
    ['SYNTAX', 11],
    ['SYNTAX', 4],
    ['SYNTAX', 4],
    ['SYNTAX', 6],
    ['SYNTAX', 6],
  ])
})

test('unknown filters in a branch that never runs do no harm', () => {
  assert.equal(render("{{ true ? 'a' : ('b' | nosuch) }}"), 'a')
})

test('setting a name of the context shadows it in the whole template, and nowhere else', () => {
  const context = { n: 0, l: [1, 2] }

  assert.equal(render('{% for i in l %}{% set n = n + i %}{% endfor %}{{ n }}', context), '3')
  assert.equal(context.n, 0)
})

test('filters and operators leave their input alone', () => {
  const context = { l: [3, 1, 2] }

  assert.equal(render('{{ l | sort }}{{ l | reverse }}{{ l + 4 }}{{ l }}', context), '[1,2,3][2,1,3][3,1,2,4][3,1,2]')
})

test('a lazy map is asked for one key and never enumerated', () => {
  const asked: string[] = []
  class Lazy extends Map<string, Value> {
    override get(key: string): Value | undefined {
      asked.push(key)
      return { count: Number(key) * 2 }
    }
    override entries(): never {
      throw new Error('enumerated')
    }
  }

  assert.equal(
    render('{{ outputs.each[taskrun.value].count }}', { outputs: { each: new Lazy() }, taskrun: { value: '999999' } }),
    '1999998',
  )
  assert.deepEqual(asked, ['999999'])
})

test('dates compare as moments, with one another and with ISO texts', () => {
  const context = {
    a: new DateTime('instant', '2024-03-05T10:00:00Z'),
    b: new DateTime('zoned', '2024-03-05T12:00:00+02:00'),
  }

  assert.equal(
    render(
      "{{ a == b }} {{ a > '2024-03-05T11:00:00+02:00' }} {{ a < b }} {{ a | date('HH', 'Asia/Tokyo') }}",
      context,
    ),
    'true true false 19',
  )
})

test('typed rendering keeps a lone value, and nulls, as they are', () => {
  const typed = (source: string, context: ValueMap = {}): Value =>
    compileTemplate(source, { dialect: 1 }).renderTyped(scopeOver(context))

  assert.deepEqual(typed('{{ x }}', { x: new Double(4) }), new Double(4))
  assert.equal(typed('{{ x }}', { x: null }), null)
  assert.equal(typed('{% if false %}x{% endif %}'), null)
  assert.equal(typed('{{ m }}: y', { m: { a: 1 } }), '{"a":1}: y')
  assert.deepEqual(typed('[{{ m }}, 4.0]', { m: { a: 1 } }), [{ a: 1 }, new Double(4)])
})

test('the two dialects differ in how tightly ?? binds, and in comparing texts', () => {
  const in2 = (source: string): string => compileTemplate(source, { dialect: 2 }).render(scopeOver({ a: 'low' }))

  assert.equal(render("{{ a ?? 'x' | upper }}", { a: 'low' }), 'LOW')
  assert.equal(in2("{{ a ?? 'x' | upper }}"), 'low')
  assert.equal(in2("{{ 'b' > 'a' }}"), 'true')
  assert.equal(errorOf("{{ 'b' > 'a' }}").kind, 'TYPE')
  assert.throws(() => in2('{{ a | json }}'), { kind: 'UNKNOWN' })
})

test('a template that is nested without end is refused while it is read', () => {
  assert.equal(errorOf(`{{ ${'('.repeat(5000)}1${')'.repeat(5000)} }}`).kind, 'LIMIT')
  assert.equal(errorOf(`{{ ${'-'.repeat(5000)}1 }}`).kind, 'LIMIT')
  assert.equal(errorOf('{% if true %}'.repeat(5000)).kind, 'LIMIT')
  assert.equal(errorOf(`{{ ${'"#{'.repeat(5000)}1${'}"'.repeat(5000)} }}`).kind, 'LIMIT')
  assert.equal(errorOf(`{{ ${'1+'.repeat(20000)}1 }}`).kind, 'LIMIT')
  assert.equal(errorOf(`{{ a${'.a'.repeat(20000)} }}`).kind, 'LIMIT')
})
