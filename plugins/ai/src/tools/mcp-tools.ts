import { TaskError, parseDuration, type RunContext } from '@batuta/plugin-sdk'
import { isRecord } from '../json.ts'
import { McpClient } from '../mcp/mcp-client.ts'
import type { Tool } from './tool.ts'

/** All tools of a server that speaks the Model Context Protocol. */
export async function mcpTools(ctx: RunContext, settings: Readonly<Record<string, unknown>>): Promise<readonly Tool[]> {
  const { url, headers, timeout } = settings
  if (typeof url !== 'string') throw new TaskError('the tool StreamableHttpMcpClient needs "url"')
  const timeoutMs = typeof timeout === 'string' ? parseDuration(timeout) : undefined
  const texts = isRecord(headers) ? Object.entries(headers) : []
  const client = new McpClient(ctx, {
    url,
    headers: Object.fromEntries(texts.map(([name, value]) => [name.toLowerCase(), String(value)])),
    ...(timeoutMs !== undefined && { timeoutMs }),
  })
  await client.open()
  return (await client.listTools()).map(spec => ({
    spec,
    use: async given => {
      const { text, isError } = await client.callTool(spec.name, given)
      if (isError) throw new TaskError(text)
      return text
    },
  }))
}
