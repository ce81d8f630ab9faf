// npm run torture:doctor -- [--store sqlite|postgres] [--flows N] [--kills N] [--seed TEXT]
// Random flows on a real server – over PostgreSQL on two – that is killed while somebody uses all commands of the API; then everything is brought to
// its end, and `batuta doctor --invariants` judges the database. Without a store both are judged, one after the other.
import { spawnSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { parseArgs } from 'node:util'
import { seededRandom } from '../../packages/core/src/index.ts'
import { databaseFile } from '../../bench/harness/database-figures.ts'
import { ROOT, startServer, type ServerProcess } from '../../bench/harness/server-process.ts'
import { TortureCluster } from './cluster.ts'
import { urlOf } from './database-client.ts'
import type { Check } from './history-checker.ts'
import { RandomLoad } from './random-load.ts'
import { realFlows } from './real-flows.ts'
import { report, wholeOf } from './report.ts'
import { countOpen } from './sqlite-history.ts'

const LIFE_MS = [700, 3_000] as const
const END_TIMEOUT_MS = 300_000
const MEDDLERS = 3

const { values } = parseArgs({
  options: {
    store: { type: 'string' },
    flows: { type: 'string', default: '200' },
    kills: { type: 'string', default: '20' },
    seed: { type: 'string', default: String(Date.now()) },
  },
})
const flowCount = wholeOf('flows', values.flows)
const kills = wholeOf('kills', values.kills)
const { seed } = values
const random = seededRandom(seed)
process.stdout.write(`doctor: seed ${seed}\n`)

/** What is killed and judged. */
interface Patient {
  port(): number | undefined
  /** Dies, and comes back. */
  strike(): Promise<void>
  countOpen(): Promise<number> | number
  stop(): Promise<void>
  /** How the doctor finds it. */
  readonly place: readonly string[]
  readonly flowIds: readonly string[]
}

const checks: Check[] = []
const facts: Record<string, number> = {}
if (values.store !== 'postgres') await examine('sqlite', await openSqlite())
if (values.store !== 'sqlite') await examine('postgres', await openPostgres())
report({ checks, facts })

async function examine(name: string, patient: Patient & { close(): Promise<void> }): Promise<void> {
  const load = new RandomLoad({ flowIds: patient.flowIds, port: () => patient.port(), random })
  try {
    await load.setKey()
    const meddlers = Array.from({ length: MEDDLERS }, () => load.meddle())
    const started = load.startAll()
    for (let kill = 1; kill <= kills; kill++) {
      await sleep(LIFE_MS[0] + random() * (LIFE_MS[1] - LIFE_MS[0]))
      await patient.strike()
      process.stdout.write(`doctor: ${name}: ${kill} of ${kills} kills\n`)
    }
    await started
    load.stop()
    await Promise.all(meddlers)
    process.stdout.write(`doctor: ${name}: waiting until everything has ended\n`)
    const open = await load.attend(() => patient.countOpen(), END_TIMEOUT_MS)
    const left = open === 0 ? [] : [`${open} executions have not ended after ${END_TIMEOUT_MS / 1_000} s`]
    checks.push({ name: `${name}: what was begun has ended`, problems: left })
    await patient.stop()
    judge(name, patient)
  } finally {
    await patient.close()
  }
  for (const [what, times] of load.counts) facts[`${name} ${what}`] = times
}

interface Diagnosis {
  readonly isSound: boolean
  readonly checks: readonly { readonly name: string; readonly judgement: string; readonly text: string }[]
  readonly audit?: {
    readonly executions: number
    readonly turns: number
    readonly invariants: readonly {
      readonly id: string
      readonly title: string
      readonly status: string
      readonly findings: readonly { readonly id: string; readonly what: string }[]
    }[]
  }
}

function judge(name: string, { place }: Patient): void {
  const words = ['doctor', '--invariants', '--json', ...place]
  const told = spawnSync(join(ROOT, 'bin', 'batuta'), words, { encoding: 'utf8', maxBuffer: 1 << 28 })
  const { isSound, audit, checks: looked } = JSON.parse(told.stdout) as Diagnosis
  facts[`${name} executions`] = audit?.executions ?? 0
  facts[`${name} turns`] = audit?.turns ?? 0
  for (const { id, title, status, findings } of audit?.invariants ?? []) {
    if (status === 'skipped') continue
    const problems = findings.map(({ id: entity, what }) => `${entity}: ${what}`)
    checks.push({ name: `${name}: ${id} ${title}`, problems: status === 'ok' ? [] : ['it is broken', ...problems] })
  }
  const bad = looked.filter(({ judgement }) => judgement === 'bad').map(({ name: what, text }) => `${what}: ${text}`)
  checks.push({ name: `${name}: the doctor is content`, problems: isSound ? [] : ['it is not', ...bad] })
}

async function openSqlite(): Promise<Patient & { close(): Promise<void> }> {
  const work = join(ROOT, 'tests', '.work')
  mkdirSync(work, { recursive: true })
  const folder = mkdtempSync(join(work, 'doctor-'))
  const [dataDir, flowsDir] = [join(folder, 'data'), join(folder, 'flows')]
  const flows = realFlows(flowCount, seed, folder)
  mkdirSync(flowsDir)
  for (const { id, source } of flows) writeFileSync(join(flowsDir, `${id}.yaml`), source)
  let server: ServerProcess | undefined = await startServer({ dataDir, flowsDir })
  return {
    flowIds: flows.map(({ id }) => id),
    port: () => server?.port,
    strike: async () => {
      const dying = server
      server = undefined
      await dying?.kill()
      server = await startServer({ dataDir, flowsDir })
    },
    countOpen: () => countOpen(databaseFile(dataDir)),
    stop: async () => await server?.stop(),
    close: async () => {
      await server?.kill()
      rmSync(folder, { recursive: true, force: true })
    },
    place: ['--data', dataDir],
  }
}

async function openPostgres(): Promise<Patient & { close(): Promise<void> }> {
  const nodes = { a: 'standalone', b: 'standalone' }
  const cluster = await TortureCluster.open({ nodes, flows: mark => realFlows(flowCount, seed, mark) })
  return {
    flowIds: cluster.flows.map(({ id }) => id),
    port: () => cluster.port(random),
    strike: async () => {
      const node = cluster.nodes[Math.floor(random() * cluster.nodes.length)]
      await node?.kill()
      await sleep(random() * LIFE_MS[0])
      node?.start()
    },
    countOpen: () => cluster.countOpen(),
    stop: () => cluster.stopNodes(),
    close: () => cluster.close(),
    place: ['--database', urlOf(cluster.database)],
  }
}
