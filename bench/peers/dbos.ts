// DBOS: a library over PostgreSQL. One Node process holds the workflows and an HTTP door, as an application would.
import { join } from 'node:path'
import { Client } from 'pg'
import { NODE } from './install.ts'
import { post, type Peer } from './peer.ts'
import { answers, findFreePort } from './stage.ts'

export const dbos: Peer = {
  name: 'dbos',
  title: 'DBOS',
  store: 'PostgreSQL',
  durable: 'the row of the workflow (fsync, synchronous_commit=on)',
  stored: 'a row per workflow and per step with its result',
  how: 'HTTP door and steps in one Node process (its pool of 10 connections)',
  installation: { type: 'npm', folder: 'dbos', packages: ['@dbos-inc/dbos-sdk@5.3.0'] },
  start: async stage => {
    const { url } = await stage.postgres()
    const port = await findFreePort()
    const app = stage.place(join(import.meta.dirname, 'apps', 'dbos-app.mjs'))
    stage.run({ name: 'dbos-app', command: NODE, args: [app], env: { PORT: String(port), DATABASE_URL: url } })
    const address = `http://127.0.0.1:${port}`
    await stage.until('DBOS', () => answers(address))
    return {
      prove: async () => await (await fetch(`${address}/three`, { method: 'POST' })).text(),
      threeSteps: post(port, '/three'),
      starts: post(port, '/two'),
      countEnded: async () => await countEnded(url),
    }
  },
}

async function countEnded(connectionString: string): Promise<number> {
  const client = new Client({ connectionString })
  await client.connect()
  try {
    const { rows } = await client.query<{ n: string }>(
      `select count(*) as n from dbos.workflow_status where name = 'two' and status = 'SUCCESS'`,
    )
    return Number(rows[0]?.n ?? 0)
  } finally {
    await client.end()
  }
}
