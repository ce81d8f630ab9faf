// npm run bench -- QUESTION [--store sqlite|postgres|memory] [--json] [--rate PER_MINUTE | --max] [--seconds S] [--clients N] [--no-http] [--profile DIR]
//   [--wait-quiet S] [--sizes N,N,…] [--full] [--keep DIR] [--minutes M]
// Asks one question of the suite and prints what it found; with --json as one JSON object on one line. Every run first times the machine.
import { appendFileSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { parseArgs } from 'node:util'
import { calibrate, type Calibration } from './harness/calibrate.ts'
import { printFigures, roundTo, type Figures } from './harness/figures.ts'
import { describeMachine, describeVersions } from './harness/machine.ts'
import { waitForQuiet } from './harness/other-load.ts'
import type { Ask, Question, StoreKind } from './harness/question.ts'
import { ROOT } from './harness/server-process.ts'
import { a01 } from './questions/a01.ts'
import { b01 } from './questions/b01.ts'
import { b02 } from './questions/b02.ts'
import { b03 } from './questions/b03.ts'
import { c01 } from './questions/c01.ts'
import { d01 } from './questions/d01.ts'
import { d02 } from './questions/d02.ts'
import { e01 } from './questions/e01.ts'
import { gFan } from './questions/g-fan.ts'
import { gStored } from './questions/g-stored.ts'
import { gInflight } from './questions/g-inflight.ts'
import { gLog } from './questions/g-log.ts'
import { gPayload } from './questions/g-payload.ts'
import { gTasks } from './questions/g-tasks.ts'
import { gTriggers } from './questions/g-triggers.ts'
import { l01 } from './questions/l01.ts'
import { m01 } from './questions/m01.ts'
import { p01 } from './questions/p01.ts'
import { s01 } from './questions/s01.ts'
import { soak } from './questions/soak.ts'
import { x01 } from './questions/x01.ts'
import { w40 } from './questions/w40.ts'

const QUESTIONS: readonly Question[] = [
  a01,
  b01,
  b02,
  b03,
  s01,
  w40,
  gTasks,
  gStored,
  gTriggers,
  gLog,
  gPayload,
  gInflight,
  gFan,
  d01,
  d02,
  c01,
  l01,
  x01,
  m01,
  e01,
  p01,
  soak,
]
const HISTORY = join(ROOT, 'bench', '.history.jsonl')
const WORK = join(ROOT, 'bench', '.work')
const MINUTE_MS = 60_000

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    store: { type: 'string', default: 'sqlite' },
    json: { type: 'boolean', default: false },
    rate: { type: 'string' },
    max: { type: 'boolean', default: false },
    seconds: { type: 'string' },
    clients: { type: 'string' },
    'no-http': { type: 'boolean', default: false },
    profile: { type: 'string' },
    'wait-quiet': { type: 'string' },
    sizes: { type: 'string' },
    full: { type: 'boolean', default: false },
    keep: { type: 'string' },
    minutes: { type: 'string' },
  },
})
/** `all` asks everything but the long ones; the limits of a machine are for whoever calls it at night. */
const LONG: ReadonlySet<string> = new Set(['soak'])
const name = positionals[0]?.toLowerCase()
const asked = QUESTIONS.filter(({ id }) => (name === 'all' ? !LONG.has(id) : id.toLowerCase() === name))
if (asked.length === 0) {
  const known = QUESTIONS.map(({ id, asks }) => `  ${id.padEnd(10)} ${asks}`).join('\n')
  process.stderr.write(`Which question? npm run bench -- QUESTION|all [--json] …\n${known}\n`)
  process.exit(2)
}
mkdirSync(WORK, { recursive: true })
for (const question of asked) {
  const folder = values.keep === undefined ? mkdtempSync(join(WORK, `${question.id}-`)) : resolve(values.keep)
  mkdirSync(folder, { recursive: true })
  try {
    const figures = await answer(question, folder)
    appendFileSync(HISTORY, `${JSON.stringify(figures)}\n`)
    process.stdout.write(
      values.json ? `${JSON.stringify(figures)}\n` : `\n${question.asks}\n\n${printFigures(figures)}`,
    )
    if (isUnsound(figures)) process.exitCode = 1
  } catch (error) {
    if (asked.length === 1) throw error
    // One question that cannot be answered here leaves the others to be asked.
    process.stdout.write(`${JSON.stringify({ question: question.id, error: String(error) })}\n`)
    process.exitCode = 1
  } finally {
    if (values.keep === undefined) rmSync(folder, { recursive: true, force: true })
  }
}

