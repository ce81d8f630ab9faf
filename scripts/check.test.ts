// Types, rules and format, as tests: one summary tells all.
import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { join } from 'node:path'
import { test } from 'node:test'

const ROOT = join(import.meta.dirname, '..')
const TIMEOUT_MS = 240_000
// Far fewer than there are; enough to notice a linter that looks at an empty folder.
const LINTED_MIN = 200

test('every package type checks', () => {
  runTool('typescript/bin/tsc', ['-b'])
})

test('every test type checks', () => {
  runTool('typescript/bin/tsc', ['-p', 'tsconfig.tests.json', '--noEmit'])
})

test('the linter sees the modules of the project, and finds nothing', () => {
  const report = runTool('oxlint/bin/oxlint', ['--deny-warnings', '--disable-nested-config'])

  const seen = Number(/ on (\d+) files/.exec(report)?.[1])
  assert.ok(seen >= LINTED_MIN, `the linter saw few files, or does not tell any more:\n${report}`)
})

test('every file is formatted', () => {
  runTool('prettier/bin/prettier.cjs', ['--check', '--log-level=warn', '.'])
})

function runTool(script: string, args: readonly string[]): string {
  const tool = join(ROOT, 'node_modules', script)
  const { status, signal, stdout, stderr } = spawnSync(process.execPath, [tool, ...args], {
    cwd: ROOT,
    encoding: 'utf8',
    timeout: TIMEOUT_MS,
  })
  assert.equal(status, 0, `${script} ended with ${signal ?? `code ${status}`}\n${stdout}${stderr}`)
  return stdout
}
