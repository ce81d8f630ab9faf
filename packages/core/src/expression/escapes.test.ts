// SP8: what has led out of template languages, of this family and of others, in every combination of a value to start from, a way to reach a member and a
// way to call it. Each must come to an error of the language or to a text that is no function and says nothing of the process.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { ExpressionError } from '../std/errors.ts'
import { decodeValue } from '../std/value-json.ts'
import { isMap } from '../std/value.ts'
import { Asked } from './asked.ts'
import { compileTemplate } from './template.ts'
import { scopeOver } from './testing/scope.ts'

const CONTEXT = decodeValue(
  '{"inputs":{"s":"text","n":5,"l":[1,2],"m":{"a":1}},"flow":{"id":"f","namespace":"n"},"outputs":{"t":{"value":"v"}},"vars":{}}',
)

const STARTS = [
  ...['inputs', 'inputs.s', 'inputs.n', 'inputs.l', 'inputs.m', 'flow', 'outputs.t', 'vars', 'ghost'],
  ...[
    "''",
    '"x"',
    '1',
    '1.5',
    '[]',
    '{}',
    'true',
    'null',
    'range',
    'range(1, 2)',
    'now()',
    'this',
    'self',
    'globalThis',
  ],
  ...['_context', '_self', 'loop', 'request', 'beans', 'T(java.lang.Runtime)'],
]
const MEMBERS = [
  ...['constructor', '__proto__', 'prototype', '__defineGetter__', '__lookupGetter__', '__class__', 'class', 'mro()'],
  ...['toString', 'valueOf', 'hasOwnProperty', 'getClass()', 'call', 'apply', 'bind', 'caller', 'arguments', 'callee'],
]
/** From the start over one member to the second, as far as each way goes. */
const WAYS: readonly ((start: string, first: string, second: string) => string)[] = [
  (start, first) => `{{ ${start}.${first} }}`,
  (start, first) => `{{ ${start}['${first}'] }}`,
  (start, first) => `{{ ${start} | ${first.replace(/\(.*$/, '')} }}`,
  (start, first, second) => `{{ ${start}.${first}.${second} }}`,
  (start, first, second) => `{{ ${start}['${first}']['${second}'] }}`,
  (start, first, second) =>
    `{{ ${start}.${first}.${second}("globalThis.escaped = process.env; return process.mainModule")() }}`,
]
/** Of other languages, and of this one's own corners. */
const FAMOUS = [
  `{{ range.constructor("globalThis.escaped = 1; return process")() }}`,
  `{{ inputs.constructor.constructor("return process.env")() }}`,
  `{{ [].filter.constructor("return process")() }}`,
  `{{ ''.sub.constructor('return globalThis')() }}`,
  `{{ {}['__proto__']['polluted'] }}`,
  `{% set __proto__ = {'polluted': 1} %}{{ polluted }}`,
  `{% set constructor = 1 %}{{ constructor.constructor }}`,
  `{% set inputs.__proto__.polluted = 1 %}`,
  `{% for __proto__ in [1] %}{{ __proto__.constructor }}{% endfor %}`,
  `{% macro constructor(x) %}{{ x.constructor }}{% endmacro %}{{ constructor(1) }}`,
  `{{ {'__proto__': {'polluted': 1}}.polluted }}`,
  `{{ '{"__proto__":{"polluted":1}}' | fromJson | jq('.polluted') }}`,
  `{{ fromJson('{"__proto__":{"polluted":1}}').__proto__.constructor }}`,
  `{{ inputs.m | jq('.constructor') }}`,
  `{{ inputs.m | jq('getpath(["__proto__"])') }}`,
  `{{ inputs.m | jq('setpath(["__proto__","polluted"]; 1)') }}`,
  `{{ inputs.m | jq('env') }}`,
  `{{ inputs.m | jq('$ENV') }}`,
  `{{ inputs.m | jq('input_filename') }}`,
  `{{ inputs.l | sort.constructor }}`,
  `{{ ''.getClass().forName('java.lang.Runtime').getMethod('getRuntime').invoke(null).exec('id') }}`,
  `{{ variable.getClass().forName('java.lang.Runtime') }}`,
  `{{ beans.get('x') }}`,
  `{{ request.application.__globals__.__builtins__.__import__('os').popen('id').read() }}`,
  `{{ ''.__class__.__mro__[1].__subclasses__() }}`,
  `{{ cycler.__init__.__globals__.os.popen('id').read() }}`,
  `{{ lipsum.__globals__ }}`,
  `{{ self._TemplateReference__context }}`,
  `{{_self.env.registerUndefinedFilterCallback("exec")}}{{_self.env.getFilter("id")}}`,
  `{{ ['id'] | filter('system') }}`,
  `{{ ['id'] | map('system') }}`,
  `{{ ['id'] | map(x => x.constructor) }}`,
  `{{ (x => x)['constructor'] }}`,
  '{{ `${process.env}` }}',
  '{{ `${globalThis.escaped = 1}` }}',
  `{{ ({}).constructor }}`,
  `{{ new Function('return process')() }}`,
  `{{ Function('return process')() }}`,
  `{{ eval('process') }}`,
  `{{ import('node:fs') }}`,
  `{{ require('fs') }}`,
  `{{ process.env }}`,
  `{{ globalThis.process }}`,
  `{{ Object.getOwnPropertyNames(inputs) }}`,
  `{{ Reflect.ownKeys(inputs) }}`,
  `{{ include('/etc/passwd') }}`,
  `{% include "/etc/passwd" %}`,
  `{% extends "/etc/passwd" %}`,
  `{% import "/etc/passwd" as x %}`,
  `{% from "/etc/passwd" import x %}`,
  `{% embed "/etc/passwd" %}{% endembed %}`,
  `{% use "/etc/passwd" %}`,
  `<%= process.env %>`,
  '${process.env}',
  `#{process.env}`,
  `{{#with "s" as |string|}}{{/with}}`,
  `{{ inputs?.constructor }}`,
  `{{ inputs!.constructor }}`,
  `{{ inputs..constructor }}`,
  `{{ inputs.\\u0063onstructor }}`,
  `{{ inputs['con' ~ 'structor']['con' ~ 'structor']('return process')() }}`,
  `{{ inputs["\\x63onstructor"] }}`,
  `{{ inputs[['constructor']] }}`,
  `{{ inputs[{'toString': 'constructor'}] }}`,
  `{{ 'a' | replace({'a': 'b'}).constructor }}`,
  `{{ 'a' | numberFormat(constructor) }}`,
  `{{ 'x' | date(format='constructor') }}`,
  `{{ 'x'.replaceAll('x', 'constructor') }}`,
  `{{ block('constructor') }}`,
  `{{ parent() }}`,
  `{{ attribute(inputs, 'constructor') }}`,
  `{{ max(constructor, prototype) }}`,
]

