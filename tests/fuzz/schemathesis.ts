// Schemathesis over the OpenAPI of a whole server. Its own run through a document of some hundred operations takes longer than a night's share of time, and begins
// with the same operations each time: so the document is cut into slices, in an order of chance. First every slice is fuzzed a little, so that each
// operation is reached; then what time is left is shared out among the slices, for the systematic cases, and after those for more of chance.
import { execFile, spawn } from 'node:child_process'
import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { startServer, type RunningServer } from '../../packages/server/src/boot.ts'
import { FUZZ_USER, settle } from '../../packages/server/src/testing/fuzz.ts'
import { cutDocument, isReached, operationsOf, type ApiDocument, type CutOptions, type Operation } from './slices.ts'

const run = promisify(execFile)
const SCHEMATHESIS = 'schemathesis==4.32.5'
const INSTALL_MAX_MS = 300_000
const SLICE_OPERATIONS = 40
/** Cases of each operation in the first round, wrong ones and good ones. */
const FIRST_CASES = 8
/** Slices at one time: the program thinks for longer than the server does. */
const AT_ONCE = 2
/** It ends by itself when its time is up; one call may be under way. */
const LATE_MS = 30_000
const ROUND_MIN_MS = 5_000
const REQUEST_S = 20
const REQUEST_AMONG_OTHERS_S = 90
/** Shorter ones would spend more on reading the document than on calls. */
const TURN_MIN_MS = 60_000
const TURN_CASES = 20
const PRINTED_LINES = 200
const CHECKS = 'not_a_server_error,status_code_conformance,content_type_conformance,response_schema_conformance'
const AUTHORIZATION = `Basic ${Buffer.from(`${FUZZ_USER.name}:${FUZZ_USER.password}`).toString('base64')}`
/** What ends a run by its own rules: 0 all is fine, 1 something was found. */
const SAID: ReadonlySet<number> = new Set([0, 1])

export interface SchemathesisOptions {
  readonly folder: string
  readonly seed: number
  readonly ms: number
  readonly program: string
}

/** What is wrong, in lines. */
export async function runSchemathesis(options: SchemathesisOptions): Promise<readonly string[]> {
  return await inWorld(options, REQUEST_S, async (world, slices) => {
    const count = slices.reduce((sum, { operations }) => sum + operations, 0)
    const first = await round(slices, world, { phase: 'fuzzing', more: ['--max-examples', String(FIRST_CASES)] })
    console.log(`schemathesis, every operation: ${first.reached} of ${count} reached with ${first.cases} calls`)
    const second = await round(slices, world, { phase: 'coverage', more: [], isTimed: true })
    console.log(`schemathesis, systematic cases: ${second.reached} of ${count} operations, ${second.cases} calls`)
    const others = await fuzzOn(slices, world, second.wrong)
    console.log(`schemathesis, more of every operation: ${others.cases} calls`)
    const late = first.reached < count ? [`${count - first.reached} of ${count} operations were not reached`] : []
    return [...first.wrong, ...second.wrong, ...others.wrong, ...late]
  })
}

/** As much as there is time for, a little of every part, beside other tests. */
export async function runLightly(options: SchemathesisOptions): Promise<readonly string[]> {
  return await inWorld(options, REQUEST_AMONG_OTHERS_S, async (world, slices) => {
    const more = ['--max-examples', String(FIRST_CASES)]
    const done = await round(slices, world, { phase: 'fuzzing', more, isTimed: true })
    console.log(`schemathesis: ${done.reached} operations reached with ${done.cases} calls`)
    return done.cases === 0 ? [...done.wrong, 'nothing was called'] : done.wrong
  })
}

async function inWorld(
  { folder, seed, ms, program }: SchemathesisOptions,
  requestSeconds: number,
  use: (world: World, slices: readonly Slice[]) => Promise<readonly string[]>,
): Promise<readonly string[]> {
  const { server, address } = await startWhole(join(folder, 'server'))
  const untilMs = performance.now() + ms
  try {
    const values = { tenant: 'main', ...(await prepare(address)) }
    const slices = await writeSlices(address, { folder, seed, values })
    const wrong = await use({ program, address, seed, folder, untilMs, requestSeconds }, slices)
    return [...wrong, ...(await judgeEnd(address))]
  } finally {
    await server.stop()
  }
}

/** The program that is there already, or one in the folder. */
export async function findSchemathesis(folder: string): Promise<string> {
  return process.env['SCHEMATHESIS'] ?? (await install(folder))
}

