// SP24: whoever finds a backup finds no secret in it: neither what is encrypted, nor the key that would open it, nor the password that was made up.
import assert from 'node:assert/strict'
import { mkdirSync, mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { encodeValue } from '@batuta/core'
import { openLocalFileStore } from '@batuta/plugin-sdk'
import { readConfig } from '../config/config.ts'
import { readOwnKeys } from '../config/own-key.ts'
import { newEncryption } from '../platform/encryption.ts'
import { THREAD_URL } from '../platform/places.ts'
import { openSqliteStore } from '../storage/sqlite/sqlite-store.ts'
import { runBackup } from './run-backup.ts'

const CANARY = 'Kanarienvogel+geheim/42?'

test('a backup holds neither secrets nor what opens them', async t => {
  const folder = mkdtempSync(join(tmpdir(), 'batuta-backup-'))
  t.after(() => rmSync(folder, { recursive: true, force: true, maxRetries: 5 }))
  const config = readConfig({ dataDir: join(folder, 'data') }, { BATUTA_PASSWORD: CANARY, BATUTA_USER: 'a' }, '/')
  mkdirSync(config.dataDir)
  const [key = ''] = readOwnKeys(config.dataDir)
  // As older servers kept the user whom they had made up.
  const password = 'Nachtigall+geheim/43?'
  writeFileSync(join(config.dataDir, 'first-user'), `admin:${password}\n`)
  const encryption = newEncryption(
    Buffer.from(key, 'base64').length === 32 ? key : Buffer.alloc(32, 7).toString('base64'),
  )
  const store = openSqliteStore({ file: join(config.dataDir, 'batuta.db'), nowMs: Date.now, threadUrl: THREAD_URL })
  const cipher = encodeValue(encryption?.encrypt(CANARY) ?? null)
  const row = { tenant: 'main', namespace: 'a', key: 'CANARY', cipher, description: null, tags: '[]', updatedMs: 1 }
  await store.perform('saveSecret', row)
  await openLocalFileStore(config.storageDir).put('kestra:///a/_files/plain.txt', 'nothing secret')
  await store.close()

  await runBackup(join(folder, 'backup'), { dataDir: config.dataDir })

  const files = readdirSync(join(folder, 'backup'), { recursive: true, withFileTypes: true }).filter(each =>
    each.isFile(),
  )
  assert.ok(files.some(({ name }) => name === 'batuta.db'))
  assert.ok(files.some(({ name }) => name === 'plain.txt'))
  const hidden = [CANARY, Buffer.from(CANARY).toString('base64'), encodeURIComponent(CANARY), key, password]
  for (const file of files) {
    const text = readFileSync(join(file.parentPath, file.name), 'latin1')
    for (const each of hidden) assert.equal(text.includes(each), false, `${file.name} holds a secret`)
  }
})
