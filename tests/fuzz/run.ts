// npm run test:fuzz: half an hour of calls that nobody who means well would make. First ours, made of the route table, from a new place each time; then
// Schemathesis over the OpenAPI, installed into a folder of its own that goes afterwards, from the registry that pip is set to; SCHEMATHESIS may name one that is there. Fails for a 5xx, for an answer
// that tells of files, statements or secrets or is none that the OpenAPI describes, for an operation that was not reached, and for whatever the server
// wrote into its log as its own mistake.
//   npm run test:fuzz -- [--minutes 30] [--seed N] [--without-schemathesis]
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { FUZZ_USER, fuzz } from '../../packages/server/src/testing/fuzz.ts'
import { openTestServer } from '../../packages/server/src/testing/test-server.ts'
import { findSchemathesis, runSchemathesis } from './schemathesis.ts'

const MISTAKE = /answered 5\d\d/
/** Our own calls are a hundred times as many in the same time. */
const WALK_SHARE = 0.2

const { values } = parseArgs({
  options: {
    minutes: { type: 'string', default: '30' },
    seed: { type: 'string', default: String(Math.floor(Math.random() * 2 ** 31)) },
    'without-schemathesis': { type: 'boolean', default: false },
  },
})
const isWalkAlone = values['without-schemathesis']
const allMs = Number(values.minutes) * 60_000
const walkMs = isWalkAlone ? allMs : allMs * WALK_SHARE
const seed = Number(values.seed)

const wrong = [...(await walk()), ...(isWalkAlone ? [] : await schemathesis())]
for (const line of wrong) console.error(line)
console.log(wrong.length === 0 ? 'nothing is wrong' : `${wrong.length} answers are wrong`)
process.exit(wrong.length === 0 ? 0 : 1)

async function walk(): Promise<readonly string[]> {
  const server = await openTestServer({ requestsPerMinute: 0, user: FUZZ_USER })
  const fromMs = performance.now()
  const {
    calls,
    byStatus,
    wrong: found,
  } = await fuzz(server, { seed, goesOn: () => performance.now() - fromMs < walkMs })
  const statuses = [...byStatus].sort(([a], [b]) => a - b).map(([status, count]) => `${status}: ${count}`)
  console.log(`seed ${seed}: ${calls} calls (${statuses.join(', ')})`)
  const mistakes = server.notices.filter(notice => MISTAKE.test(notice))
  await server.stop()
  return [...found, ...mistakes]
}

async function schemathesis(): Promise<readonly string[]> {
  const folder = await mkdtemp(join(tmpdir(), 'batuta-fuzz-'))
  try {
    const program = await findSchemathesis(folder)
    return await runSchemathesis({ folder, seed, program, ms: allMs - walkMs })
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}
