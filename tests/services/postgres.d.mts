export interface PostgresOptions {
  /** Keeps the data between starts; without it the data is temporary. */
  readonly dir?: string
  /** 0, the default, takes a free one. */
  readonly port?: number
  /** False, the default, is for tests: commits do not wait for the disk. */
  readonly fsync?: boolean
  /** Password of the user `postgres`, asked for from everybody; without it every local user is trusted. */
  readonly password?: string
  /** Files to put into the data folder, e.g. `server.crt` and `server.key`. */
  readonly files?: Readonly<Record<string, string>>
  /** Server settings, e.g. `{ max_connections: 20 }`. */
  readonly settings?: Readonly<Record<string, string | number>>
}

export interface Postgres {
  readonly host: string
  readonly port: number
  readonly user: string
  readonly database: string
  readonly dataDir: string
  /** With user and, if there is one, password. */
  readonly url: string
  /** Without user and password. */
  readonly jdbcUrl: string
  /** Ends open sessions, then the server. */
  stop(): Promise<void>
  /** Ends the server without a checkpoint, as a power cut would; start it again with the same `dir`. */
  crash(): Promise<void>
}

export function startPostgres(options?: PostgresOptions): Promise<Postgres>
export function hasPostgres(): Promise<boolean>
