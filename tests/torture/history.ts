// What a database holds after a torture, read by statements of our own.

export interface StoredExecution {
  readonly id: string
  readonly flowId: string
  readonly state: string
  readonly endMs: number | null
  readonly waitsFor: string | null
}

/** As `decodeEvents` takes it. */
export interface StoredTurn {
  readonly turn: number
  readonly version: number
  readonly atMs: number
  readonly events: string
}

export interface StoredJournal {
  readonly id: string
  /** In the order of the turns. */
  readonly rows: readonly StoredTurn[]
}

export interface History {
  /** What the database itself finds wrong. */
  damages(): Promise<readonly string[]>
  executions(): Promise<readonly StoredExecution[]>
  /** Each once. */
  journals(): AsyncIterable<StoredJournal>
  /** Executions with a line in their log that has these words. */
  saying(words: string): Promise<ReadonlySet<string>>
  /** How many rows there are where nothing may be left. */
  leftovers(): Promise<Readonly<Record<string, number>>>
  close(): Promise<void>
}

export const EMPTY_IN_THE_END = ['jobs', 'timers', 'signals'] as const

export const SAYING = `select distinct execution_id from logs where lines like`

type Row = Readonly<Record<string, unknown>>

export function executionOf(row: Row): StoredExecution {
  const { end_ms: endMs, waits_for: waitsFor } = row
  return {
    id: String(row['id']),
    flowId: String(row['flow_id']),
    state: String(row['state']),
    endMs: endMs === null ? null : Number(endMs),
    waitsFor: waitsFor === null ? null : String(waitsFor),
  }
}

/** One execution after the other, from rows in the order of executions and turns. */
export async function* journalsOf(rows: Iterable<Row> | AsyncIterable<Row>): AsyncGenerator<StoredJournal> {
  let id: string | undefined
  let turns: StoredTurn[] = []
  for await (const row of rows) {
    const next = String(row['execution_id'])
    if (id !== undefined && next !== id) {
      yield { id, rows: turns }
      turns = []
    }
    id = next
    turns.push({
      turn: Number(row['turn']),
      version: Number(row['version']),
      atMs: Number(row['at_ms']),
      events: String(row['events']),
    })
  }
  if (id !== undefined) yield { id, rows: turns }
}
