import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { ExpressionError } from '../std/errors.ts'
import { decodeValue } from '../std/value-json.ts'
import type { ValueMap } from '../std/value.ts'
import { Asked } from './asked.ts'
import { expressionCatalogue } from './catalogue.ts'
import { checkTemplate } from './check.ts'
import { runJq } from './jq/run-jq.ts'
import { Fault } from './fault.ts'
import { Fuel } from './fuel.ts'
import { compileTemplate } from './template.ts'
import { scopeOver } from './testing/scope.ts'

const CATALOGUE = expressionCatalogue(1)
const named = (kind: string): fc.Arbitrary<string> =>
  fc.constantFrom(...CATALOGUE.filter(entry => entry.kind === kind).map(entry => entry.name))

const CONTEXT = decodeValue(
  '{"n":5,"d":2.5,"z":4.0,"s":"text","dt":"2024-03-05T10:00:00Z","l":[1,"a",null,[2]],"m":{"a":1,"b":{"c":null},"1":2},"big":123456789012345678901234567890}',
) as ValueMap

const atom = fc.constantFrom(
  ..."n d z s dt l m big ghost m.a m['1'] l[0] l[9] 'x' 'UTC' 'yyyy' 'DAYS' '.[]' '[a-z]+' '$1' '{}' 1 0 -1 2.5 true null [] {} [1] '%s' '#,##0' '' 'a:b' '{{n}}' 'LONG' 'de'".split(
    ' ',
  ),
)
const expression = fc.letrec<{ e: string }>(tie => ({
  e: fc.oneof(
    { maxDepth: 4, depthSize: 'small' },
    atom,
    fc
      .tuple(tie('e'), named('filter'), fc.array(tie('e'), { maxLength: 3 }))
      .map(([input, filter, args]) => `(${input} | ${filter}${args.length > 0 ? `(${args.join(', ')})` : ''})`),
    fc
      .tuple(named('function'), fc.array(tie('e'), { maxLength: 3 }))
      .map(([name, args]) => `${name}(${args.join(', ')})`),
    fc
      .tuple(tie('e'), fc.constantFrom(...'+ - * / % ~ == != < >= and or ?? ??? contains isIn ..'.split(' ')), tie('e'))
      .map(parts => `(${parts.join(' ')})`),
    fc.tuple(tie('e'), named('test')).map(([input, name]) => `(${input} is ${name})`),
    fc.tuple(tie('e'), tie('e')).map(([node, key]) => `(${node})[${key}]`),
    fc
      .tuple(tie('e'), fc.constantFrom('size', 'substring', 'get', 'split', 'repeat', 'class', 'constructor'), tie('e'))
      .map(([node, name, arg]) => `(${node}).${name}(${arg})`),
  ),
})).e

const PIECES =
  '{{ }} {% %} {# #} " \' #{ } { ( ) [ ] | . .. if else endif for in endfor set = macro raw endraw verbatim - x 1 is not ?? , : ? \\ é'

test('whatever is written, rendering gives a text or an error of the language', () => {
  const soup = fc
    .array(fc.constantFrom(...PIECES.split(' '), ' ', '\n'), { maxLength: 25 })
    .map(pieces => pieces.join(''))
  const source = fc.oneof(
    expression.map(inner => `{{ ${inner} }}`),
    expression.map(inner => `{% for i in ${inner} %}{{ i }}{% endfor %}`),
    soup,
  )

  fc.assert(
    fc.property(source, fc.constantFrom(1 as const, 2 as const), (template, dialect) => {
      const scope = scopeOver(CONTEXT, { limits: { stepsMax: 50_000 } })
      try {
        checkTemplate(template, { dialect })
        assert.equal(typeof compileTemplate(template, { dialect }).render(scope), 'string')
      } catch (error) {
        assert.ok(error instanceof ExpressionError || error instanceof Asked, String(error))
      }
    }),
    { numRuns: 2000 },
  )
})

test('whatever a jq program says, it gives values or a fault of the language', () => {
  const words =
    '. .. .a .[] .[0] | , ( ) [ ] { } : ; // = |= += + - * / % == < and or not if then else end reduce foreach as $x try catch def f label break map select keys length add "s" 1 2.5 null empty error path paths to_entries sort_by group_by limit first range test sub @csv @base64 ? tostring'.split(
      ' ',
    )
  const program = fc.array(fc.constantFrom(...words), { maxLength: 14 }).map(parts => parts.join(' '))

  fc.assert(
    fc.property(program, source => {
      try {
        assert.ok(Array.isArray(runJq(source, CONTEXT, { fuel: new Fuel({ stepsMax: 50_000 }), nowMs: 0 })))
      } catch (error) {
        assert.ok(error instanceof Fault && (error.kind === 'VALUE' || error.kind === 'LIMIT'), String(error))
      }
    }),
    { numRuns: 3000 },
  )
})
