// SP21: what is kept encrypted opens where it was written, unchanged, with its own key, and nowhere else; no nonce comes twice. Rotation under load, and a
// server that starts with another key: rotate-keys.test.ts.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { isMap, mapGet } from '@batuta/core'
import { Keyring, newOuterKey, sealBytes } from '../platform/keyring.ts'
import { openMemoryStore } from '../storage/memory/memory-store.ts'
import { newTables, type Tables } from '../storage/memory/tables.ts'
import { openRowKeys, type RowKeys, type RowPlace } from './row-keys.ts'

const KEY = newOuterKey()
const NONCE_BYTES = 12
const PLACE: RowPlace = { table: 'secrets', tenant: 'main', namespace: 'a', id: 'X' }

async function openKeys(tables: Tables = newTables(), key = KEY): Promise<RowKeys> {
  let nowMs = 0
  return await openRowKeys({
    store: openMemoryStore(tables, () => nowMs),
    nowMs: () => ++nowMs,
    ring: new Keyring([key]),
  })
}

function nonceOf(bytes: Buffer): string {
  return bytes.subarray(0, NONCE_BYTES).toString('hex')
}

test('no nonce comes twice, whoever encrypts what', async () => {
  const keys = await openKeys()
  const nonces: string[] = []
  for (let n = 0; n < 5_000; n++) {
    const sealed = (await keys.seal(PLACE, 'the same')).split('.')[3] ?? ''
    const encrypted = keys.ring.encrypt('the same')
    const cipher = typeof encrypted === 'object' && isMap(encrypted) ? mapGet(encrypted, 'value') : ''
    const wrapped = keys.ring.active.wrap(new Uint8Array(32), 'the same')
    nonces.push(nonceOf(Buffer.from(sealed, 'base64url')), nonceOf(Buffer.from(wrapped, 'base64url')))
    nonces.push(nonceOf(Buffer.from(String(cipher), 'base64')))
  }

  assert.equal(nonces.length, 15_000)
  assert.equal(new Set(nonces).size, nonces.length)
})

test('a text opens in the row, the version, the namespace, the tenant and the table that it was written for, and nowhere else', async () => {
  const keys = await openKeys()
  const text = await keys.seal(PLACE, 'open sesame', 2)
  // So that there are keys of the other places, too.
  for (const other of [{ namespace: 'b' }, { tenant: 'second' }]) await keys.seal({ ...PLACE, ...other }, 'x')

  assert.equal(await keys.open(PLACE, text), 'open sesame')
  const elsewhere: readonly Partial<RowPlace>[] = [
    ...[{ id: 'Y' }, { namespace: 'b' }, { tenant: 'second' }, { table: 'tokens' as const }],
    // What is put together must not be the same as something else that is.
    ...[{ namespace: 'a","X' }, { id: 'X",2' }, { id: '' }],
  ]
  for (const other of elsewhere) await assert.rejects(keys.open({ ...PLACE, ...other }, text), JSON.stringify(other))
  await assert.rejects(keys.open(PLACE, text.replace('.2.', '.3.')))
})

test('a text in which anything was changed does not open', async () => {
  const keys = await openKeys()
  const [prefix, id, version, sealed = ''] = (await keys.seal(PLACE, 'open sesame')).split('.')
  const bytes = Buffer.from(sealed, 'base64url')

  for (let at = 0; at < bytes.length; at++) {
    const changed = Buffer.from(bytes)
    changed.writeUInt8((changed.readUInt8(at) + 1) % 256, at)
    const text = [prefix, id, version, changed.toString('base64url')].join('.')
    await assert.rejects(keys.open(PLACE, text), `byte ${at}`)
  }
  for (const length of [0, NONCE_BYTES, bytes.length - 16, bytes.length - 1]) {
    const text = [prefix, id, version, bytes.subarray(0, length).toString('base64url')].join('.')
    await assert.rejects(keys.open(PLACE, text), `${length} bytes`)
  }
})

test('a text whose tag was cut short is refused, not guessed at', () => {
  const ring = new Keyring([KEY])
  for (const length of [4, 8, NONCE_BYTES, NONCE_BYTES + 3]) {
    const isRefused = { code: 'ERR_CRYPTO_INVALID_AUTH_TAG' }
    const bytes = Buffer.alloc(length)
    assert.throws(() => ring.decrypt(bytes.toString('base64')), isRefused, `${length} bytes`)
    assert.throws(() => ring.active.unwrap(bytes.toString('base64url'), 'x'), isRefused, `${length} bytes`)
  }
})

test('a data key opens nothing in the place of another one, and with another outer key not at all', async () => {
  const tables = newTables()
  const keys = await openKeys(tables)
  await keys.seal(PLACE, 'x')
  await keys.seal({ ...PLACE, namespace: 'b' }, 'x')
  const [[name, own] = [], [, other] = []] = [...tables.dataKeys]
  assert.ok(name && own && other)

  tables.dataKeys.set(name, { ...own, wrapped: other.wrapped })
  await assert.rejects(openKeys(tables), /does not open: its row was changed/)
  for (const moved of [{ tenant: 'second' }, { namespace: 'c' }, { id: 'another' }]) {
    const row = { ...own, ...moved }
    tables.dataKeys.clear()
    tables.dataKeys.set(row.id, row)
    await assert.rejects(openKeys(tables), /does not open: its row was changed/, JSON.stringify(moved))
  }
  tables.dataKeys.clear()
  for (const row of [own, other]) tables.dataKeys.set(row.id, row)
  await assert.rejects(openKeys(tables, newOuterKey()), /are configured: add that key/)
  await openKeys(tables)
})

test('a mark tells nothing of its text, and is another one in another namespace', async () => {
  const keys = await openKeys()
  const [a, again, b] = [
    await keys.mark({ tenant: 'main', namespace: 'a' }, 'ada@example.com'),
    await keys.mark({ tenant: 'main', namespace: 'a' }, 'ada@example.com'),
    await keys.mark({ tenant: 'main', namespace: 'b' }, 'ada@example.com'),
  ]

  assert.equal(a, again)
  assert.notEqual(a, b)
  assert.match(a, /^[\w-]{43}$/)
})

test('keys for different purposes are different keys', () => {
  const about = 'the same'
  const outer = new Keyring([KEY]).active
  const raw = sealBytes(new Uint8Array(32), { key: Buffer.from(KEY, 'base64'), about })

  assert.throws(() => outer.unwrap(raw, about), 'what the key itself encrypts is not what it wraps')
  assert.ok(!Buffer.from(KEY, 'base64').includes(Buffer.from(outer.kid, 'base64url')))
})
