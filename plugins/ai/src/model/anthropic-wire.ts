// The messages of Anthropic: the system's words stand apart, results of tools are said by the user, and an answer has a bound.
import { at, compact, countAt, isRecord, listAt, textAt } from '../json.ts'
import {
  argumentsOf,
  type ChatAnswer,
  type ChatAsk,
  type ChatMessage,
  type FinishReason,
  type Wire,
} from './chat-types.ts'

const MAX_TOKENS = 4_096
/** A schema is asked for as the arguments of a tool that must be called. */
const JSON_TOOL = 'answer'

export const anthropicWire: Wire = {
  chat: (ask, model) => ({ path: '/messages', body: chatBody(ask, model) }),
  readChat,
  joinStream,
}

function chatBody({ messages, tools, settings }: ChatAsk, model: string): Readonly<Record<string, unknown>> {
  const { json, thinkingTokens } = settings
  const system = messages.filter(({ role }) => role === 'system').map(({ text }) => text)
  const answering = json?.schema && tools.length === 0 ? json.schema : undefined
  if (json !== undefined && answering === undefined)
    system.push(`Answer with JSON and nothing else.${json.schema ? ` Its schema: ${JSON.stringify(json.schema)}` : ''}`)
  const specs = tools.map(({ name, description, parameters }) => ({ name, description, input_schema: parameters }))
  if (answering) specs.push({ name: JSON_TOOL, description: 'Gives the answer.', input_schema: answering })
  return compact({
    model,
    max_tokens: (settings.maxTokens ?? MAX_TOKENS) + (thinkingTokens ?? 0),
    system: system.length === 0 ? undefined : system.join('\n\n'),
    messages: joinTurns(messages.filter(({ role }) => role !== 'system').map(messageOf)),
    temperature: settings.temperature,
    top_p: settings.topP,
    top_k: settings.topK,
    thinking: thinkingTokens === undefined ? undefined : { type: 'enabled', budget_tokens: thinkingTokens },
    tools: specs.length === 0 ? undefined : specs,
    tool_choice: answering ? { type: 'tool', name: JSON_TOOL } : undefined,
    ...(settings.isStreamed ? { stream: true } : {}),
  })
}

interface Turn {
  readonly role: 'user' | 'assistant'
  readonly content: readonly unknown[]
}

function messageOf({ role, text, images = [], toolCalls = [], toolCall }: ChatMessage): Turn {
  if (role === 'tool')
    return { role: 'user', content: [{ type: 'tool_result', tool_use_id: toolCall?.id ?? '', content: text }] }
  const pictures = images.map(({ mediaType, base64 }) => ({
    type: 'image',
    source: { type: 'base64', media_type: mediaType, data: base64 },
  }))
  const uses = toolCalls.map(call => ({ type: 'tool_use', id: call.id, name: call.name, input: call.arguments }))
  const said = text === '' ? [] : [{ type: 'text', text }]
  return { role: role === 'assistant' ? 'assistant' : 'user', content: [...said, ...pictures, ...uses] }
}

/** Results of several tools are one turn. */
function joinTurns(turns: readonly Turn[]): readonly Turn[] {
  const joined: Turn[] = []
  for (const turn of turns) {
    const last = joined.at(-1)
    if (last?.role === turn.role)
      joined[joined.length - 1] = { role: last.role, content: [...last.content, ...turn.content] }
    else joined.push(turn)
  }
  return joined
}

function readChat(answer: unknown): ChatAnswer {
  const blocks = listAt(answer, 'content')
  const uses = blocks.filter(block => textAt(block, 'type') === 'tool_use')
  const forced = uses.find(block => textAt(block, 'name') === JSON_TOOL)
  const thinking = blocks.map(block => textAt(block, 'thinking') ?? '').join('')
  const said = blocks.map(block => textAt(block, 'text') ?? '').join('')
  return {
    id: textAt(answer, 'id') ?? '',
    text: forced === undefined ? said : JSON.stringify(at(forced, 'input')),
    ...(thinking === '' ? {} : { thinking }),
    toolCalls: uses
      .filter(block => block !== forced)
      .map(block => ({
        id: textAt(block, 'id') ?? '',
        name: textAt(block, 'name') ?? '',
        arguments: argumentsOf(at(block, 'input')),
      })),
    usage: {
      inputTokens:
        countAt(answer, 'usage', 'input_tokens') +
        countAt(answer, 'usage', 'cache_creation_input_tokens') +
        countAt(answer, 'usage', 'cache_read_input_tokens'),
      outputTokens: countAt(answer, 'usage', 'output_tokens'),
    },
    finishReason: forced === undefined ? finishReasonOf(textAt(answer, 'stop_reason')) : 'STOP',
  }
}

function finishReasonOf(text: string | undefined): FinishReason {
  switch (text) {
    case 'end_turn':
    case 'stop_sequence':
      return 'STOP'
    case 'max_tokens':
      return 'LENGTH'
    case 'tool_use':
      return 'TOOL_EXECUTION'
    case 'refusal':
      return 'CONTENT_FILTER'
    default:
      return 'OTHER'
  }
}

interface JoinedBlock {
  readonly start: Readonly<Record<string, unknown>>
  text: string
  thinking: string
  json: string
}

function joinStream(events: readonly unknown[]): unknown {
  const blocks: JoinedBlock[] = []
  let [message, stop, output]: [unknown, string | undefined, number] = [undefined, undefined, 0]
  for (const event of events) {
    const type = textAt(event, 'type')
    const index = countAt(event, 'index')
    if (type === 'message_start') message = at(event, 'message')
    if (type === 'content_block_start') {
      const start = at(event, 'content_block')
      blocks[index] = { start: isRecord(start) ? start : {}, text: '', thinking: '', json: '' }
    }
    if (type === 'content_block_delta') joinDelta(blocks[index], at(event, 'delta'))
    if (type === 'message_delta') {
      stop = textAt(event, 'delta', 'stop_reason') ?? stop
      output = countAt(event, 'usage', 'output_tokens')
    }
  }
  const usage = at(message, 'usage')
  return {
    id: textAt(message, 'id'),
    content: blocks.map(({ start, text, thinking, json }) => ({
      ...start,
      ...(text === '' ? {} : { text }),
      ...(thinking === '' ? {} : { thinking }),
      ...(json === '' ? {} : { input: argumentsOf(json) }),
    })),
    stop_reason: stop,
    usage: { ...(isRecord(usage) ? usage : {}), output_tokens: output },
  }
}

function joinDelta(block: JoinedBlock | undefined, delta: unknown): void {
  if (block === undefined) return
  block.text += textAt(delta, 'text') ?? ''
  block.thinking += textAt(delta, 'thinking') ?? ''
  block.json += textAt(delta, 'partial_json') ?? ''
}
