import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { chmodSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join as joinPath } from 'node:path'
import { test } from 'node:test'
import { startPostgres } from '../../../../../tests/services/postgres.mjs'
import { executionRow, join } from '../contract/subject.ts'
import { LossDetector } from './loss-detector.ts'
import { openTestStore } from './testing/test-database.ts'

test('a database that has forgotten acknowledged flushes is found out when the node joins again, once', async t => {
  const dir = mkdtempSync(joinPath(tmpdir(), 'batuta-loss-'))
  chmodSync(dir, 0o755)
  const [home, copy] = [joinPath(dir, 'home'), joinPath(dir, 'copy')]
  let server = await startPostgres({ dir: home, fsync: true })
  const { store, notices } = await openTestStore(t, server.url)
  t.after(async () => {
    await server.stop()
    rmSync(dir, { recursive: true, force: true })
  })
  const node = await join(store)
  await node.write({ births: [executionRow('e1')] })
  await server.stop()
  copyWithOwners(home, copy)
  server = await startPostgres({ dir: home, fsync: true, port: server.port })
  const again = await join(store)
  for (const id of ['e2', 'e3', 'e4']) await again.write({ births: [executionRow(id)] })
  assert.equal(notices.join('\n').includes('TIMELINE'), false)

  await server.stop()
  rmSync(home, { recursive: true })
  copyWithOwners(copy, home)
  server = await startPostgres({ dir: home, fsync: true, port: server.port })

  await again.refused({ births: [executionRow('e5')] }, 'fenced')
  const third = await join(store)
  assert.match(notices.at(-1) ?? '', /TIMELINE REGRESSION: .* the last 3 flushes .* "node-1" \(2 to 4\)/)
  await third.write({ births: [executionRow('e5')] })
  await join(store)
  assert.equal(notices.filter(notice => notice.includes('TIMELINE')).length, 1)
})

test('a database that knows of as many flushes, or more, has forgotten nothing', () => {
  const losses = new LossDetector()
  losses.acknowledge('a', 7)

  assert.equal(losses.compare('a', 7), undefined)
  losses.acknowledge('a', 7)
  assert.equal(losses.compare('a', 8), undefined)
  assert.equal(losses.compare('b', 0), undefined)
})

function copyWithOwners(from: string, to: string): void {
  assert.equal(spawnSync('cp', ['-a', from, to]).status, 0)
}
