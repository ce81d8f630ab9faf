// npm run torture:power-cut -- [--cuts N] [--clients N]
// Cuts the power of a machine that runs Batuta over SQLite N times, each time on what the cut before left, and looks whether everything that was
// acknowledged is on its disk. The machine is user-mode Linux (Debian: apt-get install user-mode-linux); needs root, for the disk is mounted.
import { cpSync, existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { setTimeout as sleep } from 'node:timers/promises'
import { parseArgs } from 'node:util'
import { databaseFile } from '../../bench/harness/database-figures.ts'
import { ROOT, startServer } from '../../bench/harness/server-process.ts'
import { tortureFlows } from '../torture/flows.ts'
import { checkHistory, type Check } from '../torture/history-checker.ts'
import { Ledger } from '../torture/ledger.ts'
import { report, wholeOf } from '../torture/report.ts'
import { countOpen, openSqliteHistory } from '../torture/sqlite-history.ts'
import { GuestMachine, makePlace, withDisk, type GuestPlace } from './guest-machine.ts'

const READY_TIMEOUT_MS = 180_000
const LIFE_MIN_MS = 1_000
const LIFE_SPAN_MS = 6_000
const END_TIMEOUT_MS = 120_000
const UNHEARD_MAX = 200

const { values } = parseArgs({
  options: { cuts: { type: 'string', default: '20' }, clients: { type: 'string', default: '8' } },
})
const cuts = wholeOf('cuts', values.cuts)
const clients = wholeOf('clients', values.clients)
const work = join(ROOT, 'tests', '.work')
mkdirSync(work, { recursive: true })
const folder = mkdtempSync(join(work, 'power-cut-'))
const begun = new Set<string>()
/** By prefix: the highest number of a call that we heard of. */
const last = new Map<string, number>()
const ledger = new Ledger()
const checks: Check[] = []
try {
  const place = makePlace(folder)
  for (const { id, source } of tortureFlows('power-cut', '/tmp'))
    writeFileSync(join(place.flowsDir, `${id}.yaml`), source)
  for (let cut = 1; cut <= cuts; cut++) {
    const problems = await live(place, cut)
    problems.push(...inspect(place))
    checks.push({ name: `cut ${cut}`, problems })
    process.stdout.write(
      `power-cut: cut ${cut}: ${ledger.acknowledged.length} acknowledged, ${problems.length} problems\n`,
    )
  }
  checks.push(...(await settle(place)))
  const acknowledged = ledger.acknowledged.length
  report({ checks, facts: { cuts, acknowledged, unanswered: begun.size } })
} finally {
  rmSync(folder, { recursive: true, force: true })
}

/** The last words on the console are lost with the power: some calls after those that we heard of may have been made as well. */
function begin(token: string): void {
  const [, prefix = '', count = ''] = /^(.*-)(\d+)$/.exec(token) ?? []
  last.set(prefix, Math.max(last.get(prefix) ?? 0, Number(count)))
  begun.add(token)
}

function addUnheard(): void {
  for (const [prefix, count] of last)
    for (let next = count + 1; next <= count + UNHEARD_MAX; next++) begun.add(`${prefix}${next}`)
}

/** One life of the machine: it boots, serves for a while, and loses its power. */
async function live(place: GuestPlace, cut: number): Promise<string[]> {
  let isReady = false
  const machine = new GuestMachine(place, {
    cut,
    clients,
    onLine: line => {
      if (line.type === 'ready') isReady = true
      if (line.type === 'begun') begin(line.token)
      if (line.type === 'acknowledged') {
        begun.delete(line.entry.token)
        ledger.acknowledge(line.entry)
      }
    },
  })
  const startMs = performance.now()
  while (!isReady && performance.now() - startMs < READY_TIMEOUT_MS) await sleep(50)
  const before = ledger.acknowledged.length
  while (isReady && ledger.acknowledged.length === before && performance.now() - startMs < READY_TIMEOUT_MS)
    await sleep(50)
  await sleep(LIFE_MIN_MS + Math.random() * LIFE_SPAN_MS)
  await machine.cutPower()
  if (!isReady) return [`the server in the machine did not get ready:\n${machine.words}`]
  return ledger.acknowledged.length > before ? [] : [`nothing was acknowledged:\n${machine.words}`]
}

/** What is on the disk right after the cut, before any server touches it. */
function inspect(place: GuestPlace): readonly string[] {
  const copy = join(place.folder, 'copy')
  rmSync(copy, { recursive: true, force: true })
  withDisk(place, disk => cpSync(join(disk, 'data'), copy, { recursive: true }))
  if (!existsSync(databaseFile(copy))) return ['there is no database on the disk']
  const db = new DatabaseSync(databaseFile(copy))
  const ids = new Set(
    db
      .prepare('select id from executions')
      .all()
      .map(row => String(row['id'])),
  )
  const verdict = String(Object.values(db.prepare('pragma integrity_check').get() ?? {})[0])
  db.close()
  const lost = ledger.acknowledged.filter(({ id }) => !ids.has(id))
  return [
    ...lost.map(({ id, flowId }) => `${flowId} ${id} was acknowledged and is not on the disk`),
    ...(verdict === 'ok' ? [] : [`the database is damaged: ${verdict}`]),
  ]
}

/** With the power back for good everything comes to its end. */
async function settle(place: GuestPlace): Promise<readonly Check[]> {
  const dataDir = join(place.folder, 'copy')
  const server = await startServer({ dataDir, flowsDir: place.flowsDir })
  const file = databaseFile(dataDir)
  const startMs = performance.now()
  while (countOpen(file) > 0 && performance.now() - startMs < END_TIMEOUT_MS) await sleep(250)
  await server.stop()
  addUnheard()
  for (const token of begun) ledger.unanswered.add(token)
  const history = openSqliteHistory(file)
  const judged = await checkHistory(history, ledger)
  await history.close()
  return judged
}
