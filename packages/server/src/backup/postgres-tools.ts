// PostgreSQL's own programs, pg_dump and pg_restore, which must be on this machine. The password goes by the environment: arguments are seen by all.
import { spawn } from 'node:child_process'
import { BatutaError } from '@batuta/core'

export type PostgresTool = 'pg_dump' | 'pg_restore'

/** How the schemas begin in which a restore keeps what it replaced. */
export const PUT_ASIDE = 'before_restore_'

const MESSAGE_MAX = 2_000

/** @throws {BatutaError} `tool-missing`, or `backup-failed` with what the program said. */
export async function runTool(tool: PostgresTool, args: readonly string[], url: string): Promise<void> {
  const child = spawn(tool, [...args], {
    env: { ...process.env, ...environmentOf(url) },
    stdio: ['ignore', 'ignore', 'pipe'],
  })
  let said = ''
  child.stderr.setEncoding('utf8').on('data', (text: string) => (said = (said + text).slice(-MESSAGE_MAX)))
  const code = await new Promise<number | null>((resolve, reject) => {
    child.once('error', error => reject(missing(tool, error)))
    child.once('close', resolve)
  })
  if (code === 0) return
  throw new BatutaError('backup-failed', `${tool} ended with code ${code}: ${said.trim()}`)
}

function missing(tool: PostgresTool, error: Error): Error {
  if (!('code' in error) || error.code !== 'ENOENT') return error
  return new BatutaError(
    'tool-missing',
    `${tool} is not on this machine: install the client programs of PostgreSQL (Debian: postgresql-client), at least as new as the server, or use "batuta export".`,
    { cause: error },
  )
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
