// npm test: installs what is not there, builds, and runs every test of the project with Node's own runner, whose summary is the last
// thing printed. Types, rules and format are tests as well (scripts/check.test.ts), so that one summary tells all.
// npm test -- PATTERN …  runs only these files.
import { spawn } from 'node:child_process'
import { isUpToDate } from './build-stamp.mjs'
import { ensureChromium } from './find-chromium.mjs'
import { ensureInstalled } from './install.mjs'
import { ROOT, getNode } from './node-path.mjs'
import { runNode } from './run-node.mjs'

const PATTERNS = [
  'scripts/**/*.test.ts',
  'packages/*/src/**/*.test.ts',
  'plugins/*/src/**/*.test.ts',
  'tests/**/*.test.{ts,mjs}',
]
// Two cores are the smallest machine the project promises to be tested on; a third of the time a file waits, for a lease to end or a process to die.
const FILES_AT_ONCE = 3
const FILE_TIMEOUT_MS = 15 * 60_000
const ALL_TIMEOUT_MS = 45 * 60_000

try {
  await ensureInstalled('full', say)
  if (!isUpToDate()) await runNode(['scripts/build.mjs'])
  ensureChromium(say)
  runTests(process.argv.slice(2))
} catch (error) {
  say(error.message)
  process.exitCode = 1
}

function runTests(patterns) {
  const args = [
    '--disable-warning=ExperimentalWarning',
    '--test',
    '--test-reporter=spec',
    `--test-concurrency=${FILES_AT_ONCE}`,
    `--test-timeout=${FILE_TIMEOUT_MS}`,
    ...(patterns.length > 0 ? patterns : PATTERNS),
  ]
  const child = spawn(getNode(), args, { cwd: ROOT, stdio: 'inherit' })
  const timer = setTimeout(() => {
    say(`the tests took longer than ${ALL_TIMEOUT_MS / 60_000} minutes and are stopped`)
    child.kill('SIGINT') // the runner prints what it has and ends
  }, ALL_TIMEOUT_MS)
  for (const signal of ['SIGINT', 'SIGTERM']) process.on(signal, () => child.kill(signal))
  child.on('exit', (code, signal) => {
    clearTimeout(timer)
    process.exitCode = signal === null ? code : 1
  })
}

function say(line) {
  process.stderr.write(`batuta: ${line}\n`)
}
