// npm run bench:peers [-- NAME…] [--json] [--last] [--seconds MAX_PER_PHASE]
// Installs, starts and measures each peer in turn, one at a time, with the same work, and prints one table. A peer that cannot be installed or run
// has a row with the reason. --last measures nothing and prints the last row of each.
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { describeMachine } from '../harness/machine.ts'
import { airflow } from './airflow.ts'
import { batutaPostgres, batutaSqlite } from './batuta.ts'
import { dagster } from './dagster.ts'
import { dbos } from './dbos.ts'
import { install, WORK } from './install.ts'
import { loadAverage, measure, type Row } from './measure.ts'
import type { Peer } from './peer.ts'
import { prefect, prefectCalled } from './prefect.ts'
import { restate } from './restate.ts'
import { printTable } from './table.ts'
import { temporal } from './temporal.ts'
import { versionsOf } from './versions.ts'

const PEERS: readonly Peer[] = [
  batutaSqlite,
  batutaPostgres,
  restate,
  dbos,
  temporal,
  prefect,
  prefectCalled,
  airflow,
  dagster,
]
const REASON_CHARS_MAX = 4_000

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    json: { type: 'boolean', default: false },
    last: { type: 'boolean', default: false },
    seconds: { type: 'string', default: '60' },
  },
})
const unknown = positionals.filter(name => !PEERS.some(peer => peer.name === name))
if (unknown.length > 0) {
  process.stderr.write(`No peer "${unknown.join('", "')}". There are: ${PEERS.map(({ name }) => name).join(' ')}\n`)
  process.exit(2)
}
const asked = positionals.length === 0 ? PEERS : PEERS.filter(({ name }) => positionals.includes(name))
mkdirSync(WORK, { recursive: true })
const rows: Row[] = []
for (const peer of asked) {
  const row = values.last ? lastRow(peer) : await rowOf(peer)
  if (row !== undefined) rows.push(row)
}
const machine = describeMachine()
process.stdout.write(values.json ? `${JSON.stringify({ machine, rows })}\n` : printTable(rows, machine))

async function rowOf(peer: Peer): Promise<Row> {
  const say = (line: string): void => void process.stderr.write(`peers: ${peer.name}: ${line}\n`)
  const { title, store, durable, stored, how } = peer
  const about = { peer: peer.name, title, store, durable, stored, how, at: new Date().toISOString() }
  let row: Row
  try {
    const folder = await install(peer.installation, say)
    const loadBefore = loadAverage()
    const figures = await measure(peer, { folder, say, secondsMax: Number(values.seconds) })
    row = { ...about, version: versionsOf(peer.installation), loadAverage: loadBefore, figures }
  } catch (error) {
    const reason = (error instanceof Error ? error.message : String(error)).slice(0, REASON_CHARS_MAX)
    say(`no figures: ${reason}`)
    row = { ...about, version: versionsOf(peer.installation), loadAverage: loadAverage(), reason }
  }
  writeFileSync(rowFile(peer), JSON.stringify(row))
  return row
}

function lastRow(peer: Peer): Row | undefined {
  const file = rowFile(peer)
  if (!existsSync(file)) return undefined
  const row: Row = JSON.parse(readFileSync(file, 'utf8'))
  const { title, store, durable, stored, how } = peer
  return { ...row, title, store, durable, stored, how }
}

function rowFile({ name }: Peer): string {
  return join(WORK, `${name}.row.json`)
}
