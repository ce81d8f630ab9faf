// Ollama's own interface. Its streams are lines of JSON.
import { at, compact, countAt, listAt, textAt } from '../json.ts'
import { argumentsOf, type ChatAnswer, type ChatAsk, type ChatMessage, type Wire } from './chat-types.ts'

export const ollamaWire: Wire = {
  chat: (ask, model) => ({ path: '/api/chat', body: chatBody(ask, model) }),
  readChat,
  joinStream,
  embed: (texts, model) => ({ path: '/api/embed', body: { model, input: texts } }),
  readEmbedding: answer => ({
    vectors: listAt(answer, 'embeddings').map(vector => (Array.isArray(vector) ? vector.map(Number) : [])),
    usage: { inputTokens: countAt(answer, 'prompt_eval_count'), outputTokens: 0 },
  }),
}

function chatBody({ messages, tools, settings }: ChatAsk, model: string): Readonly<Record<string, unknown>> {
  const { json } = settings
  return compact({
    model,
    messages: messages.map(messageOf),
    stream: settings.isStreamed,
    format: json === undefined ? undefined : (json.schema ?? 'json'),
    think: settings.thinkingTokens === undefined ? undefined : true,
    tools: tools.length === 0 ? undefined : tools.map(tool => ({ type: 'function', function: tool })),
    options: compact({
      temperature: settings.temperature,
      top_k: settings.topK,
      top_p: settings.topP,
      seed: settings.seed,
      num_predict: settings.maxTokens,
    }),
  })
}

function messageOf({ role, text, images = [], toolCalls = [], toolCall }: ChatMessage): Record<string, unknown> {
  return {
    role,
    content: text,
    ...(images.length === 0 ? {} : { images: images.map(({ base64 }) => base64) }),
    ...(toolCalls.length === 0
      ? {}
      : { tool_calls: toolCalls.map(call => ({ function: { name: call.name, arguments: call.arguments } })) }),
    ...(toolCall === undefined ? {} : { tool_name: toolCall.name }),
  }
}

function readChat(answer: unknown): ChatAnswer {
  const message = at(answer, 'message')
  const thinking = textAt(message, 'thinking')
  const calls = listAt(message, 'tool_calls')
  return {
    id: textAt(answer, 'created_at') ?? '',
    text: textAt(message, 'content') ?? '',
    ...(thinking === undefined ? {} : { thinking }),
    toolCalls: calls.map((call, index) => ({
      id: textAt(call, 'id') ?? `call-${index + 1}`,
      name: textAt(call, 'function', 'name') ?? '',
      arguments: argumentsOf(at(call, 'function', 'arguments')),
    })),
    usage: { inputTokens: countAt(answer, 'prompt_eval_count'), outputTokens: countAt(answer, 'eval_count') },
    finishReason: calls.length > 0 ? 'TOOL_EXECUTION' : textAt(answer, 'done_reason') === 'length' ? 'LENGTH' : 'STOP',
  }
}

function joinStream(events: readonly unknown[]): unknown {
  const last = events.at(-1)
  return {
    created_at: textAt(last, 'created_at'),
    done_reason: textAt(last, 'done_reason'),
    prompt_eval_count: at(last, 'prompt_eval_count'),
    eval_count: at(last, 'eval_count'),
    message: {
      content: events.map(event => textAt(event, 'message', 'content') ?? '').join(''),
      tool_calls: events.flatMap(event => listAt(event, 'message', 'tool_calls')),
    },
  }
}
