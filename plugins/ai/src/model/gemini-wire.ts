// Google's generateContent: roles are user and model, calls of tools have no names of their own.
import { at, compact, countAt, listAt, textAt } from '../json.ts'
import {
  argumentsOf,
  type ChatAnswer,
  type ChatAsk,
  type ChatMessage,
  type FinishReason,
  type Wire,
} from './chat-types.ts'

export const geminiWire: Wire = {
  chat: (ask, model) => ({
    path: `/models/${model}:${ask.settings.isStreamed ? 'streamGenerateContent?alt=sse' : 'generateContent'}`,
    body: chatBody(ask),
  }),
  readChat,
  joinStream,
  embed: (texts, model) => ({
    path: `/models/${model}:batchEmbedContents`,
    body: { requests: texts.map(text => ({ model: `models/${model}`, content: { parts: [{ text }] } })) },
  }),
  readEmbedding: answer => ({
    vectors: listAt(answer, 'embeddings').map(item => listAt(item, 'values').map(Number)),
    usage: { inputTokens: countAt(answer, 'usageMetadata', 'promptTokenCount'), outputTokens: 0 },
  }),
}

function chatBody({ messages, tools, settings }: ChatAsk): Readonly<Record<string, unknown>> {
  const system = messages.filter(({ role }) => role === 'system').map(({ text }) => ({ text }))
  const { json, thinkingTokens } = settings
  return compact({
    systemInstruction: system.length === 0 ? undefined : { parts: system },
    contents: messages.filter(({ role }) => role !== 'system').map(contentOf),
    tools: tools.length === 0 ? undefined : [{ functionDeclarations: tools.map(tool => ({ ...tool })) }],
    generationConfig: compact({
      temperature: settings.temperature,
      topP: settings.topP,
      topK: settings.topK,
      seed: settings.seed,
      maxOutputTokens: settings.maxTokens,
      // Together with tools a form of the answer is refused.
      responseMimeType: json === undefined || tools.length > 0 ? undefined : 'application/json',
      responseJsonSchema: tools.length > 0 ? undefined : json?.schema,
      thinkingConfig:
        thinkingTokens === undefined ? undefined : { thinkingBudget: thinkingTokens, includeThoughts: true },
    }),
  })
}

function contentOf({ role, text, images = [], toolCalls = [], toolCall }: ChatMessage): Record<string, unknown> {
  if (role === 'tool')
    return {
      role: 'user',
      parts: [{ functionResponse: { name: toolCall?.name ?? '', response: { result: text } } }],
    }
  const pictures = images.map(({ mediaType, base64 }) => ({ inlineData: { mimeType: mediaType, data: base64 } }))
  const calls = toolCalls.map(call => ({ functionCall: { name: call.name, args: call.arguments } }))
  const said = text === '' ? [] : [{ text }]
  return { role: role === 'assistant' ? 'model' : 'user', parts: [...said, ...pictures, ...calls] }
}

function readChat(answer: unknown): ChatAnswer {
  const parts = listAt(answer, 'candidates', 0, 'content', 'parts')
  const thoughts = parts.filter(part => at(part, 'thought') === true)
  const thinking = thoughts.map(part => textAt(part, 'text') ?? '').join('')
  const calls = parts.filter(part => at(part, 'functionCall') !== undefined)
  return {
    id: textAt(answer, 'responseId') ?? '',
    text: parts
      .filter(part => !thoughts.includes(part))
      .map(part => textAt(part, 'text') ?? '')
      .join(''),
    ...(thinking === '' ? {} : { thinking }),
    toolCalls: calls.map((part, index) => ({
      id: textAt(part, 'functionCall', 'id') ?? `call-${index + 1}`,
      name: textAt(part, 'functionCall', 'name') ?? '',
      arguments: argumentsOf(at(part, 'functionCall', 'args')),
    })),
    usage: {
      inputTokens: countAt(answer, 'usageMetadata', 'promptTokenCount'),
      outputTokens:
        countAt(answer, 'usageMetadata', 'candidatesTokenCount') +
        countAt(answer, 'usageMetadata', 'thoughtsTokenCount'),
    },
    finishReason: calls.length > 0 ? 'TOOL_EXECUTION' : finishReasonOf(textAt(answer, 'candidates', 0, 'finishReason')),
  }
}

function finishReasonOf(text: string | undefined): FinishReason {
  switch (text) {
    case 'STOP':
      return 'STOP'
    case 'MAX_TOKENS':
      return 'LENGTH'
    case 'SAFETY':
    case 'PROHIBITED_CONTENT':
    case 'BLOCKLIST':
    case 'RECITATION':
      return 'CONTENT_FILTER'
    default:
      return 'OTHER'
  }
}

/** Each piece is an answer of its own; only the last one counts all tokens. */
function joinStream(events: readonly unknown[]): unknown {
  const last = events.at(-1)
  return {
    responseId: textAt(last, 'responseId'),
    candidates: [
      {
        content: { parts: events.flatMap(event => listAt(event, 'candidates', 0, 'content', 'parts')) },
        finishReason: textAt(last, 'candidates', 0, 'finishReason'),
      },
    ],
    usageMetadata: at(last, 'usageMetadata'),
  }
}
