import assert from 'node:assert/strict'
import { test } from 'node:test'
import { isSecretName, listSecrets, parseTags, secretsOf } from './list-secrets.ts'

const flow = (namespace: string): { readonly namespace: string; readonly id: string } => ({ namespace, id: 'f' })
const METAS = [
  { namespace: 'a', key: 'TOKEN' },
  { namespace: 'a.b', key: 'TOKEN' },
  { key: 'HOME_KEY' },
  { namespace: 'z', key: 'OLD' },
]

test('a flow uses the nearest secret of the name, and that of the environment last', () => {
  const rows = listSecrets(METAS, [
    { namespace: 'a.b.c', key: 'token', isMissing: false, flows: [flow('a.b.c')] },
    { namespace: 'q', key: 'HOME_KEY', isMissing: false, flows: [flow('q')] },
  ])

  const used = rows.filter(({ usedBy }) => usedBy.length > 0)
  assert.deepEqual(
    used.map(({ namespace, key, source }) => [namespace, key, source]),
    [
      [undefined, 'HOME_KEY', 'environment'],
      ['a.b', 'TOKEN', 'kept'],
    ],
  )
})

test('what flows ask for in vain stands first; what a manager elsewhere gives is not missed', () => {
  const rows = listSecrets(METAS, [
    { namespace: 'q', key: 'GHOST', isMissing: true, flows: [flow('q')] },
    { namespace: 'q', key: 'ELSEWHERE', isMissing: false, flows: [flow('q')] },
  ])

  assert.deepEqual(
    rows.map(({ key }) => key),
    ['GHOST', 'HOME_KEY', 'OLD', 'TOKEN', 'TOKEN'],
  )
  assert.equal(rows[0]?.source, 'missing')
})

test('a namespace has its own, those above it and those of the environment', () => {
  const rows = secretsOf(listSecrets(METAS, []), 'a.b')

  assert.deepEqual(
    rows.map(({ namespace, key }) => [namespace, key]),
    [
      [undefined, 'HOME_KEY'],
      ['a', 'TOKEN'],
      ['a.b', 'TOKEN'],
    ],
  )
})

test('tags are written key:value', () => {
  assert.deepEqual(parseTags(' team:data, tier : gold ,'), [
    { key: 'team', value: 'data' },
    { key: 'tier', value: 'gold' },
  ])
  assert.deepEqual(parseTags(''), [])
  assert.equal(parseTags('team'), undefined)
  assert.equal(parseTags('team:'), undefined)
})

test('a name is judged as the server does', () => {
  assert.ok(isSecretName('WAREHOUSE_PASSWORD'))
  assert.ok(!isSecretName('1st'))
  assert.ok(!isSecretName('a b'))
})
