// PostgreSQL's own programs, pg_dump and pg_restore, which must be on this machine. The password goes by the environment: arguments are seen by all.
import { runProgram } from './run-program.ts'

export type PostgresTool = 'pg_dump' | 'pg_restore'

/** How the schemas begin in which a restore keeps what it replaced. */
export const PUT_ASIDE = 'before_restore_'

/** @throws {BatutaError} `tool-missing`, or `backup-failed` with what the program said. */
export async function runTool(tool: PostgresTool, args: readonly string[], url: string): Promise<void> {
  const wayOut =
    'install the client programs of PostgreSQL (Debian: postgresql-client), at least as new as the server, or use "batuta export"'
  await runProgram(tool, args, { environment: environmentOf(url), wayOut })
}

function environmentOf(url: string): Record<string, string> {
  const { hostname, port, username, password, pathname, searchParams } = new URL(url)
  const sslMode = searchParams.get('sslmode')
  return {
    PGHOST: hostname.replace(/^\[|\]$/g, ''),
    PGPORT: port === '' ? '5432' : port,
    ...(username === '' ? {} : { PGUSER: decodeURIComponent(username) }),
    ...(password === '' ? {} : { PGPASSWORD: decodeURIComponent(password) }),
    PGDATABASE: decodeURIComponent(pathname.slice(1)),
    ...(sslMode === null ? {} : { PGSSLMODE: sslMode }),
    PGAPPNAME: 'batuta backup',
  }
}
