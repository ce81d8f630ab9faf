import assert from 'node:assert/strict'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test, type TestContext } from 'node:test'
import type { Value } from '@batuta/core'
import type { SecretStore } from '@batuta/plugin-sdk'
import { testWorld } from './testing/stub-vault.ts'
import { readManagers } from './open-managers.ts'

function folderOf(t: TestContext): string {
  const folder = mkdtempSync(join(tmpdir(), 'batuta-secrets-'))
  t.after(() => rmSync(folder, { recursive: true }))
  return folder
}

function one(item: Value, folder: string, environment: Readonly<Record<string, string>> = {}): SecretStore {
  const [manager] = readManagers([item], testWorld({ folder, environment }))
  assert.ok(manager)
  return manager
}

test('a folder has secrets for a namespace and for all; nothing outside of it is read', async t => {
  const folder = folderOf(t)
  mkdirSync(join(folder, 'run', 'a.b'), { recursive: true })
  writeFileSync(join(folder, 'run', 'a.b', 'TOKEN'), 'near\n')
  writeFileSync(join(folder, 'run', 'token'), 'far')
  writeFileSync(join(folder, 'outside'), 'no')
  const store = one({ type: 'directory', path: 'run' }, folder)

  assert.equal(await store.find('a.b', 'token'), 'near')
  assert.equal(await store.find('a', 'token'), 'far')
  assert.equal(await store.find('a.c', 'token'), undefined)
  assert.equal(await store.find('a', '../outside'), undefined)
  assert.equal(await store.find('..', 'outside'), undefined)
})

test('variables of the environment are plain text under a prefix, and may be for some namespaces only', async t => {
  const store = one({ type: 'environment', prefix: 'VAULT_', namespaces: ['a'] }, folderOf(t), { VAULT_TOKEN: 'x' })

  assert.equal(await store.find('a.b', 'token'), 'x')
  assert.equal(await store.find('ab', 'token'), undefined)
})

test('a plugin is opened with its properties, once and when it is needed; one that cannot be is tried again', async t => {
  const folder = folderOf(t)
  const manager = one({ type: 'test.Vault', module: './vault.mjs', properties: { word: 'open' } }, folder)

  await assert.rejects(manager.find('a', 'k'), /test\.Vault.*cannot be opened/)
  writeFileSync(
    join(folder, 'other.mjs'),
    `let count = 0
export const vault = { kind: 'secret store', type: 'test.Vault', open: async ({ word }) => {
  count += 1
  return { find: async (namespace, key) => key === 'k' ? \`\${word} \${namespace} \${count}\` : undefined } } }`,
  )
  const other = one({ type: 'test.Vault', module: './other.mjs', properties: { word: 'open' } }, folder)
  assert.equal(await other.find('a', 'k'), 'open a 1')
  assert.equal(await other.find('b', 'k'), 'open b 1')
  assert.equal(await other.find('b', 'ghost'), undefined)
  await assert.rejects(
    one({ type: 'test.None', module: './other.mjs' }, folder).find('a', 'k'),
    /exports no secret store/,
  )
})

test('what is no manager is refused with its place', t => {
  const place = testWorld({ folder: folderOf(t) })

  assert.deepEqual(readManagers(undefined, place), [])
  assert.throws(() => readManagers('x', place), /secrets\.managers cannot be used/)
  assert.throws(() => readManagers([{ type: 'directory' }], place), /managers\[0\]\.path.*missing/)
  assert.throws(() => readManagers([{ type: 'com.acme.Vault' }], place), /managers\[0\]\.module.*missing/)
})
