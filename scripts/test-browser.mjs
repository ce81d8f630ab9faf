// npm run test:e2e: all journeys through the web page in a real browser, the long ones too.  -- PATTERN …  runs only these files.
import { isUpToDate } from './build-stamp.mjs'
import { HOW_TO, ensureChromium } from './find-chromium.mjs'
import { ensureInstalled } from './install.mjs'
import { runNode } from './run-node.mjs'

const PATTERNS = ['tests/browser/**/*.{test,journey}.ts']
const FILE_TIMEOUT_MS = 15 * 60_000

try {
  await ensureInstalled('full', say)
  if (!isUpToDate()) await runNode(['scripts/build.mjs'])
  if (ensureChromium(say) === undefined) throw new Error(HOW_TO)
  const given = process.argv.slice(2)
  await runNode([
    '--test',
    '--test-reporter=spec',
    '--test-concurrency=2',
    `--test-timeout=${FILE_TIMEOUT_MS}`,
    ...(given.length > 0 ? given : PATTERNS),
  ])
} catch (error) {
  say(error.message)
  process.exitCode = 1
}

function say(line) {
  process.stderr.write(`batuta: ${line}\n`)
}
