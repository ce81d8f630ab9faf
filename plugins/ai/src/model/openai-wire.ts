// The chat completions of OpenAI, which most other providers speak, too.
import { at, compact, countAt, isRecord, listAt, textAt } from '../json.ts'
import {
  argumentsOf,
  type ChatAnswer,
  type ChatAsk,
  type ChatMessage,
  type FinishReason,
  type Usage,
  type Wire,
} from './chat-types.ts'

export const openaiWire: Wire = {
  chat: (ask, model) => ({ path: '/chat/completions', body: chatBody(ask, model) }),
  readChat,
  joinStream,
  embed: (texts, model) => ({ path: '/embeddings', body: { model, input: texts } }),
  readEmbedding: answer => ({
    vectors: listAt(answer, 'data').map(item => listAt(item, 'embedding').map(Number)),
    usage: usageOf(answer),
  }),
}

function chatBody({ messages, tools, settings }: ChatAsk, model: string): Readonly<Record<string, unknown>> {
  const { json } = settings
  const schema = json?.schema && { name: json.name, schema: json.schema, strict: json.isStrict }
  return compact({
    model,
    messages: messages.map(messageOf),
    temperature: settings.temperature,
    top_p: settings.topP,
    seed: settings.seed,
    [isReasoning(model) ? 'max_completion_tokens' : 'max_tokens']: settings.maxTokens,
    response_format:
      json === undefined ? undefined : schema ? { type: 'json_schema', json_schema: schema } : { type: 'json_object' },
    tools:
      tools.length === 0
        ? undefined
        : tools.map(({ name, description, parameters }) => ({
            type: 'function',
            function: { name, description, parameters },
          })),
    ...(settings.isStreamed ? { stream: true, stream_options: { include_usage: true } } : {}),
  })
}

/** Those that count what they think refuse the older name of the bound. */
function isReasoning(model: string): boolean {
  return /^(?:o\d|gpt-5)/.test(model)
}

function messageOf({ role, text, images = [], toolCalls = [], toolCall }: ChatMessage): Record<string, unknown> {
  if (role === 'tool') return { role, content: text, tool_call_id: toolCall?.id ?? '' }
  const calls = toolCalls.map(call => ({
    id: call.id,
    type: 'function',
    function: { name: call.name, arguments: JSON.stringify(call.arguments) },
  }))
  if (images.length === 0) return { role, content: text, ...(calls.length === 0 ? {} : { tool_calls: calls }) }
  const pictures = images.map(({ mediaType, base64 }) => ({
    type: 'image_url',
    image_url: { url: `data:${mediaType};base64,${base64}` },
  }))
  return { role, content: [{ type: 'text', text }, ...pictures] }
}

function readChat(answer: unknown): ChatAnswer {
  const message = at(answer, 'choices', 0, 'message')
  const thinking = textAt(message, 'reasoning_content') ?? textAt(message, 'reasoning')
  return {
    id: textAt(answer, 'id') ?? '',
    text: textAt(message, 'content') ?? '',
    ...(thinking === undefined ? {} : { thinking }),
    toolCalls: listAt(message, 'tool_calls').map(call => ({
      id: textAt(call, 'id') ?? '',
      name: textAt(call, 'function', 'name') ?? '',
      arguments: argumentsOf(at(call, 'function', 'arguments')),
    })),
    usage: usageOf(answer),
    finishReason: finishReasonOf(textAt(answer, 'choices', 0, 'finish_reason')),
  }
}

export function usageOf(answer: unknown): Usage {
  return {
    inputTokens: countAt(answer, 'usage', 'prompt_tokens') || countAt(answer, 'usage', 'input_tokens'),
    outputTokens: countAt(answer, 'usage', 'completion_tokens') || countAt(answer, 'usage', 'output_tokens'),
  }
}

function finishReasonOf(text: string | undefined): FinishReason {
  switch (text) {
    case 'stop':
      return 'STOP'
    case 'length':
      return 'LENGTH'
    case 'tool_calls':
    case 'function_call':
      return 'TOOL_EXECUTION'
    case 'content_filter':
      return 'CONTENT_FILTER'
    default:
      return 'OTHER'
  }
}

interface JoinedCall {
  id: string
  name: string
  arguments: string
}

function joinStream(events: readonly unknown[]): unknown {
  const text: string[] = []
  const thinking: string[] = []
  const calls: JoinedCall[] = []
  let [id, finish, usage]: [string | undefined, string | undefined, unknown] = [undefined, undefined, undefined]
  for (const event of events) {
    const delta = at(event, 'choices', 0, 'delta')
    id ??= textAt(event, 'id')
    finish = textAt(event, 'choices', 0, 'finish_reason') ?? finish
    if (isRecord(at(event, 'usage'))) usage = at(event, 'usage')
    text.push(textAt(delta, 'content') ?? '')
    thinking.push(textAt(delta, 'reasoning_content') ?? '')
    for (const piece of listAt(delta, 'tool_calls')) joinCall(calls, piece)
  }
  const message = {
    content: text.join(''),
    ...(thinking.join('') === '' ? {} : { reasoning_content: thinking.join('') }),
    tool_calls: calls.map(call => ({ id: call.id, function: { name: call.name, arguments: call.arguments } })),
  }
  return { id, choices: [{ message, finish_reason: finish }], usage }
}

function joinCall(calls: JoinedCall[], piece: unknown): void {
  const call = (calls[countAt(piece, 'index')] ??= { id: '', name: '', arguments: '' })
  call.id ||= textAt(piece, 'id') ?? ''
  call.name ||= textAt(piece, 'function', 'name') ?? ''
  call.arguments += textAt(piece, 'function', 'arguments') ?? ''
}
