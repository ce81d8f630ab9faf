import assert from 'node:assert/strict'
import { test } from 'node:test'
import { encodeValue, isMap, mapGet, type Value } from '@batuta/core'
import { openTestHost, outputsOf } from './testing/test-host.ts'

const SECRET = 's3cr3t-token'
const SEALED = { type: 'io.kestra.datatype:aes_encrypted', value: 'cipher' }

function answer(name: string, args: Value): Value {
  if (name === 'secret') return SECRET
  if (name === 'open') return SECRET
  if (name === 'seal') return isMap(args) && mapGet(args, 'text') !== undefined ? SEALED : null
  return null
}

test('an output with a secret in it is kept encrypted, whatever form the secret has', async t => {
  const host = await openTestHost(t)
  host.answer = answer

  const outcome = await host.run('test.Echo', {
    value: {
      a: "Bearer {{ secret('T') }}",
      b: "{{ secret('T') | base64encode }}",
      c: 'plain',
      d: ['x', "{{ secret('T') }}"],
    },
  })

  assert.equal(outcome.isSealed, true)
  assert.deepEqual(outputsOf(outcome), { value: { a: SEALED, b: SEALED, c: 'plain', d: ['x', SEALED] } })
})

test('a later task reads it, and what it makes of it is kept encrypted as well', async t => {
  const host = await openTestHost(t)
  host.answer = answer
  const context = encodeValue({ outputs: { before: { value: SEALED } } })

  const { key, outcome } = host.start('test.Echo', { value: '{{ outputs.before.value }}!' }, { context })

  assert.deepEqual(outputsOf(await outcome), { value: SEALED })
  assert.deepEqual(
    host.linesOf(key).map(({ message }) => message),
    ['echo "******!"'],
  )
})

test('a cipher text that a task makes up is kept as data, which nobody opens', async t => {
  const host = await openTestHost(t)
  host.answer = answer

  const outcome = await host.run('test.Echo', { value: { ...SEALED, value: 'made up' } })

  assert.notEqual(outcome.isSealed, true)
  assert.notDeepEqual(outputsOf(outcome), { value: { ...SEALED, value: 'made up' } })
})

test('without a key nothing of a secret is kept', async t => {
  const host = await openTestHost(t)
  host.answer = name => (name === 'secret' ? SECRET : null)

  const outcome = await host.run('test.Echo', { value: "Bearer {{ secret('T') }}" })

  assert.deepEqual(outputsOf(outcome), { value: 'Bearer ******' })
})
