import { Client } from 'pg'
import { EMPTY_IN_THE_END, SAYING, executionOf, journalsOf, type History } from './history.ts'

const PAGE = 2_000
const READ_JOURNAL = `declare journal_rows cursor for
  select execution_id, turn, version, at_ms, events from journal order by execution_id, turn`

type Row = Readonly<Record<string, unknown>>

/** One snapshot for all that is read. */
export async function openPostgresHistory(url: string): Promise<History> {
  const client = new Client({ connectionString: url })
  await client.connect()
  await client.query('begin isolation level repeatable read read only')
  const count = async (table: string): Promise<number> =>
    Number((await client.query<{ n: string }>(`select count(*) as n from ${table}`)).rows[0]?.n)
  return {
    damages: () => findDamages(client),
    executions: async () =>
      (await client.query<Row>('select id, flow_id, state, end_ms, waits_for from executions')).rows.map(executionOf),
    journals: () => journalsOf(readJournal(client)),
    saying: async words =>
      new Set(
        (await client.query<{ execution_id: string }>(`${SAYING} $1`, [`%${words}%`])).rows.map(
          row => row.execution_id,
        ),
      ),
    leftovers: async () => {
      const counts: [string, number][] = []
      for (const table of EMPTY_IN_THE_END) counts.push([table, await count(table)])
      return Object.fromEntries(counts)
    },
    close: async () => {
      await client.query('commit')
      await client.end()
    },
  }
}

/** Indexes and tables hold the same rows. */
async function findDamages(client: Client): Promise<readonly string[]> {
  const damages: string[] = []
  for (const table of ['executions', 'journal']) {
    const counts: (string | undefined)[] = []
    for (const other of ['enable_seqscan', 'enable_indexscan']) {
      await client.query(`set local ${other} = off`)
      counts.push((await client.query<{ n: string }>(`select count(*) as n from ${table}`)).rows[0]?.n)
      await client.query(`set local ${other} = on`)
    }
    if (counts[0] !== counts[1]) damages.push(`${table} has ${counts[0]} rows by its index and ${counts[1]} in itself`)
  }
  return damages
}

async function* readJournal(client: Client): AsyncGenerator<Row> {
  await client.query(READ_JOURNAL)
  for (;;) {
    const { rows } = await client.query<Row>(`fetch ${PAGE} from journal_rows`)
    yield* rows
    if (rows.length < PAGE) break
  }
  await client.query('close journal_rows')
}
