// The servers that language models call. The default one is there without being made.
import { openShelf, type Shelf } from '../../access/settings-shelf.ts'
import { baseOf } from '../base-of.ts'
import type { HttpDependencies } from '../dependencies.ts'
import type { Handlers } from '../exchange.ts'
import { RequestError, notFound, unprocessable } from '../request-error.ts'

export interface McpServer {
  readonly id: string
  readonly description: string
  readonly instructions: string
  readonly authType: 'BASIC' | 'API_TOKEN'
  readonly disabled: boolean
  readonly createdMs?: number
  readonly updatedMs?: number
}

export type ServerBody = Parameters<Handlers<'mcp'>['create']>[0]['body']

export const DEFAULT_SERVER = 'default'

/** Every node has all of them in memory. */
const SERVERS_MAX = 100

const BUILT_IN: McpServer = {
  id: DEFAULT_SERVER,
  description: '',
  instructions: '',
  authType: 'BASIC',
  disabled: false,
}

export function shelfOf({ access }: Pick<HttpDependencies, 'access'>): Shelf<McpServer> {
  return openShelf<McpServer>(access.book, 'mcp-server')
}

/** The default one first. */
export function listServers(shelf: Shelf<McpServer>): readonly McpServer[] {
  const others = shelf.list().filter(({ id }) => id !== DEFAULT_SERVER)
  const byId = others.toSorted((one, other) => (one.id < other.id ? -1 : 1))
  return [shelf.find(DEFAULT_SERVER) ?? BUILT_IN, ...byId]
}

/** @throws {RequestError} 404 */
export function getServer(shelf: Shelf<McpServer>, id: string): McpServer {
  const found = listServers(shelf).find(server => server.id === id)
  if (!found) throw notFound(`The MCP server "${id.slice(0, 100)}"`)
  return found
}

/** @throws {RequestError} 422 without an id, 409 for one that is taken or one too many. */
export function newServer(body: ServerBody, shelf: Shelf<McpServer>, nowMs: number): McpServer {
  const { id } = body
  if (id === undefined || id === null)
    throw unprocessable('id-missing', 'A server needs an `id`: triggers name it as their `mcpServer`.')
  const known = listServers(shelf)
  if (known.some(server => server.id === id))
    throw new RequestError(409, 'id-taken', `There is an MCP server "${id}" already.`)
  if (known.length >= SERVERS_MAX)
    throw new RequestError(409, 'too-many-servers', `There are ${SERVERS_MAX} servers already: take some away.`)
  return changedServer({ ...BUILT_IN, id, createdMs: nowMs }, body, nowMs)
}

/** @throws {RequestError} 422 for what a server cannot be. */
export function changedServer(before: McpServer, body: ServerBody, nowMs: number): McpServer {
  if (body.serverType === 'PUBLIC')
    throw unprocessable(
      'server-public',
      'A server is PRIVATE: whoever calls a tool starts a flow and must be known. Give out a token of a service account that may start just these flows.',
    )
  if (body.authType === 'OAUTH')
    throw unprocessable('server-oauth', 'Clients come with BASIC or API_TOKEN; OAUTH is not there yet.')
  return {
    ...before,
    description: body.description ?? before.description,
    instructions: body.instructions ?? before.instructions,
    authType: body.authType ?? before.authType,
    disabled: body.disabled ?? before.disabled,
    updatedMs: nowMs,
  }
}

export function presentServer(
  { createdMs, updatedMs, ...server }: McpServer,
  dependencies: Pick<HttpDependencies, 'config'>,
): Readonly<Record<string, unknown>> {
  return {
    ...server,
    serverType: 'PRIVATE',
    isDefault: server.id === DEFAULT_SERVER,
    url: `${baseOf(dependencies)}/api/v1/${dependencies.config.tenant}/mcp/${server.id}`,
    ...(createdMs === undefined ? {} : { created: new Date(createdMs).toISOString() }),
    ...(updatedMs === undefined ? {} : { updated: new Date(updatedMs).toISOString() }),
  }
}
