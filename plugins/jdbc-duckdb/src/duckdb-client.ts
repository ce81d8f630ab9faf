// What is used of the client, which is native and large (70 MB) and so is installed by name.
import { loadClient } from '@batuta/sql-kit'

export interface DuckdbResult {
  readonly returnType: number
  readonly rowsChanged: number
  readonly columnCount: number
  columnNames(): string[]
  columnType(index: number): { readonly alias?: string }
  yieldRows(): AsyncIterable<unknown[][]>
}

export interface DuckdbConnection {
  stream(sql: string): Promise<DuckdbResult>
  run(sql: string): Promise<DuckdbResult>
  interrupt(): void
  closeSync(): void
}

export interface DuckdbInstance {
  connect(): Promise<DuckdbConnection>
  closeSync(): void
}

interface DuckdbClient {
  readonly DuckDBInstance: { create(path: string, options: Record<string, string>): Promise<DuckdbInstance> }
}

const PACKAGE = { name: '@duckdb/node-api', version: '1.5.6-r.1', title: 'DuckDB' } as const

export async function openInstance(path: string, options: Record<string, string>): Promise<DuckdbInstance> {
  const { DuckDBInstance } = await loadClient<DuckdbClient>(PACKAGE)
  return DuckDBInstance.create(path, options)
}
