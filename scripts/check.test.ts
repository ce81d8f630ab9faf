// Types, rules and format, as tests: one summary tells all.
import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { join } from 'node:path'
import { test } from 'node:test'

const ROOT = join(import.meta.dirname, '..')
const TIMEOUT_MS = 240_000

test('every package type checks', () => {
  runTool('typescript/bin/tsc', ['-b'])
})

test('every test type checks', () => {
  runTool('typescript/bin/tsc', ['-p', 'tsconfig.tests.json', '--noEmit'])
})

test('the linter finds nothing', () => {
  runTool('oxlint/bin/oxlint', ['--deny-warnings', '--disable-nested-config'])
})

test('every file is formatted', () => {
  runTool('prettier/bin/prettier.cjs', ['--check', '--log-level=warn', '.'])
})

function runTool(script: string, args: readonly string[]): void {
  const tool = join(ROOT, 'node_modules', script)
  const { status, signal, stdout, stderr } = spawnSync(process.execPath, [tool, ...args], {
    cwd: ROOT,
    encoding: 'utf8',
    timeout: TIMEOUT_MS,
  })
  assert.equal(status, 0, `${script} ended with ${signal ?? `code ${status}`}\n${stdout}${stderr}`)
}
