import assert from 'node:assert/strict'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { isMap, mapGet, printValue, type Value } from '@batuta/core'
import { Keyring } from '../platform/keyring.ts'
import { openMemoryStore } from '../storage/memory/memory-store.ts'
import { newTables } from '../storage/memory/tables.ts'
import { keepSecrets } from './keep-secrets.ts'
import { RowKeys } from './row-keys.ts'
import { saveSecret } from './secret-rows.ts'
import { getSecret, readEnvironmentSecrets } from './secret-sources.ts'

const KEY = btoa('0123456789abcdef0123456789abcdef')

const OTHER_KEY = btoa('another key of 32 bytes in all..')

function worldOf(): Parameters<typeof getSecret>[0] & Parameters<typeof saveSecret>[0] {
  const store = openMemoryStore(newTables(), () => 1)
  const rowKeys = new RowKeys({ store, ring: new Keyring([KEY]), nowMs: () => 1 })
  return { store, environmentSecrets: new Map([['TOKEN', 'from outside']]), nowMs: () => 1, rowKeys }
}

const of = (namespace: string, key: string): { tenant: string; namespace: string; key: string } => ({
  tenant: 'main',
  namespace,
  key,
})

test('the nearest namespace counts, then managers, then the environment', async () => {
  const world = worldOf()
  await saveSecret(world, { ...of('a', 'word'), value: 'far' })
  await saveSecret(world, { ...of('a.b', 'word'), value: 'near' })
  const manager = {
    find: async (namespace: string, key: string) => (namespace === 'm' && key === 'word' ? 'managed' : undefined),
  }

  assert.equal(await getSecret(world, of('a.b.c', 'WORD')), 'near')
  assert.equal(await getSecret(world, of('a.x', 'Word')), 'far')
  assert.equal(await getSecret({ ...world, managers: [manager] }, of('m.n', 'word')), 'managed')
  assert.equal(await getSecret(world, of('z', 'token')), 'from outside')
  await assert.rejects(getSecret(world, of('z', 'ghost')), /no secret "ghost".*SECRET_GHOST/)
})

test('without its key a secret is not read, and none is saved', async () => {
  const world = worldOf()
  await saveSecret(world, { ...of('a', 'word'), value: 'x' })
  const { store, nowMs } = world
  const rowKeys = new RowKeys({ store, ring: new Keyring([OTHER_KEY]), nowMs })

  await assert.rejects(getSecret({ ...world, rowKeys }, of('a', 'word')), /encrypted with another key/)
  await assert.rejects(saveSecret({ store, nowMs }, { ...of('a', 'b'), value: 'x' }), /configure a key/)
})

test('the environment is read once; what is no base64 is told and left out', () => {
  const told: string[] = []

  const secrets = readEnvironmentSecrets(
    { SECRET_A: 'aGVs\nbG8=', SECRET_b: btoa('x'), SECRET_BAD: '!?', OTHER: 'eA==' },
    message => void told.push(message),
  )

  assert.deepEqual(
    [...secrets],
    [
      ['A', 'hello'],
      ['B', 'x'],
    ],
  )
  assert.deepEqual(told.length, 1)
  assert.match(told[0] ?? '', /SECRET_BAD/)
})

test('a server that is alone makes a key of its own, which is still read when one is configured', t => {
  const dataDir = mkdtempSync(join(tmpdir(), 'batuta-key-'))
  t.after(() => rmSync(dataDir, { recursive: true }))
  const cipherOf = (value: Value | undefined): string =>
    value !== undefined && isMap(value) ? printValue(mapGet(value, 'value') ?? null) : ''

  const cipher = cipherOf(keepSecrets([], { dataDir, isAlone: true }).encrypt?.('word'))

  assert.equal(keepSecrets([], { dataDir, isAlone: true }).decrypt?.(cipher), 'word')
  assert.equal(keepSecrets([KEY], { dataDir, isAlone: false }).decrypt?.(cipher), 'word')
  assert.equal(keepSecrets([], { dataDir, isAlone: false }).encrypt, undefined)
})
