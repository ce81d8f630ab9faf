import { TaskError, defineTask, p, toPlain, type LazyProperties, type RunContext } from '@batuta/plugin-sdk'
import { isRecord } from '../json.ts'
import { McpClient } from '../mcp/mcp-client.ts'

const connection = {
  url: p.string().dynamic().required().group('main').title('Address of the server.'),
  transport: p
    .enum('STREAMABLE_HTTP', 'SSE', 'UNKNOWN')
    .dynamic()
    .default('STREAMABLE_HTTP')
    .group('connection')
    .title('How the server is spoken to; only STREAMABLE_HTTP is implemented.'),
  headers: p
    .map(p.string())
    .dynamic()
    .group('connection')
    .title('Sent with every request, for instance `Authorization`.'),
  timeout: p.duration().dynamic().group('execution').title('How long an answer may take.'),
  logRequests: p.boolean().dynamic().default(false).group('advanced').title('Log what is sent.'),
  logResponses: p.boolean().dynamic().default(false).group('advanced').title('Log what comes back.'),
}

export const listTools = defineTask({
  type: 'io.kestra.plugin.ai.mcp.ListTools',
  title: 'List the tools of an MCP server.',
  properties: connection,
  outputs: [
    { name: 'tools', type: 'ToolDefinition{name, description, parameters}[]' },
    { name: 'count', type: 'int' },
  ],
  examples: [
    {
      title: 'What is there?',
      full: true,
      code: `id: tools
namespace: company.team
tasks:
  - id: list
    type: io.kestra.plugin.ai.mcp.ListTools
    url: http://localhost:3001/mcp
`,
    },
  ],
  async run(ctx, props) {
    return await withClient(ctx, props, async client => {
      const tools = await client.listTools()
      if (await props.logResponses.render()) ctx.logger.info(tools.map(({ name }) => name).join(', '))
      return { tools, count: tools.length }
    })
  },
})

export const callTool = defineTask({
  type: 'io.kestra.plugin.ai.mcp.CallTool',
  title: 'Call a tool of an MCP server.',
  properties: {
    ...connection,
    tool: p.string().dynamic().required().group('main').title('Name of the tool.'),
    arguments: p.any().dynamic().group('main').title('What it is given: a map.'),
    failOnToolError: p
      .boolean()
      .dynamic()
      .default(true)
      .group('reliability')
      .title('Fail when the tool says that it failed.'),
  },
  outputs: [
    { name: 'result', type: 'string', description: 'All texts of the answer.' },
    { name: 'structuredContent', type: 'any' },
    { name: 'isError', type: 'bool' },
    { name: 'errorMessage', type: 'string' },
  ],
  metrics: [{ name: 'mcp.tool.calls', type: 'counter', unit: 'calls' }],
  examples: [
    {
      title: 'Add two numbers elsewhere.',
      full: true,
      code: `id: add
namespace: company.team
tasks:
  - id: call
    type: io.kestra.plugin.ai.mcp.CallTool
    url: http://localhost:3001/mcp
    tool: add
    arguments: { a: 1, b: 2 }
`,
    },
  ],
  async run(ctx, props) {
    const name = await props.tool.render()
    const written = props.arguments.raw
    const given = written === undefined ? {} : toPlain(await ctx.renderTyped(written))
    if (!isRecord(given)) throw new TaskError('"arguments" must be a map')
    return await withClient(ctx, props, async client => {
      if (await props.logRequests.render()) ctx.logger.info(`${name} ${JSON.stringify(given)}`)
      const { text, structured, isError } = await client.callTool(name, given)
      ctx.metrics.counter('mcp.tool.calls', 1, { tool: name })
      if (await props.logResponses.render()) ctx.logger.info(text)
      if (isError && (await props.failOnToolError.render())) throw new TaskError(`the tool ${name} failed: ${text}`)
      return { result: text, structuredContent: structured, isError, ...(isError && { errorMessage: text }) }
    })
  },
})

async function withClient<T>(
  ctx: RunContext,
  props: LazyProperties<typeof connection>,
  use: (client: McpClient) => Promise<T>,
): Promise<T> {
  if ((await props.transport.render()) !== 'STREAMABLE_HTTP')
    throw new TaskError('the older transport (SSE) is not implemented: use STREAMABLE_HTTP')
  const headers = [...((await props.headers.render()) ?? [])].map(
    ([name, value]) => [name.toLowerCase(), value] as const,
  )
  const timeoutMs = await props.timeout.render()
  const client = new McpClient(ctx, {
    url: await props.url.render(),
    headers: Object.fromEntries(headers),
    ...(timeoutMs !== undefined && { timeoutMs }),
  })
  await client.open()
  try {
    return await use(client)
  } finally {
    await client.close()
  }
}
