// npm run test:fuzz: half an hour of calls that nobody who means well would make. First ours, made of the route table, from a new place each time; then
// Schemathesis over the OpenAPI, installed into a folder of its own that goes afterwards, from the registry that pip is set to; SCHEMATHESIS may name one that is there. Fails for a 5xx, for an answer
// that tells of files, statements or secrets, and for whatever the server wrote into its log as its own mistake.
//   npm run test:fuzz -- [--minutes 30] [--seed N] [--without-schemathesis]
import { spawn } from 'node:child_process'
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs, promisify } from 'node:util'
import { execFile } from 'node:child_process'
import { FUZZ_USER, fuzz } from '../../packages/server/src/testing/fuzz.ts'
import { startServer, type RunningServer } from '../../packages/server/src/boot.ts'
import { openTestServer } from '../../packages/server/src/testing/test-server.ts'

const run = promisify(execFile)
const SCHEMATHESIS = 'schemathesis==4.32.5'
const INSTALL_MAX_MS = 300_000
/** It ends by itself when its time is up; one call may be under way. */
const LATE_MS = 60_000
const PRINTED_LINES = 200
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
  const server = await openTestServer({ requestsPerMinute: 0, user: FUZZ_USER })
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
    const program = process.env['SCHEMATHESIS'] ?? (await install(folder))
    const found: string[] = []
    for (const dialect of ['b', 'c']) found.push(...(await check(program, dialect, folder)))
    return found
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}

async function install(folder: string): Promise<string> {
  await run('python3', ['-m', 'venv', folder], { timeout: INSTALL_MAX_MS })
  await run(join(folder, 'bin', 'pip'), ['install', '--quiet', SCHEMATHESIS], { timeout: INSTALL_MAX_MS })
  return join(folder, 'bin', 'schemathesis')
}

/** One dialect of the API over a whole server of its own. */
async function check(program: string, dialect: string, cwd: string): Promise<readonly string[]> {
  const { server, address } = await startWhole(join(cwd, dialect))
  const args = [
    ...['run', `${address}/api/v1/openapi.json?dialect=${dialect}`, '--url', address],
    ...['--auth', `${FUZZ_USER.name}:${FUZZ_USER.password}`],
    ...['--checks', 'not_a_server_error', '--mode', 'all', '--phases', 'coverage,fuzzing'],
    // Maintenance would refuse what comes after it; a stream of events has no end.
    ...['--exclude-path-regex', 'maintenance|follow|/events|/live'],
    ...['--request-timeout', '20', '--max-failures', '50', '--continue-on-failure', '--no-color', '--warnings', 'off'],
    ...[
      '--seed',
      String(values.seed),
      '--max-time',
      String(Math.ceil(halfMs / 2_000)),
      '--generation-database',
      'none',
    ],
  ]
  try {
    const { code, printed } = await runFor(program, args, { cwd, ms: halfMs / 2 + LATE_MS })
    console.log(`schemathesis, dialect ${dialect}:\n${printed.split('\n').slice(-PRINTED_LINES).join('\n')}`)
    return code === 0 || code === null ? [] : [`schemathesis found something (code ${code})`]
  } finally {
    await server.stop()
  }
}

async function startWhole(folder: string): Promise<{ readonly server: RunningServer; readonly address: string }> {
  await mkdir(folder)
  const configFile = join(folder, 'config.json')
  const user = { username: FUZZ_USER.name, password: FUZZ_USER.password }
  const config = {
    server: { 'requests-per-minute': 0 },
    kestra: { server: { 'basic-auth': user }, encryption: { 'secret-key': btoa('01234567890123456789012345678901') } },
    logger: { levels: { ROOT: 'OFF' } },
  }
  await writeFile(configFile, JSON.stringify(config))
  const places = { dataDir: join(folder, 'data'), flowsDir: join(folder, 'flows'), configFile }
  const server = await startServer({ port: 0, ...places })
  return { server, address: server.address ?? '' }
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
