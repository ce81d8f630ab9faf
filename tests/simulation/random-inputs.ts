// Inputs of every type by chance, with values that must be taken and values that must be refused.
import type { InputType, Value } from '@batuta/core'
import type { Chance } from './chance.ts'
import type { Doc } from './random-groups.ts'

interface Kind {
  readonly type: InputType
  readonly dialect?: 2
  /** Beside id and type. */
  readonly more: Doc
  /** What is given, and how it is kept. */
  readonly valid: readonly (readonly [given: Value, kept: Value])[]
  /** What must start nothing. */
  readonly invalid: readonly Value[]
}

const KINDS: readonly Kind[] = [
  { type: 'STRING', more: { validator: '^[a-z]+$', defaults: 'abc' }, valid: [['xyz', 'xyz']], invalid: ['ABC', '1'] },
  { type: 'INT', more: { min: 1, max: 9, defaults: 3 }, valid: [...same(7), ['8', 8]], invalid: [0, 10, 'many', 1.5] },
  { type: 'FLOAT', more: { defaults: 1.5 }, valid: same(2.5), invalid: ['much', '1,5'] },
  { type: 'BOOL', more: { defaults: true }, valid: [...same(false), ['true', true]], invalid: [] },
  { type: 'BOOLEAN', more: { defaults: true }, valid: [['false', false]], invalid: [] },
  {
    type: 'DATETIME',
    more: { defaults: '2031-03-05T00:00:00Z', after: '2030-01-01T00:00:00Z' },
    valid: [['2031-03-06T01:02:03Z', '2031-03-06T01:02:03.000000Z']],
    invalid: ['tomorrow', '2029-01-01T00:00:00Z'],
  },
  { type: 'DATE', more: { defaults: '2031-03-05' }, valid: same('2031-02-28'), invalid: ['2031-02-30', '5 March'] },
  { type: 'TIME', more: { defaults: '08:30:00' }, valid: [['09:15', '09:15:00']], invalid: ['25:00'] },
  { type: 'DURATION', more: { defaults: 'PT5M' }, valid: [['PT1M', 60]], invalid: ['long'] },
  { type: 'FILE', more: { required: false }, valid: same('kestra:///items/2'), invalid: ['no file'] },
  { type: 'JSON', more: { defaults: '{"a":1}' }, valid: [['[1,"b"]', [1, 'b']]], invalid: ['{"a":'] },
  { type: 'YAML', more: { defaults: 'a: 1' }, valid: [['- 1', [1]]], invalid: ['a: [1'] },
  { type: 'URI', more: { required: false }, valid: same('https://a.example/b'), invalid: ['nowhere'] },
  { type: 'EMAIL', more: { required: false }, valid: same('a@b.example'), invalid: ['a at b'] },
  { type: 'ENUM', more: { values: ['a', 'b'], defaults: 'a' }, valid: same('b'), invalid: ['c'] },
  { type: 'SELECT', more: { values: ['a', 'b'], defaults: 'a' }, valid: same('b'), invalid: ['c'] },
  { type: 'MULTISELECT', more: { values: ['a', 'b'], defaults: ['a'] }, valid: same(['a', 'b']), invalid: [['c']] },
  { type: 'ARRAY', more: { itemType: 'INT', defaults: [1] }, valid: [['[2,3]', [2, 3]]], invalid: [['x'], 'x'] },
  {
    type: 'FORM',
    dialect: 2,
    more: { inputs: [{ id: 'inner', type: 'INT', defaults: 1 }] },
    valid: [],
    invalid: [],
  },
  { type: 'ION', dialect: 2, more: { defaults: '{"a":1}' }, valid: [['{"b":2}', { b: 2 }]], invalid: ['{"a":'] },
  { type: 'OBJECT', dialect: 2, more: { defaults: '{"a":1}' }, valid: same({ c: 3 }), invalid: ['{"a":'] },
  { type: 'TABLE', dialect: 2, more: { required: false }, valid: same([]), invalid: ['x'] },
]

function same(value: Value): readonly (readonly [Value, Value])[] {
  return [[value, value]]
}

/** None of them must be given. */
export function randomInputs(chance: Chance, dialect: 1 | 2): Doc[] {
  const known = KINDS.filter(kind => kind.dialect === undefined || kind.dialect === dialect)
  return Array.from({ length: chance.int(1, 3) }, (_, at) => {
    const { type, more } = chance.pick(known)
    return { id: `in${at}`, type, ...more }
  })
}

export interface GivenInputs {
  readonly given: Readonly<Record<string, Value>>
  /** What must be kept of it. */
  readonly kept: Readonly<Record<string, Value>>
  readonly isValid: boolean
}

/** Values for some of the inputs, at most one of which must be refused. */
export function drawValues(
  chance: Chance,
  inputs: readonly { readonly id: string; readonly type: InputType }[],
): GivenInputs {
  const given: Record<string, Value> = {}
  const kept: Record<string, Value> = {}
  let isValid = true
  for (const { id, type } of inputs) {
    const kind = KINDS.find(known => known.type === type)
    if (!kind || chance.hits(0.4)) continue
    if (isValid && kind.invalid.length > 0 && chance.hits(0.25)) {
      given[id] = chance.pick(kind.invalid)
      isValid = false
    } else if (kind.valid.length > 0) [given[id], kept[id]] = chance.pick(kind.valid) as [Value, Value]
  }
  return { given, kept, isValid }
}
