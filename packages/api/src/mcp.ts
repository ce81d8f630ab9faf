// The Model Context Protocol: flows with an McpToolTrigger are tools that language models call. Kestra 2.0 has the routes about servers; where a
// server is called is our own choice, for Kestra's open edition does not tell.
import Type from 'typebox'
import { defineRoute, ofTenant, ofTenantOnly } from './route.ts'
import { DELETE, GET, PATCH, POST, PUT, gives, maybe, takes } from './route-parts.ts'
import { Anything, Paging, pageOf } from './shapes.ts'

const Id = Type.String({ minLength: 1, maxLength: 64, pattern: '^[A-Za-z0-9][A-Za-z0-9_-]*$' })
const OfServer = Type.Object({ id: Type.String({ maxLength: 64 }) })

const Server = Type.Object({
  id: Type.String(),
  description: Type.String(),
  instructions: Type.String(),
  serverType: Type.String(),
  authType: Type.String(),
  disabled: Type.Boolean(),
  isDefault: Type.Boolean(),
  /** Where clients reach it. */
  url: Type.String(),
  created: Type.Optional(Type.String()),
  updated: Type.Optional(Type.String()),
})

/** What Kestra knows of a server beyond these is read and refused where it would promise what is not so. */
const ServerBody = Type.Object({
  id: maybe(Id),
  description: maybe(Type.String({ maxLength: 2_000 })),
  instructions: maybe(Type.String({ maxLength: 20_000 })),
  serverType: maybe(Type.Union([Type.Literal('PRIVATE'), Type.Literal('PUBLIC')])),
  authType: maybe(Type.Union([Type.Literal('BASIC'), Type.Literal('API_TOKEN'), Type.Literal('OAUTH')])),
  disabled: maybe(Type.Boolean()),
})

const Tool = Type.Object({
  name: Type.String(),
  title: Type.String(),
  description: Type.String(),
  annotations: Anything,
  inputSchema: Anything,
  namespace: Type.String(),
  flowId: Type.String(),
  triggerId: Type.String(),
})

export const mcpRoutes = {
  list: defineRoute({
    ...GET,
    paths: ofTenantOnly('/mcp/servers'),
    query: Type.Object({ ...Paging, q: Type.Optional(Type.String()) }),
    reply: gives(pageOf(Server)),
    permission: 'MCP_SERVER:READ',
    summary: 'The servers that language models may call; the default one is always there.',
  }),
  create: defineRoute({
    ...POST,
    paths: ofTenantOnly('/mcp/servers'),
    body: takes(ServerBody),
    reply: gives(Server),
    refusals: [409],
    permission: 'MCP_SERVER:CREATE',
    summary: 'Open a server, to which triggers give their tools by its id.',
  }),
  get: defineRoute({
    ...GET,
    paths: ofTenantOnly('/mcp/servers/{id}'),
    params: OfServer,
    reply: gives(Server),
    refusals: [404],
    permission: 'MCP_SERVER:READ',
    summary: 'A server.',
  }),
  update: defineRoute({
    ...PUT,
    paths: ofTenantOnly('/mcp/servers/{id}'),
    params: OfServer,
    body: takes(ServerBody),
    reply: gives(Server),
    refusals: [404],
    permission: 'MCP_SERVER:UPDATE',
    summary: 'Change what a server says of itself.',
  }),
  delete: defineRoute({
    ...DELETE,
    status: 200,
    paths: ofTenantOnly('/mcp/servers/{id}'),
    params: OfServer,
    refusals: [404, 409],
    permission: 'MCP_SERVER:DELETE',
    summary: 'Take a server away; the default one can only be disabled.',
  }),
  toggle: defineRoute({
    ...PATCH,
    paths: ofTenantOnly('/mcp/servers/{id}/toggle'),
    params: OfServer,
    reply: gives(Server),
    refusals: [404],
    permission: 'MCP_SERVER:UPDATE',
    summary: 'Disable a server, or enable it again.',
  }),
  tools: defineRoute({
    ...GET,
    paths: ofTenantOnly('/mcp/servers/{id}/tools'),
    params: OfServer,
    reply: gives(Type.Array(Tool)),
    refusals: [404],
    permission: 'MCP_SERVER:READ',
    summary: 'The tools of a server: the flows with a trigger for it.',
  }),
  call: defineRoute({
    ...POST,
    paths: ofTenant('/mcp/{id}'),
    params: OfServer,
    body: takes(Type.Record(Type.String(), Type.Unknown())),
    reply: gives(Anything),
    refusals: [202, 404, 409],
    permission: 'EXECUTION:CREATE',
    namespaceFrom: 'scope',
    summary: 'A message of the Model Context Protocol (streamable HTTP): initialize, ping, tools/list, tools/call.',
  }),
  listen: defineRoute({
    ...GET,
    paths: ofTenant('/mcp/{id}'),
    params: OfServer,
    reply: { type: 'empty' },
    refusals: [404, 405],
    permission: 'EXECUTION:READ',
    namespaceFrom: 'scope',
    summary: 'Answers 405, as the protocol asks of a server that tells nothing without being asked.',
  }),
}
