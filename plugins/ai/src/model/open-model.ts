// A model as a task uses it: every call is held to the budget, stripped of personal data, counted.
import { TaskError, isMap, toPlain, type LazyProperties, type RunContext, type Value } from '@batuta/plugin-sdk'
import { isRecord } from '../json.ts'
import { openGuard } from '../personal/guard.ts'
import { ANSWER_TOKENS, openLedger, tokensOf, type Ledger, type PlannedCall } from '../spend/ledger.ts'
import type { spendProperties } from '../spend/spend-properties.ts'
import { callModel } from './call-model.ts'
import type { ChatAnswer, ChatAsk, ChatMessage, Wire } from './chat-types.ts'
import { openProvider, type Provider } from './providers.ts'

export interface ModelRoom {
  readonly ctx: RunContext
  readonly ledger: Ledger
  hide(text: string): Promise<string>
  restore(text: string): Promise<string>
}

export interface Model {
  readonly provider: Provider
  chat(ask: ChatAsk): Promise<ChatAnswer>
  embed(texts: readonly string[]): Promise<readonly (readonly number[])[]>
}

export async function openModelRoom(
  ctx: RunContext,
  props: LazyProperties<typeof spendProperties>,
): Promise<ModelRoom> {
  const guard = await openGuard(ctx, props)
  return { ctx, ledger: await openLedger(ctx, props), hide: guard.hide, restore: guard.restore }
}

/** @param written what an author wrote as provider. */
export async function openModel(room: ModelRoom, written: Value | undefined): Promise<Model> {
  const { ctx, ledger } = room
  const settings = await renderSettings(ctx, 'provider', written)
  for (const name of ['apiKey', 'gitHubToken', 'clientSecret']) {
    const secret = settings[name]
    if (typeof secret === 'string') ctx.mask(secret)
  }
  const texts = Object.entries(settings).map(([name, value]): [string, string] => [name, String(value)])
  const provider = openProvider(Object.fromEntries(texts))
  return {
    provider,
    chat: async ask => {
      const hidden = await hideAsk(room, ask)
      const call = async (maxTokens: number | undefined): Promise<ChatAnswer> => {
        const request = provider.wire.chat(boundTo(hidden, maxTokens), provider.model)
        return provider.wire.readChat(await callModel(ctx, provider, request))
      }
      const answer = await ledger.spend(plannedChat(provider, hidden), call, ({ usage }) => usage)
      return await restoreAnswer(room, answer)
    },
    embed: async texts => await embed(room, provider, texts),
  }
}

/** An image takes about as much as a page. */
const IMAGE_TOKENS = 1_600

export function plannedChat({ name, model }: Provider, { messages, tools, settings }: ChatAsk): PlannedCall {
  const { maxTokens, thinkingTokens = 0 } = settings
  const texts = messages.map(({ text, toolCalls = [] }) =>
    [text, ...toolCalls.map(call => JSON.stringify(call))].join('\n'),
  )
  const images = messages.reduce((sum, message) => sum + (message.images?.length ?? 0), 0)
  const schema = settings.json?.schema === undefined ? [] : [JSON.stringify(settings.json.schema)]
  return {
    provider: name,
    model,
    inputTokens: tokensOf([...texts, ...tools.map(tool => JSON.stringify(tool)), ...schema]) + images * IMAGE_TOKENS,
    answerTokens: (maxTokens ?? ANSWER_TOKENS) + thinkingTokens,
  }
}

/** What a budget has left bounds thinking and answer together. */
export function boundTo(ask: ChatAsk, tokensMax: number | undefined): ChatAsk {
  if (tokensMax === undefined) return ask
  const { thinkingTokens, ...settings } = ask.settings
  const isThinking = thinkingTokens !== undefined && tokensMax > thinkingTokens
  const maxTokens = isThinking ? tokensMax - thinkingTokens : tokensMax
  return { ...ask, settings: { ...settings, maxTokens, ...(isThinking && { thinkingTokens }) } }
}

/** What an author wrote as a map, with its templates rendered. */
export async function renderSettings(
  ctx: RunContext,
  name: string,
  written: Value | undefined,
): Promise<Readonly<Record<string, unknown>>> {
  if (written === undefined || written === null) return {}
  if (typeof written !== 'object' || !isMap(written)) throw new TaskError(`"${name}" must be a map with a type`)
  const plain = toPlain(await ctx.renderDeep(written))
  return isRecord(plain) ? Object.fromEntries(Object.entries(plain).filter(([, value]) => value !== null)) : {}
}

export async function hideAsk(room: ModelRoom, ask: ChatAsk): Promise<ChatAsk> {
  const messages: ChatMessage[] = []
  for (const message of ask.messages) messages.push(await hideMessage(room, message))
  return { ...ask, messages }
}

async function hideMessage(room: ModelRoom, message: ChatMessage): Promise<ChatMessage> {
  const calls = []
  for (const call of message.toolCalls ?? []) {
    const given: unknown = JSON.parse(await room.hide(JSON.stringify(call.arguments)))
    calls.push({ ...call, arguments: isRecord(given) ? given : {} })
  }
  return { ...message, text: await room.hide(message.text), ...(calls.length > 0 && { toolCalls: calls }) }
}

export async function restoreAnswer(room: ModelRoom, answer: ChatAnswer): Promise<ChatAnswer> {
  const toolCalls = []
  for (const call of answer.toolCalls) {
    const given: unknown = JSON.parse(await room.restore(JSON.stringify(call.arguments)))
    toolCalls.push({ ...call, arguments: isRecord(given) ? given : {} })
  }
  return { ...answer, text: await room.restore(answer.text), toolCalls }
}

const TEXTS_PER_CALL = 96
type Embedded = ReturnType<NonNullable<Wire['readEmbedding']>>

async function embed(
  { ctx, ledger, hide }: ModelRoom,
  provider: Provider,
  texts: readonly string[],
): Promise<readonly (readonly number[])[]> {
  const { wire, name, model } = provider
  const { embed: write, readEmbedding: read } = wire
  if (!write || !read)
    throw new TaskError(`${name} offers no embeddings: give a provider that does, as OpenAI, GoogleGemini or Ollama`)
  const vectors: (readonly number[])[] = []
  for (let start = 0; start < texts.length; start += TEXTS_PER_CALL) {
    const part: string[] = []
    for (const text of texts.slice(start, start + TEXTS_PER_CALL)) part.push(await hide(text))
    const planned = { provider: name, model, inputTokens: tokensOf(part), answerTokens: 0 }
    const call = async (): Promise<Embedded> => read(await callModel(ctx, provider, write(part, model)))
    const answer = await ledger.spend(planned, call, ({ usage }) => usage)
    if (answer.vectors.length !== part.length)
      throw new TaskError(`${name} gave ${answer.vectors.length} embeddings for ${part.length} texts`)
    vectors.push(...answer.vectors)
  }
  return vectors
}