function corpus(): readonly string[] {
  const made = STARTS.flatMap((start, at) =>
    MEMBERS.flatMap((first, index) => {
      const second = MEMBERS[(at + index) % MEMBERS.length] ?? 'constructor'
      return WAYS.map(way => way(start, first, index % 2 === 0 ? 'constructor' : second))
    }),
  )
  return [...new Set([...FAMOUS, ...made])]
}

const ESCAPED =
  /native code|function\s*\w*\s*\(|=>\s*\{|\[object (?:Function|Object|global|process)|class \w+ extends|root:.*:0:0:|PATH=|HOME=/

test('nothing that is written leads out of the language', () => {
  assert.ok(isMap(CONTEXT))
  const written = corpus()
  assert.ok(written.length >= 2_000, String(written.length))

  for (const source of written) {
    for (const dialect of [1, 2] as const) expectHarmless(source, dialect)
    assert.equal(Reflect.get(globalThis, 'escaped'), undefined, source)
    assert.equal(Reflect.get({}, 'polluted'), undefined, source)
  }
})

function expectHarmless(source: string, dialect: 1 | 2): void {
  assert.ok(isMap(CONTEXT))
  try {
    const text = compileTemplate(source, { dialect }).render(scopeOver(CONTEXT, { limits: { stepsMax: 50_000 } }))
    if (!source.includes(text)) assert.doesNotMatch(text, ESCAPED, source)
  } catch (error) {
    assert.ok(error instanceof ExpressionError || error instanceof Asked, `${source}: ${String(error)}`)
  }
}

test('what a value says is not read as a template again', () => {
  const inner = `{{ 6 * 7 }}{% set x = 1 %}{# gone #}`
  const context = decodeValue(JSON.stringify({ inputs: { s: inner, l: [inner], m: { [inner]: inner } } }))
  assert.ok(isMap(context))
  const ways = [
    `{{ inputs.s }}`,
    `{{ inputs['s'] }}`,
    `{{ inputs.l[0] }}`,
    `{{ inputs.l | first }}`,
    `{{ inputs.l | join('') }}`,
    `{% for each in inputs.l %}{{ each }}{% endfor %}`,
    `{% set s = inputs.s %}{{ s }}`,
    `{{ '' ~ inputs.s }}`,
    `{{ inputs.s | trim }}`,
    `{{ inputs.s | default('x') }}`,
    `{{ inputs.m | keys | first }}`,
    `{% macro say(x) %}{{ x }}{% endmacro %}{{ say(inputs.s) }}`,
    `{% if true %}{{ inputs.s }}{% endif %}`,
  ]

  for (const source of ways)
    assert.equal(compileTemplate(source, { dialect: 1 }).render(scopeOver(context)), inner, source)
})
