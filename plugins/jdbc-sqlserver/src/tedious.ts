// What is used of the client. It brings 30 MB of its vendor's cloud, so it is installed by name.
import { loadClient } from '@batuta/sql-kit'
import type { Socket } from 'node:net'

export interface TediousColumn {
  readonly colName: string
  readonly type: { readonly name: string }
}

export interface TediousRequest {
  on(event: 'columnMetadata', listener: (columns: readonly TediousColumn[]) => void): void
  on(event: 'row', listener: (row: readonly { readonly value: unknown }[]) => void): void
  addParameter(name: string, type: unknown, value: unknown, options?: Readonly<Record<string, unknown>>): void
  pause(): void
  resume(): void
}

export interface TediousConnection {
  connect(done: (error?: Error) => void): void
  on(event: 'error' | 'end', listener: (error?: Error) => void): void
  execSql(request: TediousRequest): void
  execSqlBatch(request: TediousRequest): void
  cancel(): boolean
  close(): void
}

export interface TediousConfiguration {
  readonly server: string
  readonly authentication: {
    readonly type: 'default'
    readonly options: { readonly userName: string; readonly password: string }
  }
  readonly options: Readonly<Record<string, unknown>> & { readonly connector?: () => Promise<Socket> }
}

export interface Tedious {
  readonly Connection: new (configuration: TediousConfiguration) => TediousConnection
  readonly Request: new (
    sql: string,
    done: (error: Error | null | undefined, rowCount?: number) => void,
  ) => TediousRequest
  readonly TYPES: Readonly<Record<string, unknown>>
}

export function loadTedious(): Promise<Tedious> {
  return loadClient<Tedious>({ name: 'tedious', version: '20.3.9', title: 'SQL Server' })
}