async function answer(asked: Question, folder: string): Promise<Figures> {
  const ask = readAsk(folder, asked)
  const waitSeconds = wholeOf('wait-quiet', values['wait-quiet'])
  if (waitSeconds !== undefined && !(await waitForQuiet(waitSeconds * 1000))) ask.say('the machine is not quiet')
  ask.say(`${asked.id}: timing the machine`)
  const calibration = calibrate(folder)
  const figures = await asked.run(ask)
  return {
    question: asked.id,
    store: ask.store,
    ...figures,
    relative: relativeTo(calibration, figures),
    calibration: { ...calibration },
    whatIsAcknowledged: acknowledgement(ask.store),
    machine: describeMachine(),
    versions: describeVersions(),
    at: new Date().toISOString(),
  }
}

function readAsk(folder: string, { store }: Question): Ask {
  return {
    folder,
    rate: values.max ? 'max' : wholeOf('rate', values.rate),
    seconds: wholeOf('seconds', values.seconds),
    clients: wholeOf('clients', values.clients),
    isWithoutHttp: values['no-http'],
    store: store ?? storeOf(values.store),
    sizes: sizesOf(values.sizes),
    isFull: values.full,
    minutes: wholeOf('minutes', values.minutes),
    profileDir: values.profile === undefined ? undefined : resolve(values.profile),
    say: line => process.stderr.write(`bench: ${line}\n`),
  }
}

function storeOf(name: string): StoreKind {
  if (name === 'sqlite' || name === 'postgres' || (name === 'memory' && values['no-http'])) return name
  throw new Error(`"${name}" is no store of this build: give sqlite, postgres, or memory together with --no-http`)
}

/** `1e3,1e5`: whole numbers, growing. */
function sizesOf(text: string | undefined): readonly number[] | undefined {
  if (text === undefined) return undefined
  const sizes = text.split(',').map(Number)
  if (sizes.every((size, index) => Number.isInteger(size) && size > (sizes[index - 1] ?? 0))) return sizes
  throw new Error(`--sizes must be growing whole numbers with commas between them, not "${text}"`)
}

function wholeOf(name: string, text: string | undefined): number | undefined {
  if (text === undefined) return undefined
  const value = Number(text)
  if (Number.isInteger(value) && value > 0) return value
  throw new Error(`--${name} must be a whole number above 0, not "${text}"`)
}

/** The main figures in units of this machine: loops of its CPU, writes of its disk. */
function relativeTo({ cpuLoopMs, fsyncMs }: Calibration, figures: Figures): Figures {
  const { executionsPerMinute, totalMs } = figures
  const rate = typeof executionsPerMinute === 'number' ? executionsPerMinute / MINUTE_MS : undefined
  return {
    ...(rate === undefined
      ? {}
      : { executionsPerCpuLoop: roundTo(rate * cpuLoopMs, 1), executionsPerFsync: roundTo(rate * fsyncMs, 2) }),
    ...(typeof totalMs === 'number' ? { totalInCpuLoops: roundTo(totalMs / cpuLoopMs, 3) } : {}),
  }
}

function acknowledgement(store: StoreKind): string {
  switch (store) {
    case 'sqlite':
      return 'answered after the commit of the whole execution: SQLite, WAL, synchronous=FULL'
    case 'postgres':
      return 'answered after the commit of the whole execution: PostgreSQL, fsync=on, synchronous_commit=on'
    case 'memory':
      return 'nothing is durable: memory'
  }
}

function isUnsound(figures: Figures): boolean {
  return JSON.stringify(figures).includes('"isSound":false')
}
