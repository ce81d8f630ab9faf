// A client of the Model Context Protocol over streamable HTTP: calls are posted as JSON-RPC, answers come whole or as events.
import { TaskError, type RunContext } from '@batuta/plugin-sdk'
import { at, isRecord, listAt, parsedJson, textAt } from '../json.ts'
import { callApi, eventsOf } from '../model/call-model.ts'

export interface McpServer {
  readonly url: string
  readonly headers?: Readonly<Record<string, string>>
  readonly timeoutMs?: number
}

export interface McpTool {
  readonly name: string
  readonly description: string
  readonly parameters: Readonly<Record<string, unknown>>
}

export interface McpResult {
  readonly text: string
  readonly structured: unknown
  readonly isError: boolean
}

const PROTOCOL = '2025-06-18'
const PAGES_MAX = 100

export class McpClient {
  readonly #ctx: RunContext
  readonly #server: McpServer
  #session: string | undefined
  #protocol = PROTOCOL
  #id = 0

  constructor(ctx: RunContext, server: McpServer) {
    this.#ctx = ctx
    this.#server = server
  }

  async open(): Promise<void> {
    const result = await this.#call('initialize', {
      protocolVersion: PROTOCOL,
      capabilities: {},
      clientInfo: { name: 'batuta', version: '1' },
    })
    this.#protocol = textAt(result, 'protocolVersion') ?? PROTOCOL
    await this.#post({ jsonrpc: '2.0', method: 'notifications/initialized' })
  }

  async listTools(): Promise<readonly McpTool[]> {
    const tools: McpTool[] = []
    let cursor: string | undefined
    for (let page = 0; page < PAGES_MAX; page++) {
      const result = await this.#call('tools/list', cursor === undefined ? {} : { cursor })
      for (const tool of listAt(result, 'tools')) {
        const parameters = at(tool, 'inputSchema')
        tools.push({
          name: textAt(tool, 'name') ?? '',
          description: textAt(tool, 'description') ?? '',
          parameters: isRecord(parameters) ? parameters : { type: 'object' },
        })
      }
      cursor = textAt(result, 'nextCursor')
      if (cursor === undefined) break
    }
    return tools
  }

  async callTool(name: string, given: Readonly<Record<string, unknown>>): Promise<McpResult> {
    const result = await this.#call('tools/call', { name, arguments: given })
    const texts = listAt(result, 'content').map(item => textAt(item, 'text') ?? JSON.stringify(item))
    return {
      text: texts.join('\n'),
      structured: at(result, 'structuredContent'),
      isError: at(result, 'isError') === true,
    }
  }

  /** The server may forget the session; that it cannot is its own affair. */
  async close(): Promise<void> {
    if (this.#session === undefined) return
    await callApi(this.#ctx, 'the MCP server', {
      method: 'DELETE',
      url: this.#server.url,
      headers: this.#headers(),
    }).catch((error: unknown) => this.#ctx.logger.debug(`the session of the MCP server stays open: ${String(error)}`))
  }

  async #call(method: string, params: Readonly<Record<string, unknown>>): Promise<unknown> {
    const id = ++this.#id
    const messages = await this.#post({ jsonrpc: '2.0', id, method, params })
    const answer = messages.find(message => at(message, 'id') === id)
    const error = at(answer, 'error')
    if (error !== undefined)
      throw new TaskError(`the MCP server refused ${method}: ${textAt(error, 'message') ?? JSON.stringify(error)}`)
    if (answer === undefined) throw new TaskError(`the MCP server did not answer ${method}`)
    return at(answer, 'result')
  }

  async #post(message: unknown): Promise<readonly unknown[]> {
    const answer = await callApi(this.#ctx, 'the MCP server', {
      method: 'POST',
      url: this.#server.url,
      headers: { ...this.#headers(), 'content-type': 'application/json' },
      body: JSON.stringify(message),
      ...(this.#server.timeoutMs !== undefined && { readTimeoutMs: this.#server.timeoutMs }),
    })
    this.#session ??= answer.headers['mcp-session-id']
    const events = eventsOf(answer)
    if (events !== undefined) return events
    const body = answer.text.trim() === '' ? undefined : parsedJson(answer.text)
    return Array.isArray(body) ? body : body === undefined ? [] : [body]
  }

  #headers(): Record<string, string> {
    return {
      ...this.#server.headers,
      'mcp-protocol-version': this.#protocol,
      ...(this.#session !== undefined && { 'mcp-session-id': this.#session }),
    }
  }
}
