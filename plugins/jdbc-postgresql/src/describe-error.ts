// What the server said about a statement, with the SQLSTATE, the place in what the author wrote, and what to look at.
import { messageOf, TaskError } from '@batuta/plugin-sdk'
import { TransientError } from '@batuta/sql-kit'
import { codeOf } from './connection/connection-failure.ts'
import type { Session } from './connection/open-session.ts'

export interface FailedStatement {
  readonly session: Pick<Session, 'host' | 'target'>
  /** As the author wrote it. */
  readonly text: string
  /** From a position in what was sent to one in `text`, both from 0. */
  readonly originalPosition?: (position: number) => number
}

/** What neither the server nor the connection to it said comes back as it is. */
export function describeError(error: unknown, failed: FailedStatement): unknown {
  if (error instanceof TaskError || !(error instanceof Error)) return error
  const code = codeOf(error)
  if (field(error, 'severity') === undefined || code === undefined) {
    return isConnectionLoss(error) ? lostConnection(error, failed) : error
  }
  const parts = [
    `${error.message} (SQLSTATE ${code})`,
    placeText(error, failed),
    sentence('detail', error),
    sentence('hint', error),
    contextText(error),
    adviceOn(code),
  ]
  const message = parts.filter(part => part !== undefined).join('; ')
  return TRANSIENT.test(code) ? new TransientError(message) : new TaskError(message)
}

/** Serialization failure, deadlock, lost or refused connection, shutdown: the same may work a moment later. */
const TRANSIENT = /^(?:40001|40P01|53...|57P0.|08...)$/

const LOSS_CODES: ReadonlySet<unknown> = new Set(['ECONNRESET', 'EPIPE', 'ETIMEDOUT', 'ERR_STREAM_DESTROYED'])
const LOSS_MESSAGE = /^Connection terminated|not queryable$|^the server was silent/

function isConnectionLoss(error: Error): boolean {
  return LOSS_CODES.has(codeOf(error)) || LOSS_MESSAGE.test(error.message)
}

function lostConnection(error: unknown, { session: { host, target } }: FailedStatement): TaskError {
  return new TransientError(`the connection to ${target.title} at ${host.host}:${host.port} broke: ${messageOf(error)}`)
}

function field(error: Error, name: string): string | undefined {
  const value: unknown = Reflect.get(error, name)
  return typeof value === 'string' && value !== '' ? value : undefined
}

function sentence(name: 'detail' | 'hint', error: Error): string | undefined {
  const text = field(error, name)
  return text === undefined ? undefined : `${name}: ${text}`
}

const EXCERPT_CHARS = 60

function placeText(error: Error, { text, originalPosition }: FailedStatement): string | undefined {
  const position = field(error, 'position')
  if (position === undefined) return undefined
  const at = toUtf16(text, (originalPosition ?? (same => same))(Number(position) - 1))
  const before = text.slice(0, at)
  const lineStart = before.lastIndexOf('\n') + 1
  const line = before.split('\n').length
  const excerpt = (text.slice(lineStart).split('\n')[0] ?? '').trim()
  const shown = excerpt.length > EXCERPT_CHARS ? `${excerpt.slice(0, EXCERPT_CHARS)}…` : excerpt
  return `at line ${line}, column ${at - lineStart + 1}: ${shown}`
}

/** The server counts characters, JavaScript halves of some. */
function toUtf16(text: string, characters: number): number {
  let at = 0
  for (let count = 0; count < characters && at < text.length; count++) {
    at += (text.codePointAt(at) ?? 0) > 0xffff ? 2 : 1
  }
  return at
}

/** Where inside a function it happened, or which line of a file COPY was reading. */
function contextText(error: Error): string | undefined {
  const context = field(error, 'where')?.split('\n')[0]
  return context === undefined ? undefined : `in ${context}`
}

const ADVICE: Readonly<Record<string, string>> = {
  '42P01': 'check the name of the table, its schema, and `currentSchema` in the URL',
  '42703': 'check the name of the column; names with capitals need double quotes',
  '42601': 'check the SQL after its templates are rendered; a text needs single quotes',
  '42501': 'the user lacks the permission',
  '42883': 'check the name and the types of the arguments; a parameter may need a cast',
  '22P02': 'a text does not fit the type of its column or parameter',
  '23502': 'a row lacks a value; list the columns to be filled in `columns`',
  '23505': 'such a row exists already; consider `on conflict`',
  '25006': 'the transaction may only read; check `readOnly` and `targetServerType` in the URL',
  '25001': 'the statement cannot run inside a transaction; leave out `afterSQL`, or set `transaction: false`',
  '40001': 'transactions were in each other’s way; a `retry` on the task helps',
  '40P01': 'transactions waited for each other; a `retry` on the task helps',
  '53100': 'the disk of the server is full',
  '55P03': 'somebody else holds the lock',
  '57014': 'the statement was cancelled, by statement_timeout or by hand',
  '57P01': 'the server was shut down',
}

function adviceOn(code: string): string | undefined {
  return Object.hasOwn(ADVICE, code) ? ADVICE[code] : undefined
}
