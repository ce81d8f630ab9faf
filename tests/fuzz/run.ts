// npm run test:fuzz: half an hour of calls that nobody who means well would make. First ours, made of the route table, from a new place each time; then
// Schemathesis over the OpenAPI, installed into a folder of its own that goes afterwards, from the registry that pip is set to. Fails for a 5xx, for an answer
// that tells of files, statements or secrets, and for whatever the server wrote into its log as its own mistake.
//   npm run test:fuzz -- [--minutes 30] [--seed N] [--without-schemathesis]
import { spawn } from 'node:child_process'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs, promisify } from 'node:util'
import { execFile } from 'node:child_process'
import { fuzz } from '../../packages/server/src/testing/fuzz.ts'
import { openTestServer } from '../../packages/server/src/testing/test-server.ts'

const run = promisify(execFile)
const SCHEMATHESIS = 'schemathesis==4.32.5'
const INSTALL_MAX_MS = 300_000
const MISTAKE = /answered 5\d\d/

const { values } = parseArgs({
  options: {
    minutes: { type: 'string', default: '30' },
    seed: { type: 'string', default: String(Math.floor(Math.random() * 2 ** 31)) },
    'without-schemathesis': { type: 'boolean', default: false },
  },
})
const halfMs = (Number(values.minutes) * 60_000) / (values['without-schemathesis'] ? 1 : 2)

const wrong = [...(await walk(Number(values.seed))), ...(values['without-schemathesis'] ? [] : await schemathesis())]
for (const line of wrong) console.error(line)
console.log(wrong.length === 0 ? 'nothing is wrong' : `${wrong.length} answers are wrong`)
process.exit(wrong.length === 0 ? 0 : 1)

async function walk(seed: number): Promise<readonly string[]> {
  const server = await openTestServer({ requestsPerMinute: 0 })
  const fromMs = performance.now()
  const {
    calls,
    byStatus,
    wrong: found,
  } = await fuzz(server, { seed, goesOn: () => performance.now() - fromMs < halfMs })
  const statuses = [...byStatus].sort(([a], [b]) => a - b).map(([status, count]) => `${status}: ${count}`)
  console.log(`seed ${seed}: ${calls} calls (${statuses.join(', ')})`)
  const mistakes = server.notices.filter(notice => MISTAKE.test(notice))
  await server.stop()
  return [...found, ...mistakes]
}

async function schemathesis(): Promise<readonly string[]> {
  const folder = await mkdtemp(join(tmpdir(), 'batuta-fuzz-'))
  try {
    await run('python3', ['-m', 'venv', folder], { timeout: INSTALL_MAX_MS })
    await run(join(folder, 'bin', 'pip'), ['install', '--quiet', SCHEMATHESIS], { timeout: INSTALL_MAX_MS })
    const found: string[] = []
    for (const dialect of ['b', 'c']) found.push(...(await check(join(folder, 'bin', 'schemathesis'), dialect, folder)))
    return found
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}

/** One dialect of the API over a server of its own. */
async function check(program: string, dialect: string, cwd: string): Promise<readonly string[]> {
  const server = await openTestServer({ requestsPerMinute: 0 })
  const args = [
    ...['run', `${server.address}/api/v1/openapi.json?dialect=${dialect}`, '--url', server.address],
    ...['--checks', 'not_a_server_error', '--mode', 'all', '--phases', 'examples,coverage,fuzzing'],
    // Maintenance would refuse what comes after it; a stream of events has no end.
    ...['--exclude-path-regex', 'maintenance|follow|/events'],
    ...['--request-timeout', '20', '--max-failures', '50', '--continue-on-failure', '--no-color'],
  ]
  try {
    const { code, printed } = await runFor(program, args, { cwd, ms: halfMs / 2 })
    console.log(`schemathesis, dialect ${dialect}:\n${printed.split('\n').slice(-40).join('\n')}`)
    const mistakes = server.notices.filter(notice => MISTAKE.test(notice))
    return code === 0 || code === null ? mistakes : [`schemathesis found something (code ${code})`, ...mistakes]
  } finally {
    await server.stop()
  }
}

interface Ran {
  /** Null when its time was up. */
  readonly code: number | null
  readonly printed: string
}

function runFor(program: string, args: readonly string[], { cwd, ms }: { cwd: string; ms: number }): Promise<Ran> {
  return new Promise((resolve, reject) => {
    const child = spawn(program, [...args], {
      cwd,
      stdio: ['ignore', 'pipe', 'pipe'],
      timeout: ms,
      killSignal: 'SIGINT',
    })
    let printed = ''
    child.stdout.on('data', chunk => (printed += String(chunk)))
    child.stderr.on('data', chunk => (printed += String(chunk)))
    child.on('error', reject)
    child.on('exit', (code, signal) => resolve({ code: signal === null ? code : null, printed }))
  })
}
