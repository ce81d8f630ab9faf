import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Double } from '../std/value.ts'
import { encodeValue } from '../std/value-json.ts'
import { compileDeep, renderDeep } from './render-deep.ts'
import { scopeOver } from './testing/scope.ts'

test('keys and values are rendered, other scalars stay what they are', () => {
  const value = { '{{ k }}': '{{ v }}', list: ['{{ v }}', 5, new Double(4), true, null] }

  const rendered = renderDeep(value, scopeOver({ k: 'key', v: 'val' }), { dialect: 1 })

  assert.equal(encodeValue(rendered), '{"key":"val","list":["val",5,4.0,true,null]}')
})

test('of two keys that render alike the first wins', () => {
  const rendered = renderDeep({ '{{ k }}': 1, a: 2 }, scopeOver({ k: 'a' }), { dialect: 1 })

  assert.deepEqual(rendered, { a: 1 })
})

test('a structure without expressions is constant and shared', () => {
  const value = { a: ['x', { b: '}' }] }

  const compiled = compileDeep(value, { dialect: 1 })

  assert.equal(compiled.isConstant, true)
  assert.equal(compiled.render(scopeOver()), value)
})

test('recursive rendering goes on until nothing changes, for values and not for keys', () => {
  const context = { a: '{{ b }}', b: '{{ c }}', c: 'end' }

  const rendered = renderDeep({ '{{ a }}': '{{ a }}' }, scopeOver(context), { dialect: 1, recursive: true })

  assert.deepEqual(rendered, { '{{ b }}': 'end' })
})

test('a structure knows what its templates reach and need', () => {
  const compiled = compileDeep({ a: '{{ inputs.x }}', b: ['{{ now() }}'] }, { dialect: 1 })

  assert.deepEqual(compiled.paths, [['inputs', 'x']])
  assert.deepEqual([...compiled.needs], ['time'])
})
