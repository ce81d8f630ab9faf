// A conversation with a model, in the one form that every provider's is translated to and from.
export type Role = 'system' | 'user' | 'assistant' | 'tool'

export interface ChatMessage {
  readonly role: Role
  readonly text: string
  readonly images?: readonly Image[]
  /** What an assistant wants done. */
  readonly toolCalls?: readonly ToolCall[]
  /** Which call a tool's message answers. */
  readonly toolCall?: ToolCall
}

export interface Image {
  readonly mediaType: string
  readonly base64: string
}

export interface ToolCall {
  readonly id: string
  readonly name: string
  readonly arguments: Readonly<Record<string, unknown>>
}

export interface ToolSpec {
  readonly name: string
  readonly description: string
  /** JSON schema of the arguments. */
  readonly parameters: Readonly<Record<string, unknown>>
}

export interface ChatSettings {
  readonly temperature?: number
  readonly topK?: number
  readonly topP?: number
  readonly seed?: number
  readonly maxTokens?: number
  readonly thinkingTokens?: number
  /** Absent: text. */
  readonly json?: JsonFormat
  /** The answer comes in pieces, so that a long one keeps the connection awake. */
  readonly isStreamed: boolean
}

export interface JsonFormat {
  readonly name: string
  readonly schema?: Readonly<Record<string, unknown>>
  readonly isStrict: boolean
}

export interface ChatAsk {
  readonly messages: readonly ChatMessage[]
  readonly tools: readonly ToolSpec[]
  readonly settings: ChatSettings
}

export interface ChatAnswer {
  readonly id: string
  readonly text: string
  readonly thinking?: string
  readonly toolCalls: readonly ToolCall[]
  readonly usage: Usage
  readonly finishReason: FinishReason
}

export interface Usage {
  readonly inputTokens: number
  readonly outputTokens: number
}

export type FinishReason = 'STOP' | 'LENGTH' | 'TOOL_EXECUTION' | 'CONTENT_FILTER' | 'OTHER'

export const NO_USAGE: Usage = { inputTokens: 0, outputTokens: 0 }

export function addUsage(left: Usage, right: Usage): Usage {
  return { inputTokens: left.inputTokens + right.inputTokens, outputTokens: left.outputTokens + right.outputTokens }
}

/** A request in a provider's own words, and how its answer is read. */
export interface Wire {
  chat(ask: ChatAsk, model: string): WireRequest
  /** A whole answer. */
  readChat(answer: unknown): ChatAnswer
  /** The pieces of a streamed one, put together to what `readChat` reads. */
  joinStream(events: readonly unknown[]): unknown
  embed?(texts: readonly string[], model: string): WireRequest
  readEmbedding?(answer: unknown): { readonly vectors: readonly (readonly number[])[]; readonly usage: Usage }
}

export interface WireRequest {
  /** Below the provider's address. */
  readonly path: string
  readonly body: Readonly<Record<string, unknown>>
}

/** Arguments come as a text or as a map. */
export function argumentsOf(given: unknown): Readonly<Record<string, unknown>> {
  const value: unknown = typeof given === 'string' ? parsedArguments(given) : given
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? { ...value } : {}
}

function parsedArguments(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return {}
  }
}
