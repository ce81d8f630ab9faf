// The database under test, read beside the server by a connection of our own that only reads: counts decide gates, not wall time.
import { databaseFile, countExecutions, readDatabase, readRows, type DatabaseFigures } from './database-figures.ts'
import type { Figures } from './figures.ts'
import { openBenchPostgres } from './postgres-database.ts'
import type { ProcessTree } from './process-figures.ts'
import type { StoreKind } from './question.ts'

export interface BenchDatabase {
  readonly kind: StoreKind
  /** What the server must be told to use it. */
  readonly env: Readonly<Record<string, string>>
  /** Its version and its settings, for the figures; nothing for a library inside the server. */
  readonly about: Figures
  read(): Promise<DatabaseFigures>
  /** What the tables promise: read from the database, not from our own code. */
  countExecutions(flowId: string, state: string): Promise<number>
  /** Reads whatever a question wants to know, with `$1` … for the values. */
  rows(text: string, values?: readonly (string | number)[]): Promise<readonly Readonly<Record<string, unknown>>[]>
  /** Its own processes; undefined when it lives in the server's. */
  readProcesses(): ProcessTree | undefined
  close(): Promise<void>
}

export async function openBenchDatabase(kind: StoreKind, dataDir: string): Promise<BenchDatabase> {
  return kind === 'postgres' ? await openBenchPostgres() : benchSqlite(databaseFile(dataDir))
}

function benchSqlite(file: string): BenchDatabase {
  return {
    kind: 'sqlite',
    env: {},
    about: {},
    read: async () => await Promise.resolve(readDatabase(file)),
    countExecutions: async (flowId, state) => await Promise.resolve(countExecutions(file, flowId, state)),
    rows: async (text, values = []) => await Promise.resolve(readRows(file, text, values)),
    readProcesses: () => undefined,
    close: async () => await Promise.resolve(),
  }
}
