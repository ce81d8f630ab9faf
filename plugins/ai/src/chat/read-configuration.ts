import { TaskError, type RunContext, type Value } from '@batuta/plugin-sdk'
import { isRecord, parsedJson } from '../json.ts'
import type { ChatSettings, JsonFormat } from '../model/chat-types.ts'
import { renderSettings } from '../model/open-model.ts'

/** From here on an answer takes so long that it is taken in pieces. */
const WHOLE_TOKENS_MAX = 8_192
const THINKING_TOKENS = 4_096

/** `configuration` as an author wrote it. */
export async function readConfiguration(ctx: RunContext, written: Value | undefined): Promise<ChatSettings> {
  const given = await renderSettings(ctx, 'configuration', written)
  const maxTokens = numberOf(given, 'maxToken')
  const isThinking = given['thinkingEnabled'] === true || given['thinkingEnabled'] === 'true'
  const json = formatOf(given['responseFormat'])
  const settings = {
    temperature: numberOf(given, 'temperature'),
    topK: numberOf(given, 'topK'),
    topP: numberOf(given, 'topP'),
    seed: numberOf(given, 'seed'),
    maxTokens,
    thinkingTokens: isThinking ? (numberOf(given, 'thinkingBudgetTokens') ?? THINKING_TOKENS) : undefined,
    json,
  }
  const known = Object.entries(settings).filter(([, value]) => value !== undefined)
  return { ...Object.fromEntries(known), isStreamed: isThinking || (maxTokens ?? 0) > WHOLE_TOKENS_MAX }
}

function numberOf(given: Readonly<Record<string, unknown>>, name: string): number | undefined {
  const value = given[name]
  if (value === undefined || value === '') return undefined
  const number = Number(value)
  if (Number.isFinite(number)) return number
  throw new TaskError(`configuration.${name} must be a number, not "${String(value)}"`)
}

function formatOf(given: unknown): JsonFormat | undefined {
  if (!isRecord(given) || String(given['type'] ?? 'TEXT').toUpperCase() !== 'JSON') return undefined
  const { jsonSchema, strictJson } = given
  const schema: unknown = typeof jsonSchema === 'string' ? parsedJson(jsonSchema) : jsonSchema
  if (jsonSchema !== undefined && !isRecord(schema))
    throw new TaskError('configuration.responseFormat.jsonSchema must be a JSON schema')
  return {
    name: 'answer',
    isStrict: strictJson === true || strictJson === 'true',
    ...(isRecord(schema) && { schema }),
  }
}
