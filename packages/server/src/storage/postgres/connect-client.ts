// Opens a connection and makes it ready for its purpose.
import type { Client } from 'pg'
import { endQuietly } from './reserved-connection.ts'
import { connectionConfig, prepareSession, type Durability, type SessionKind } from './session.ts'

export type ClientClass = typeof Client

export interface ConnectOptions {
  readonly url: string
  readonly durability: Durability
  /** Tests put a connection in that fails. */
  readonly Client: ClientClass
}

export async function connectClient(options: ConnectOptions, kind: SessionKind): Promise<Client> {
  const client = new options.Client(connectionConfig(options.url, kind))
  // Whoever uses it is told by what it asked; without a listener a connection that breaks would end the process.
  client.on('error', () => undefined)
  // What is asked of it tells of a break as well; one without a listener would end the process.
  client.on('error', () => undefined)
  try {
    await client.connect()
    await prepareSession(client, kind, options.durability)
    return client
  } catch (error) {
    endQuietly(client)
    throw error
  }
}
