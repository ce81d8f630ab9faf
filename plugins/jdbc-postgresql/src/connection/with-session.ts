// Lends a connection to a task, for as long as it runs. When the task is stopped, the server is asked to give up what it is doing.
import type { RunContext } from '@batuta/plugin-sdk'
import { ClientPool } from '@batuta/sql-kit'
import type { TransactionOptions } from '@batuta/sql-kit'
import { describeError } from '../describe-error.ts'
import { requestCancel } from './cancel-request.ts'
import type { ConnectionTarget } from './connection-properties.ts'
import { openSession } from './open-session.ts'
import type { Session } from './open-session.ts'
import { closeSession, sessionCare } from './session-care.ts'

/** How long a server may take to give up a statement before its connection is cut. */
const GRACE_MS = 5_000

export const sessionPool = new ClientPool<Session>(sessionCare)

export interface SessionUse {
  readonly target: ConnectionTarget
  /** Undefined for a connection that is not kept. */
  readonly poolSize?: number
}

export async function withSession<T>(
  ctx: RunContext,
  { target, poolSize }: SessionUse,
  work: (session: Session) => Promise<T>,
): Promise<T> {
  const open = (): Promise<Session> => openSession(target, ctx)
  const { signal, egress } = ctx
  // Nor does whoever may not go there get a connection that somebody else opened.
  const request = { key: [target, egress.rules], signal, open }
  const session = poolSize === undefined ? await open() : await sessionPool.acquire({ ...request, size: poolSize })
  session.onNotice = message => ctx.logger.info(message)
  const stopWatching = cancelOnAbort(ctx, session)
  try {
    return await work(session)
  } catch (error) {
    ctx.signal.throwIfAborted()
    throw describeError(error, { session, text: '' })
  } finally {
    stopWatching()
    await (poolSize === undefined ? closeSession(session) : sessionPool.release(session))
  }
}

function cancelOnAbort(ctx: RunContext, session: Session): () => void {
  let timer: NodeJS.Timeout | undefined
  const cut = (): void => void session.client.connection.stream.destroy()
  const onAbort = (): void => {
    timer = setTimeout(cut, GRACE_MS)
    // Who cannot be asked is cut off.
    requestCancel(session).catch(cut)
  }
  if (ctx.signal.aborted) onAbort()
  else ctx.signal.addEventListener('abort', onAbort, { once: true })
  return () => {
    clearTimeout(timer)
    ctx.signal.removeEventListener('abort', onAbort)
  }
}

/** All of it or nothing. */
export async function inTransaction<T>(
  { client }: Session,
  work: () => Promise<T>,
  { isIsolated = false }: TransactionOptions = {},
): Promise<T> {
  await client.query(isIsolated ? 'begin isolation level repeatable read' : 'begin')
  let result: T
  try {
    result = await work()
  } catch (error) {
    await rollBack(client)
    throw error
  }
  await client.query('commit')
  return result
}

async function rollBack(client: Session['client']): Promise<void> {
  try {
    await client.query('rollback')
  } catch {
    // The connection is gone, and with it the transaction; what made it fail is on its way to the user.
  }
}
