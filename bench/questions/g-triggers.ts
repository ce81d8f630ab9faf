// Cron triggers that are all due in the same second: when they are decided, when every execution is there, whether each is there once.
import { mkdirSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { openBenchDatabase, type BenchDatabase } from '../harness/bench-database.ts'
import { roundTo, type Figures } from '../harness/figures.ts'
import { readProcess } from '../harness/process-figures.ts'
import type { Ask, Question } from '../harness/question.ts'
import { startServer, type ServerProcess } from '../harness/server-process.ts'
import { exponentOf } from '../harness/slope.ts'
import { megabytes } from '../harness/webhook-load.ts'
import { readMemory } from '../harness/process-figures.ts'

const SIZES: readonly number[] = [10, 1_000, 10_000]
const FULL = 100_000
const TRIGGERS_PER_FLOW = 100
/** For saving the flows, before the second comes. */
const AHEAD_MS = 15_000
const AHEAD_MS_EACH = 0.7
const LOOK_EVERY_MS = 100
const TIME_MAX_MS = 180_000
const LATENESS_MAX_MS = 250
const CREATED_MAX_MS = 20_000
const LOADED_MAX_MS = 2_000

export const gTriggers: Question = {
  id: 'G-triggers',
  asks: 'How late are cron triggers that are all due at once, decided and created, and is each created once?',
  run: async ask => {
    const sizes = ask.sizes ?? (ask.isFull ? [...SIZES, FULL] : SIZES)
    const runs: Figures[] = []
    for (const size of sizes) runs.push(await runSize(ask, size))
    const last = runs.at(-1) ?? {}
    const isEachOnce = runs.every(({ missed, doubled }) => missed === 0 && doubled === 0)
    return {
      bySize: runs,
      cpuExponent: exponentOf(
        runs.slice(1).map(({ size, cpuMicrosEach }) => [Number(size), Number(size) * Number(cpuMicrosEach)]),
      ),
      isSound: isEachOnce,
      goals: {
        [`decided with p99 below ${LATENESS_MAX_MS} ms at ${Number(last['size']).toLocaleString('en-US')}`]:
          Number(last['decidedP99Ms']) < LATENESS_MAX_MS,
        [`all created within ${CREATED_MAX_MS / 1000} s`]: Number(last['allCreatedMs']) < CREATED_MAX_MS,
        [`loaded within ${LOADED_MAX_MS} ms`]: Number(last['loadedMs']) < LOADED_MAX_MS,
        'none missed or doubled': isEachOnce,
      },
    }
  },
}

async function runSize(ask: Ask, size: number): Promise<Figures> {
  const folder = join(ask.folder, String(size))
  const dirs = { dataDir: join(folder, 'data'), flowsDir: join(folder, 'flows') }
  const dueMs = Math.ceil((Date.now() + AHEAD_MS + size * AHEAD_MS_EACH) / 1000) * 1000
  writeFlows(dirs.flowsDir, size, dueMs)
  const database = await openBenchDatabase(ask.store, dirs.dataDir)
  try {
    ask.say(`${size} triggers: saving them`)
    const saving = await startServer({ ...dirs, env: database.env })
    await saving.stop()
    const server = await startServer({ ...dirs, env: { ...database.env, ...profileOf(ask) } })
    try {
      if (Date.now() >= dueMs)
        throw new Error(`saving ${size} triggers took longer than ${dueMs}: the machine is too busy`)
      return { size, savedMs: roundTo(saving.readyMs, 0), ...(await watch({ ask, server, database }, size, dueMs)) }
    } finally {
      await server.stop()
    }
  } finally {
    await database.close()
    rmSync(folder, { recursive: true, force: true })
  }
}

function profileOf({ profileDir }: Ask): Readonly<Record<string, string>> {
  return profileDir === undefined ? {} : { NODE_OPTIONS: `--cpu-prof --cpu-prof-dir=${profileDir}` }
}

interface Rig {
  readonly ask: Ask
  readonly server: ServerProcess
  readonly database: BenchDatabase
}

async function watch({ ask, server, database }: Rig, size: number, dueMs: number): Promise<Figures> {
  const loadedMs = server.readyMs
  const { rssBytes } = readMemory(server.pid)
  await sleep(Math.max(0, dueMs - Date.now() - 50))
  const before = readProcess(server.pid)
  while ((await countOf(database, '*')) < size && Date.now() - dueMs < TIME_MAX_MS) await sleep(LOOK_EVERY_MS)
  const allCreatedMs = Date.now() - dueMs
  const cpuMicros = readProcess(server.pid).cpuMicros - before.cpuMicros
  const births = await database.rows('select created_ms from executions')
  const lateness = births.map(row => Number(row['created_ms']) - dueMs).sort((a, b) => a - b)
  const triggers = await countOf(database, 'distinct trigger_id')
  const at = (share: number): number =>
    lateness[Math.min(lateness.length - 1, Math.floor(lateness.length * share))] ?? 0
  ask.say(`${size} triggers: decided p99 ${at(0.99)} ms, all there after ${allCreatedMs} ms`)
  return {
    loadedMs: roundTo(loadedMs, 0),
    rssMB: megabytes(rssBytes),
    decidedP50Ms: at(0.5),
    decidedP99Ms: at(0.99),
    decidedMaxMs: lateness.at(-1) ?? 0,
    allCreatedMs,
    cpuMicrosEach: roundTo(cpuMicros / size, 1),
    missed: size - triggers,
    doubled: births.length - triggers,
  }
}

async function countOf(database: BenchDatabase, what: string): Promise<number> {
  const [row] = await database.rows(`select count(${what}) as n from executions`)
  return Number(row?.['n'])
}

function writeFlows(folder: string, size: number, dueMs: number): void {
  mkdirSync(folder, { recursive: true })
  const due = new Date(dueMs)
  const cron = `${due.getUTCSeconds()} ${due.getUTCMinutes()} ${due.getUTCHours()} * * *`
  for (let from = 0; from < size; from += TRIGGERS_PER_FLOW) {
    const triggers = Array.from(
      { length: Math.min(TRIGGERS_PER_FLOW, size - from) },
      (_, index) => `  - id: t${from + index}
    type: io.kestra.plugin.core.trigger.Schedule
    cron: "${cron}"
    withSeconds: true
    timezone: UTC
`,
    )
    const source = `id: due_${from}
namespace: bench
tasks:
  - id: hello
    type: io.kestra.plugin.core.debug.Return
    format: 'Hello'
triggers:
${triggers.join('')}`
    writeFileSync(join(folder, `due_${from}.yaml`), source)
  }
}
