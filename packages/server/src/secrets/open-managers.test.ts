import assert from 'node:assert/strict'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test, type TestContext } from 'node:test'
import type { Value, ValueMap } from '@batuta/core'
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

test('a plugin runs in a process that sees little, is opened when it is needed, and again when it died', async t => {
  const folder = folderOf(t)
  const of = (module: string, type = 'test.Vault', more: ValueMap = {}): SecretStore => {
    const store = one({ type, module, properties: { word: 'open' }, cache: { enabled: false }, ...more }, folder, {
      ...{ PATH: process.env['PATH'] ?? '', SECRET_DOOR: 'c2VzYW1l', ACME_TOKEN: 'x' },
    })
    t.after(() => store.close?.())
    return store
  }
  const manager = of('./vault.mjs')
  await assert.rejects(manager.find('a', 'k'), /test\.Vault.*cannot be opened/)
  writeFileSync(
    join(folder, 'vault.mjs'),
    `import { readFileSync } from 'node:fs'
import { execFileSync } from 'node:child_process'
let count = 0
export const vault = { kind: 'secret store', type: 'test.Vault', open: async ({ word }) => {
  count += 1
  return { find: async (namespace, key) => {
    if (key === 'die') process.exit(3)
    if (key === 'env') return Object.keys(process.env).sort().join()
    if (key === 'read') return readFileSync('/etc/hostname', 'utf8')
    if (key === 'spawn') return execFileSync('id').toString()
    return key === 'k' ? \`\${word} \${namespace} \${count}\` : undefined } } } }`,
  )
  assert.equal(await manager.find('a', 'k'), 'open a 1')
  assert.equal(await manager.find('b', 'k'), 'open b 1')
  assert.equal(await manager.find('b', 'ghost'), undefined)
  await assert.rejects(of('./vault.mjs', 'test.None').find('a', 'k'), /exports no secret store/)

  assert.equal(await manager.find('a', 'env'), 'PATH')
  assert.equal(await of('./vault.mjs', 'test.Vault', { environment: ['ACME_*'] }).find('a', 'env'), 'ACME_TOKEN,PATH')
  await assert.rejects(manager.find('a', 'read'), /restricted|permission/i)
  await assert.rejects(manager.find('a', 'spawn'), /restricted|permission/i)
  await assert.rejects(manager.find('a', 'die'), /ended with 3/)
  assert.equal(await manager.find('a', 'k'), 'open a 1')
})

test('what is no manager is refused with its place', t => {
  const place = testWorld({ folder: folderOf(t) })

  assert.deepEqual(readManagers(undefined, place), [])
  assert.throws(() => readManagers('x', place), /secrets\.managers cannot be used/)
  assert.throws(() => readManagers([{ type: 'directory' }], place), /managers\[0\]\.path.*missing/)
  assert.throws(() => readManagers([{ type: 'com.acme.Vault' }], place), /managers\[0\]\.module.*missing/)
})
