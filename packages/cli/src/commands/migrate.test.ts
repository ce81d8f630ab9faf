import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { existsSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test, type TestContext } from 'node:test'

test('a dry run tells the steps of an empty database and makes none; then they are done, once', t => {
  const dir = folder(t)
  const data = join(dir, 'data')

  assert.match(run('--dry-run', '--data', data), /^From migration 0 to \d+, would be done:\n {2}1 {2}the tables\n/)
  assert.equal(existsSync(data), false)
  assert.match(run('--data', data), /^From migration 0 to \d+, done:/)
  assert.match(run('--data', data), /nothing to do/)
  assert.equal(JSON.parse(run('--json', '--dry-run', '--data', data)).steps.length, 0)
})

function run(...args: readonly string[]): string {
  const main = join(import.meta.dirname, '..', 'main.ts')
  const { stdout, stderr, status } = spawnSync(process.execPath, [main, 'migrate', ...args], { encoding: 'utf8' })
  assert.equal(status, 0, stderr)
  return stdout
}

function folder(t: TestContext): string {
  const dir = mkdtempSync(join(tmpdir(), 'batuta-migrate-'))
  t.after(() => rmSync(dir, { recursive: true }))
  return dir
}
