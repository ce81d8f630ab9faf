import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Keyring } from '../platform/keyring.ts'
import { RowKeys } from '../secrets/row-keys.ts'
import { openMemoryStore } from '../storage/memory/memory-store.ts'
import { newTables } from '../storage/memory/tables.ts'
import { keepValues, openValues } from './token-vault.ts'

const MAIL = { kind: 'mail', text: 'ada@example.org' } as const
const OWNER = { tenant: 'main', namespace: 'company' }

test('a value has one token in its namespace and another one elsewhere, and is kept encrypted', async () => {
  const tables = newTables()
  const store = openMemoryStore(tables, () => 1)
  const rowKeys = new RowKeys({ store, ring: new Keyring([btoa('0123456789abcdef0123456789abcdef')]), nowMs: () => 1 })
  const world = { store, rowKeys, nowMs: () => 1 }

  const [token, again] = await keepValues(world, OWNER, [MAIL, MAIL])
  const [elsewhere] = await keepValues(world, { ...OWNER, namespace: 'far' }, [MAIL])

  assert.ok(token && elsewhere)
  assert.equal(again, token)
  assert.notEqual(elsewhere, token)
  assert.match(token, /^PII_MAIL_[0-9a-f]{24}$/)
  assert.equal(tables.tokens.size, 2)
  assert.ok(!JSON.stringify([...tables.tokens.values()]).includes('ada'))
  assert.deepEqual([...(await openValues(world, OWNER, [token, elsewhere]))], [[token, 'ada@example.org']])
  await assert.rejects(keepValues({ store, nowMs: () => 1 }, OWNER, [MAIL]), /configure a key/)
})
