// What runs in a thread of its own, because SQLite works while its caller waits: the program is handed over as text and uses nothing from outside
// of it. It answers one request after the other.
export type SqliteValue = null | string | number | bigint | Uint8Array

export type SqliteRequest =
  | { readonly type: 'open'; readonly path: string }
  | { readonly type: 'run'; readonly sql: string; readonly values: readonly SqliteValue[]; readonly isCounted: boolean }
  | { readonly type: 'next'; readonly count: number }
  | { readonly type: 'batch'; readonly sql: string; readonly rows: readonly (readonly SqliteValue[])[] }
  | { readonly type: 'close' }

export interface SqliteColumn {
  readonly name: string
  /** As declared; null for what is computed. */
  readonly type: string | null
}

export interface SqliteReply {
  readonly columns?: readonly SqliteColumn[]
  readonly rows?: readonly (readonly SqliteValue[])[]
  readonly changes?: number
  readonly error?: { readonly message: string; readonly code: number | undefined; readonly row: number | undefined }
}

type Answer = (request: SqliteRequest) => SqliteReply

/** Gives the text of the program. Each of its two functions knows only what is inside of its braces, and what it is given. */
export function sqliteProgram(): string {
  return `(${serve.toString()})(${openSqlite.toString()})`
}

/** Takes requests one by one; a refusal is an answer, too. */
function serve(open: () => Answer): void {
  const { parentPort } = process.getBuiltinModule('node:worker_threads')
  const answer = open()
  const refusalOf = (error: unknown): SqliteReply => {
    const told = (name: string): number | undefined => {
      const value: unknown = error instanceof Error ? Reflect.get(error, name) : undefined
      return typeof value === 'number' ? value : undefined
    }
    const message = error instanceof Error ? error.message : String(error)
    return { error: { message, code: told('errcode'), row: told('row') } }
  }
  parentPort?.on('message', (request: SqliteRequest) => {
    let reply: SqliteReply
    try {
      reply = answer(request)
    } catch (error) {
      reply = refusalOf(error)
    }
    parentPort?.postMessage(reply)
  })
}

function openSqlite(): Answer {
  const { DatabaseSync } = process.getBuiltinModule('node:sqlite')
  let database: InstanceType<typeof DatabaseSync> | undefined
  let cursor: Iterator<unknown> | undefined

  const prepare = (sql: string): ReturnType<InstanceType<typeof DatabaseSync>['prepare']> => {
    if (database === undefined) throw new Error('the database is closed')
    const statement = database.prepare(sql)
    statement.setReadBigInts(true)
    statement.setReturnArrays(true)
    return statement
  }
  const run = (sql: string, values: readonly SqliteValue[], isCounted: boolean): SqliteReply => {
    const statement = prepare(sql)
    const columns = statement.columns().map(({ name, type }) => ({ name, type }))
    if (columns.length === 0) return { changes: Number(statement.run(...values).changes) }
    if (isCounted) {
      // Nobody looks at the rows: they are counted to the end, so that all of the statement happens.
      let changes = 0
      for (const each of statement.iterate(...values)) if (each !== undefined) changes++
      return { columns, changes }
    }
    cursor = statement.iterate(...values)
    return { columns }
  }
  const next = (count: number): SqliteReply => {
    const rows: (readonly SqliteValue[])[] = []
    while (cursor !== undefined && rows.length < count) {
      const { done, value } = cursor.next()
      if (done === true) cursor = undefined
      else if (Array.isArray(value)) rows.push(value)
    }
    return { rows }
  }
  const batch = (sql: string, rows: readonly (readonly SqliteValue[])[]): SqliteReply => {
    const statement = prepare(sql)
    let changes = 0
    for (const [index, values] of rows.entries()) {
      try {
        changes += Number(statement.run(...values).changes)
      } catch (error) {
        throw Object.assign(error instanceof Error ? error : new Error(String(error)), { row: index })
      }
    }
    return { changes }
  }
  return (request: SqliteRequest): SqliteReply => {
    switch (request.type) {
      case 'open':
        database = new DatabaseSync(request.path, { timeout: 5_000 })
        return {}
      case 'run':
        cursor = undefined
        return run(request.sql, request.values, request.isCounted)
      case 'next':
        return next(request.count)
      case 'batch':
        return batch(request.sql, request.rows)
      case 'close':
        cursor = undefined
        database?.close()
        database = undefined
        return {}
    }
  }
}
