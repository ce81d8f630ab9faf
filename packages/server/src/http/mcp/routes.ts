// Servers for language models, and the protocol that these speak: JSON-RPC over single requests ("streamable HTTP"), without sessions – each call says
// who calls, and nothing is kept between two of them.
import { VERSION } from '../../platform/version.ts'
import type { HttpDependencies } from '../dependencies.ts'
import type { Handlers } from '../exchange.ts'
import { empty, json, type Reply } from '../reply.ts'
import { RequestError } from '../request-error.ts'
import { callTool, type ToolCall } from './call-tool.ts'
import {
  DEFAULT_SERVER,
  changedServer,
  getServer,
  listServers,
  newServer,
  presentServer,
  shelfOf,
  type McpServer,
} from './servers.ts'
import { describeTool, toolsOf } from './tools.ts'

const SIZE = 10
/** The newest first: whoever asks for one that we do not know is answered with it. */
const VERSIONS = ['2025-11-25', '2025-06-18', '2025-03-26'] as const

const METHODS = ['initialize', 'ping', 'tools/list', 'tools/call']

const METHOD_NOT_FOUND = -32_601
const INVALID_REQUEST = -32_600
const INVALID_PARAMS = -32_602

export function mcpHandlers(dependencies: HttpDependencies): Handlers<'mcp'> {
  const { access, platform } = dependencies
  const shelf = shelfOf(dependencies)
  const shown = (server: McpServer) => presentServer(server, dependencies)
  const put = async (server: McpServer): Promise<Reply> => {
    await access.book.change({ put: [shelf.putOf(server)] })
    return json(shown(server))
  }
  return {
    list: ({ query: { q = '', page = 1, size = SIZE } }) => {
      const wanted = q.toLowerCase()
      const found = listServers(shelf).filter(({ id, description }) =>
        `${id} ${description}`.toLowerCase().includes(wanted),
      )
      return json({ results: found.slice((page - 1) * size, page * size).map(shown), total: found.length })
    },
    create: async ({ body, note }) => {
      const server = newServer(body, shelf, platform.nowMs())
      note({ itemId: server.id, after: shown(server) })
      return await put(server)
    },
    get: ({ params: { id } }) => json(shown(getServer(shelf, id))),
    update: async ({ params: { id }, body, note }) => {
      const before = getServer(shelf, id)
      const server = changedServer(before, body, platform.nowMs())
      note({ itemId: id, before: shown(before), after: shown(server) })
      return await put(server)
    },
    delete: async ({ params: { id }, note }) => {
      const before = getServer(shelf, id)
      if (id === DEFAULT_SERVER)
        throw new RequestError(409, 'server-default', 'The default server stays: disable it instead.')
      await access.book.change({ remove: [shelf.keyOf(id)] })
      note({ itemId: id, before: shown(before) })
      return empty(200)
    },
    toggle: async ({ params: { id }, note }) => {
      const before = getServer(shelf, id)
      const server = { ...before, disabled: !before.disabled, updatedMs: platform.nowMs() }
      note({ itemId: id, before: shown(before), after: shown(server) })
      return await put(server)
    },
    tools: ({ params: { id } }) => {
      getServer(shelf, id)
      const tools = [...toolsOf(id, dependencies).values()].map(tool => {
        const { outputSchema: _outputSchema, ...described } = describeTool(tool)
        const { namespace, id: flowId } = tool.plan.flow
        return { ...described, namespace, flowId, triggerId: tool.trigger.id }
      })
      return json(tools)
    },
    listen: ({ params: { id } }) => {
      getServer(shelf, id)
      throw new RequestError(405, 'nothing-to-listen-to', 'Nothing is told without being asked: send messages by POST.')
    },
    call: async exchange => {
      const server = getServer(shelf, exchange.params.id)
      if (server.disabled) throw new RequestError(409, 'server-disabled', `The MCP server "${server.id}" is disabled.`)
      return await answer({ server, message: exchange.body, call: exchange }, dependencies)
    },
  }
}

type Message = Readonly<Record<string, unknown>>

interface Asked {
  readonly server: McpServer
  readonly message: Message
  readonly call: ToolCall
}

async function answer({ server, message, call }: Asked, dependencies: HttpDependencies): Promise<Reply> {
  const { id, method } = message
  const fail = (code: number, text: string): Reply =>
    json({ jsonrpc: '2.0', id: id ?? null, error: { code, message: text } })
  if (message['jsonrpc'] !== '2.0') return fail(INVALID_REQUEST, 'This is no message of JSON-RPC 2.0.')
  // A notification, or the answer to something that we never ask.
  if (id === undefined || id === null || typeof method !== 'string') return empty(202)
  const params = isMessage(message['params']) ? message['params'] : {}
  const give = (result: unknown): Reply => json({ jsonrpc: '2.0', id, result })
  switch (method) {
    case 'initialize':
      return give(introduce(server, params))
    case 'ping':
      return give({})
    case 'tools/list':
      return give({ tools: [...toolsOf(server.id, dependencies).values()].map(describeTool) })
    case 'tools/call': {
      const name = String(params['name'] ?? '').slice(0, 100)
      const tool = toolsOf(server.id, dependencies).get(name)
      if (tool) return give(await callTool(tool, params['arguments'], { call, dependencies }))
      return fail(INVALID_PARAMS, `The server "${server.id}" has no tool "${name}": tools/list tells which it has.`)
    }
    default:
      return fail(METHOD_NOT_FOUND, `"${method.slice(0, 100)}" is not served: ${METHODS.join(', ')} are.`)
  }
}

function isMessage(value: unknown): value is Message {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

function introduce({ instructions }: McpServer, params: Message) {
  const wanted = params['protocolVersion']
  return {
    protocolVersion: VERSIONS.find(version => version === wanted) ?? VERSIONS[0],
    capabilities: { tools: { listChanged: false } },
    serverInfo: { name: 'batuta', title: 'Batuta', version: VERSION },
    ...(instructions === '' ? {} : { instructions }),
  }
}
