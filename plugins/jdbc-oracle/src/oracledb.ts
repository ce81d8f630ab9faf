// What is used of the client, which speaks Oracle's protocol without any library of the vendor. It is installed by name.
import { loadClient } from '@batuta/sql-kit'

export interface OracleColumn {
  readonly name: string
  readonly dbTypeName: string
}

export interface OracleRows {
  readonly metaData: readonly OracleColumn[]
  getRows(count: number): Promise<readonly (readonly unknown[])[]>
  close(): Promise<void>
}

export interface OracleResult {
  readonly metaData?: readonly OracleColumn[]
  readonly resultSet?: OracleRows
  readonly rowsAffected?: number
  readonly batchErrors?: readonly { readonly offset: number }[]
}

export interface OracleConnection {
  execute(sql: string, binds: readonly unknown[], options: Readonly<Record<string, unknown>>): Promise<OracleResult>
  executeMany(
    sql: string,
    binds: readonly (readonly unknown[])[],
    options: Readonly<Record<string, unknown>>,
  ): Promise<OracleResult>
  commit(): Promise<void>
  rollback(): Promise<void>
  break(): Promise<void>
  close(): Promise<void>
}

export interface Oracledb {
  readonly OUT_FORMAT_ARRAY: number
  readonly STRING: unknown
  readonly BUFFER: unknown
  readonly DB_TYPE_NUMBER: unknown
  readonly DB_TYPE_CLOB: unknown
  readonly DB_TYPE_NCLOB: unknown
  readonly DB_TYPE_BLOB: unknown
  getConnection(options: Readonly<Record<string, string>>): Promise<OracleConnection>
}

export function loadOracledb(): Promise<Oracledb> {
  return loadClient<Oracledb>({ name: 'oracledb', version: '26.0.0', title: 'Oracle' })
}
