// npm run test:e2e: all journeys through the web page in a real browser, the long ones too.  -- PATTERN …  runs only these files;
// --store postgres  lets their servers keep all in a PostgreSQL.
import { isUpToDate } from './build-stamp.mjs'
import { HOW_TO, ensureChromium } from './find-chromium.mjs'
import { ensureInstalled } from './install.mjs'
import { runNode } from './run-node.mjs'
import { takeStore } from './take-store.mjs'

const PATTERNS = ['tests/browser/**/*.{test,journey}.ts']
const FILE_TIMEOUT_MS = 15 * 60_000

try {
  const { store, rest } = takeStore(process.argv.slice(2))
  if (store !== undefined) process.env.BATUTA_TEST_STORE = store
  await ensureInstalled('full', say)
  if (!isUpToDate()) await runNode(['scripts/build.mjs'])
  if (ensureChromium(say) === undefined) throw new Error(HOW_TO)
  await runNode([
    '--test',
    '--test-reporter=spec',
    '--test-concurrency=2',
    `--test-timeout=${FILE_TIMEOUT_MS}`,
    ...(rest.length > 0 ? rest : PATTERNS),
  ])
} catch (error) {
  say(error.message)
  process.exitCode = 1
}

function say(line) {
  process.stderr.write(`batuta: ${line}\n`)
}
