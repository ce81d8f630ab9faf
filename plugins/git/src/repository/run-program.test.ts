import assert from 'node:assert/strict'
import { mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { runProgram } from './run-program.ts'

test('what stands in an argument is said as it is: no shell reads it', async t => {
  const cwd = mkdtempSync(join(tmpdir(), 'batuta-program-'))
  t.after(() => rmSync(cwd, { recursive: true }))
  const hostile = [
    '; touch a',
    '$(touch b)',
    '`touch c`',
    '| touch d',
    '&& touch e',
    '* ?',
    '$HOME',
    '"',
    "'",
    'x\ny',
    '',
  ]
  const show = 'process.stdout.write(JSON.stringify(process.argv.slice(1)))'
  const place = { cwd, env: process.env, signal: new AbortController().signal }

  const { stdout, exitCode } = await runProgram([process.execPath, '-e', show, '--', ...hostile], '', place)

  assert.deepEqual([exitCode, JSON.parse(stdout)], [0, hostile])
  assert.deepEqual(readdirSync(cwd), [])
})