async function install(folder: string): Promise<string> {
  await run('python3', ['-m', 'venv', folder], { timeout: INSTALL_MAX_MS })
  await run(join(folder, 'bin', 'pip'), ['install', '--quiet', SCHEMATHESIS], { timeout: INSTALL_MAX_MS })
  return join(folder, 'bin', 'schemathesis')
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

function prepare(address: string): Promise<Readonly<Record<string, string>>> {
  return settle(async (method, path, { body = '', headers = {} }) => {
    const reply = await fetch(`${address}${path}`, { method, headers, body })
    return { json: await reply.json() }
  })
}

interface Slice {
  readonly file: string
  readonly operations: number
}

/** Everything of the newest dialect, and of the one before what the newest has not in the same words. */
async function writeSlices(
  address: string,
  { folder, ...cut }: Omit<CutOptions, 'size'> & { readonly folder: string },
): Promise<readonly Slice[]> {
  const documentOf = async (dialect: string): Promise<ApiDocument> => {
    const headers = { authorization: AUTHORIZATION }
    const reply = await fetch(`${address}/api/v1/openapi.json?dialect=${dialect}`, { headers })
    return (await reply.json()) as ApiDocument
  }
  const [newest, older] = [await documentOf('c'), await documentOf('b')]
  const known = new Set(operationsOf(newest).map(wordsOf))
  const others = operationsOf(older).filter(operation => !known.has(wordsOf(operation)))
  const slices: Slice[] = []
  for (const [document, operations] of [
    [newest, operationsOf(newest)],
    [older, others],
  ] as const)
    for (const part of cutDocument(document, operations.filter(isReached), { ...cut, size: SLICE_OPERATIONS })) {
      const file = join(folder, `slice-${slices.length}.json`)
      await writeFile(file, JSON.stringify(part.document))
      slices.push({ file, operations: part.operations })
    }
  return slices
}

function wordsOf({ path, method, description }: Operation): string {
  return `${method} ${path} ${JSON.stringify(description)}`
}

interface World {
  readonly program: string
  readonly address: string
  readonly seed: number
  readonly folder: string
  readonly untilMs: number
  readonly requestSeconds: number
}

interface Round {
  readonly phase: 'fuzzing' | 'coverage'
  readonly more: readonly string[]
  /** Each slice has its share of the time that is left. */
  readonly isTimed?: true
}

interface Done {
  readonly reached: number
  readonly cases: number
  readonly wrong: readonly string[]
}

async function round(slices: readonly Slice[], world: World, { phase, more, isTimed }: Round): Promise<Done> {
  const waiting = [...slices]
  const all: Done[] = []
  const work = async (): Promise<void> => {
    for (let slice = waiting.shift(); slice; slice = waiting.shift()) {
      const leftMs = world.untilMs - performance.now()
      if (leftMs < ROUND_MIN_MS) return
      const shareMs = isTimed ? (leftMs * AT_ONCE) / (waiting.length + AT_ONCE) : leftMs
      const timed = isTimed ? ['--max-time', String(Math.max(1, Math.floor(shareMs / 1_000)))] : []
      all.push(await check(slice, world, { phase, args: [...more, ...timed], ms: shareMs + LATE_MS }))
    }
  }
  await Promise.all(Array.from({ length: AT_ONCE }, work))
  return {
    reached: all.reduce((sum, done) => sum + done.reached, 0),
    cases: all.reduce((sum, done) => sum + done.cases, 0),
    wrong: all.flatMap(done => done.wrong),
  }
}

/** What time is left, with other cases in each turn, until something is found. */
async function fuzzOn(slices: readonly Slice[], world: World, known: readonly string[]): Promise<Done> {
  let all: Done = { reached: 0, cases: 0, wrong: [] }
  for (let turn = 1; all.wrong.length + known.length === 0 && world.untilMs - performance.now() > TURN_MIN_MS; turn++) {
    const more = ['--max-examples', String(TURN_CASES)]
    const done = await round(slices, { ...world, seed: world.seed + turn }, { phase: 'fuzzing', more, isTimed: true })
    all = { ...done, cases: all.cases + done.cases }
  }
  return all
}

interface Call {
  readonly phase: string
  readonly args: readonly string[]
  readonly ms: number
}

async function check({ file }: Slice, world: World, call: Call): Promise<Done> {
  const { program, address, seed, folder, requestSeconds } = world
  const args = [
    ...['run', file, '--url', address, '--auth', `${FUZZ_USER.name}:${FUZZ_USER.password}`],
    ...['--checks', CHECKS, '--mode', 'all', '--phases', call.phase, ...call.args],
    ...[
      '--request-timeout',
      String(requestSeconds),
      '--continue-on-failure',
      '--no-shrink',
      '--suppress-health-check',
      'all',
    ],
    ...['--no-color', '--warnings', 'off', '--seed', String(seed), '--generation-database', 'none'],
  ]
  const { code, printed } = await runFor(program, args, { cwd: folder, ms: call.ms })
  const numberOf = (pattern: RegExp): number => Number(pattern.exec(printed)?.[1] ?? 0)
  const isFine = code === null || code === 0
  if (!isFine) console.log(printed.split('\n').slice(-PRINTED_LINES).join('\n'))
  const what = code !== null && SAID.has(code) ? 'found something' : 'could not go on'
  return {
    reached: numberOf(/^ {2}Tested: (\d+)/m),
    cases: numberOf(/^ {2}(\d+) generated/m),
    wrong: isFine ? [] : [`schemathesis ${what} (${call.phase}, code ${code}), see above`],
  }
}

interface Ran {
  /** Null when its time was up. */
  readonly code: number | null
  readonly printed: string
}

function runFor(program: string, args: readonly string[], { cwd, ms }: { cwd: string; ms: number }): Promise<Ran> {
  return new Promise((resolve, reject) => {
    const ends = { timeout: Math.ceil(ms), killSignal: 'SIGINT' } as const
    const child = spawn(program, [...args], { cwd, stdio: ['ignore', 'pipe', 'pipe'], ...ends })
    let printed = ''
    child.stdout.on('data', chunk => (printed += String(chunk)))
    child.stderr.on('data', chunk => (printed += String(chunk)))
    child.on('error', reject)
    child.on('close', (code, signal) => resolve({ code: signal === null ? code : null, printed }))
  })
}

/** Whoever shuts the fuzzer out has seen nothing of what came after. */
async function judgeEnd(address: string): Promise<readonly string[]> {
  const { status } = await fetch(`${address}/api/v1/main/flows/search`, { headers: { authorization: AUTHORIZATION } })
  return status === 200 ? [] : [`at the end the server answered the fuzzer with ${status}`]
}
