import assert from 'node:assert/strict'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { hiddenPlaces } from './hidden-places.ts'

test('a data folder of our own is hidden as a whole, one that is shared only where it is ours', t => {
  const dataDir = mkdtempSync(join(tmpdir(), 'batuta-hidden-'))
  t.after(() => rmSync(dataDir, { recursive: true }))
  const storageDir = join(dataDir, 'storage')
  for (const name of ['batuta.db-wal', 'encryption-key']) writeFileSync(join(dataDir, name), '')

  const configFile = '/etc/batuta.yaml'
  const whole = hiddenPlaces({ dataDir, storageDir })
  const configured = hiddenPlaces({ dataDir, storageDir, configFile })
  mkdirSync(join(dataDir, 'venv'))
  const parts = hiddenPlaces({ dataDir, storageDir })

  assert.deepEqual(whole, [dataDir, storageDir])
  assert.deepEqual(configured, [dataDir, storageDir, configFile])
  assert.deepEqual(parts, [...['work', 'batuta.db-wal', 'encryption-key'].map(name => join(dataDir, name)), storageDir])
})
