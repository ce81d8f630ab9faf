// Batuta by the same driver as its peers: the built server, the flows of S01 and B01, once on each of its stores.
import { cpSync, mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { webhookPath } from '../harness/api.ts'
import { countExecutions, databaseFile } from '../harness/database-figures.ts'
import { ROOT } from '../harness/server-process.ts'
import { Client } from 'pg'
import { get, post, type Peer, type RunningPeer } from './peer.ts'
import { answers, findFreePort, type Stage } from './stage.ts'

const THREE_STEPS = '/api/v1/executions/bench/s01?wait=true'
const STORED = 'execution, its task runs with their states, outputs and logs; queryable'
const HOW = 'HTTP; tasks run in the server'

export const batutaSqlite: Peer = {
  name: 'batuta',
  title: 'Batuta',
  store: 'SQLite',
  durable: 'the whole execution, ended (WAL, synchronous=FULL)',
  stored: STORED,
  how: HOW,
  installation: { type: 'built' },
  start: async stage => {
    const running = await startBatuta(stage, {})
    const file = databaseFile(join(stage.dataDir, 'data'))
    return { ...running, countEnded: async () => await Promise.resolve(countExecutions(file, 'b01', 'SUCCESS')) }
  },
}

export const batutaPostgres: Peer = {
  ...batutaSqlite,
  name: 'batuta-postgres',
  store: 'PostgreSQL',
  durable: 'the whole execution, ended (fsync, synchronous_commit=on)',
  start: async stage => {
    const { url } = await stage.postgres()
    const running = await startBatuta(stage, { BATUTA_DATABASE_URL: url })
    return { ...running, countEnded: async () => await countInPostgres(url) }
  },
}

async function startBatuta(
  stage: Stage,
  env: Readonly<Record<string, string>>,
): Promise<Omit<RunningPeer, 'countEnded'>> {
  const port = await findFreePort()
  const flows = join(stage.dataDir, 'flows')
  mkdirSync(flows)
  for (const flow of ['s01.yaml', 'b01.yaml']) cpSync(join(ROOT, 'bench', 'flows', flow), join(flows, flow))
  stage.run({
    name: 'batuta',
    command: join(ROOT, 'bin', 'batuta'),
    args: ['server', 'local', '--port', String(port), '--data', join(stage.dataDir, 'data')],
    env: { BATUTA_FLOWS: flows, ...env },
  })
  const address = `http://127.0.0.1:${port}`
  // It listens a moment before it has read the folder of flows.
  for (const flow of ['s01', 'b01']) await stage.until(flow, () => answers(`${address}/api/v1/flows/bench/${flow}`))
  return {
    prove: async () => await (await fetch(address + THREE_STEPS, { method: 'POST' })).text(),
    threeSteps: post(port, THREE_STEPS),
    starts: get(port, webhookPath('b01')),
  }
}

async function countInPostgres(connectionString: string): Promise<number> {
  const client = new Client({ connectionString })
  await client.connect()
  try {
    const { rows } = await client.query<{ n: string }>(
      `select count(*) as n from executions where flow_id = 'b01' and state = 'SUCCESS'`,
    )
    return Number(rows[0]?.n ?? 0)
  } finally {
    await client.end()
  }
}
