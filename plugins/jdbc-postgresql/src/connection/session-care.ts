// What becomes of a connection between two tasks: `discard all` takes temporary tables, settings, locks and prepared statements.
import { holdBySocket } from '@batuta/sql-kit'
import type { ClientCare } from '@batuta/sql-kit'
import { prepareSession } from './open-session.ts'
import type { Session } from './open-session.ts'

export const sessionCare: ClientCare<Session> = {
  clean: async session => {
    session.onNotice = () => undefined
    session.customTypes.clear()
    await session.client.query('discard all')
    await prepareSession(session)
  },
  isHealthy: session => !session.isBroken && session.client.getTransactionStatus() === 'I',
  ping: async session => void (await session.client.query(';')),
  end: closeSession,
  holdProcess: ({ client }, isHeld) => holdBySocket(client.connection.stream, isHeld),
}

const END_MS = 2_000

export async function closeSession({ client }: Session): Promise<void> {
  const timer = setTimeout(() => client.connection.stream.destroy(), END_MS)
  try {
    await client.end()
  } catch {
    // It is gone, which is what was wanted.
    client.connection.stream.destroy()
  } finally {
    clearTimeout(timer)
  }
}
