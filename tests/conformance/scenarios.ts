// Plays the recorded scenarios (`../shared/conformance`, where it is beside the checkout) against a server of ours in a fresh database, one dialect
// at a time, and judges the report: what differs must be a deliberate difference, or something that is known to be open.
import { spawn } from 'node:child_process'
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { makePlaces } from '../e2e/places.ts'
import { ROOT, startBatuta } from '../e2e/batuta.ts'
import { startPostgres } from '../services/postgres.mjs'

export type Golden = 'kestra-1.3' | 'kestra-2.0'
/** Of scenarios that nobody recorded elsewhere: what the specification says, as it came out here when it was looked through. */
export const OWN: Readonly<Record<Golden, string>> = { 'kestra-1.3': 'batuta-1.3', 'kestra-2.0': 'batuta-2.0' }
export type StoreKind = 'sqlite' | 'postgres'

export interface Verdict {
  readonly passed: number
  /** Neither deliberate nor open: name and what differs. */
  readonly failures: readonly string[]
  /** Listed as open, but as recorded by now: to be taken off the list. */
  readonly mended: readonly string[]
  /** What `batuta doctor` says of the database afterwards. */
  readonly doctor: { readonly isSound: boolean; readonly report: string }
}

const FOLDER = [join(ROOT, '..', 'shared', 'conformance'), join(ROOT, '..', '..', 'shared', 'conformance')].find(
  folder => existsSync(join(folder, 'run-scenarios.mjs')),
)
const APIS: Readonly<Record<Golden, Api>> = { 'kestra-1.3': 'b', 'kestra-2.0': 'c' }
/** `api.dialect`: which Kestra the server stands in for where a client or a flow does not tell. */
const DIALECTS: Readonly<Record<Golden, string>> = { 'kestra-1.3': '1.3', 'kestra-2.0': '2.0' }
const JOBS = 6

/** What the recording server was given, see the README there. */
const CONFIGURATION = 'kestra:\n  encryption:\n    secret-key: MDEyMzQ1Njc4OTAxMjM0NTY3ODkwMTIzNDU2Nzg5MDE=\n'
const ENVIRONMENT = {
  TZ: 'UTC',
  SECRET_CONFORMANCE_TOKEN: 'czNjcjN0LXRva2Vu',
  ENV_CONFORMANCE_REGION: 'eu-south',
  KESTRA_CONFIGURATION: CONFIGURATION,
}

/** Why the scenarios cannot be played here. */
export const MISSING: string | false = FOLDER === undefined ? 'the scenarios are not beside this checkout' : false

/** The paths and forms that the scenarios are played in; those of the version that they were recorded on, unless told. */
export type Api = 'a' | 'b' | 'c'

export interface PlayOptions {
  readonly isOwn?: boolean
  readonly api?: Api
}

export async function playScenarios(
  golden: Golden,
  store: StoreKind,
  { isOwn = false, api = APIS[golden] }: PlayOptions = {},
): Promise<Verdict> {
  const places = makePlaces()
  const postgres = store === 'postgres' ? await startPostgres({ fsync: true }) : undefined
  const dialect = { BATUTA_API_DIALECT: api === 'a' ? '0.20' : DIALECTS[golden] }
  const environment = { ...ENVIRONMENT, ...dialect, ...(postgres ? { BATUTA_DATABASE_URL: postgres.url } : {}) }
  try {
    const server = await startBatuta({ ...places, environment })
    const file = join(places.home, 'report.json')
    try {
      const folder = isOwn ? ['--scenarios', join(import.meta.dirname, 'own')] : []
      const suffix = isOwn ? OWN[golden] : golden
      await run(['--url', server.address, '--api', api, '--check', suffix, '--json', file, ...folder])
    } finally {
      await server.stop()
    }
    const doctor = await examine(['doctor', '--invariants', '--data', places.dataDir], environment)
    return { ...judge(JSON.parse(readFileSync(file, 'utf8')) as Report, golden, api), doctor }
  } finally {
    await postgres?.stop()
    places.remove()
  }
}

async function run(args: readonly string[]): Promise<void> {
  const script = join(FOLDER ?? '', 'run-scenarios.mjs')
  const more = ['--jobs', String(JOBS), '--ignore-state', 'SUBMITTED']
  const child = spawn(process.execPath, [script, ...args, ...more], { stdio: ['ignore', 'ignore', 'inherit'] })
  const code = await new Promise<number | null>(resolve => child.once('exit', resolve))
  if (code !== 0 && code !== 1) throw new Error(`the runner ended with ${code}`)
}

async function examine(
  args: readonly string[],
  environment: Readonly<Record<string, string>>,
): Promise<Verdict['doctor']> {
  const child = spawn(join(ROOT, 'bin', 'batuta'), args, { env: { ...process.env, ...environment } })
  let report = ''
  child.stdout.on('data', chunk => (report += String(chunk)))
  child.stderr.on('data', chunk => (report += String(chunk)))
  const code = await new Promise<number | null>(resolve => child.once('close', resolve))
  return { isSound: code === 0, report }
}

interface Report {
  readonly passed: number
  readonly scenarios: readonly {
    readonly name: string
    readonly result: 'passed' | 'failed' | 'different' | 'skipped'
    readonly diff: readonly unknown[]
    readonly problem?: string
  }[]
}

function judge({ passed, scenarios }: Report, golden: Golden, api: Api): Omit<Verdict, 'doctor'> {
  const deliberate = new Set(readDeviations(golden, api))
  const open = new Set(readOpen()[golden])
  const wrong = scenarios.filter(({ result }) => result !== 'passed' && result !== 'skipped')
  const failures = wrong.filter(({ name }) => !deliberate.has(name) && !open.has(name))
  const right = scenarios.filter(({ result }) => result === 'passed').map(({ name }) => name)
  return {
    passed,
    failures: failures.map(({ name, problem, diff }) => `${name}: ${problem ?? JSON.stringify(diff).slice(0, 600)}`),
    mended: right.filter(name => open.has(name)),
  }
}

type Deviations = Readonly<
  Record<
    string,
    { readonly suffix: Golden | 'both'; readonly api?: Api; readonly reason: string; readonly only?: StoreKind }
  >
>

function readDeviations(golden: Golden, played: Api): readonly string[] {
  const deviations = JSON.parse(readFileSync(join(import.meta.dirname, 'deviations.json'), 'utf8')) as Deviations
  return Object.entries(deviations).flatMap(([name, { suffix, api = played }]) =>
    (suffix === golden || suffix === 'both') && api === played ? [name] : [],
  )
}

/** `BATUTA_STRIKE_OFF=1 npm test -- tests/conformance/scenarios.test.ts` writes what is still open. */
export function strikeOff(golden: Golden, mended: readonly string[]): void {
  const open = readOpen()
  const left = { ...open, [golden]: open[golden].filter(name => !mended.includes(name)) }
  writeFileSync(join(import.meta.dirname, 'open.json'), `${JSON.stringify(left, undefined, 2)}\n`)
}

/** What is not built yet. The list only gets shorter. */
function readOpen(): Readonly<Record<Golden, readonly string[]>> {
  return JSON.parse(readFileSync(join(import.meta.dirname, 'open.json'), 'utf8')) as Record<Golden, string[]>
}
