// The talk with a model: it is asked, it may want tools, they are used, it is asked again, until it has said what it has to say.
import { TaskError } from '@batuta/plugin-sdk'
import { isRecord, parsedJson } from '../json.ts'
import {
  addUsage,
  NO_USAGE,
  type ChatAnswer,
  type ChatMessage,
  type ChatSettings,
  type ToolCall,
  type Usage,
} from '../model/chat-types.ts'
import type { Model, ModelRoom } from '../model/open-model.ts'
import type { Tool } from '../tools/tool.ts'
import type { Guardrails } from './guardrails.ts'

export interface Talk {
  readonly model: Model
  readonly settings: ChatSettings
  readonly messages: readonly ChatMessage[]
  readonly tools?: readonly Tool[]
  readonly guardrails?: Guardrails
  readonly toolRoundsMax?: number
}

export interface TalkEnd {
  readonly outputs: Readonly<Record<string, unknown>>
  readonly text: string
  readonly isViolated: boolean
  /** All that was said, the answer included. */
  readonly messages: readonly ChatMessage[]
}

const ROUNDS_MAX = 50
const RESULT_CHARS_MAX = 200_000

export async function runChat(room: ModelRoom, talk: Talk): Promise<TalkEnd> {
  const asked = [...talk.messages].reverse().find(({ role }) => role === 'user')?.text ?? ''
  const refused = await talk.guardrails?.check('input', asked)
  if (refused !== undefined) return violated(refused, talk.messages, NO_USAGE)
  const spoken = await speak(room, talk)
  const kept = await talk.guardrails?.check('output', spoken.answer.text)
  if (kept !== undefined) return violated(kept, talk.messages, spoken.usage)
  return {
    text: spoken.answer.text,
    isViolated: false,
    messages: spoken.messages,
    outputs: outputsOf(room, talk, spoken),
  }
}

interface Spoken {
  readonly answer: ChatAnswer
  readonly usage: Usage
  readonly messages: readonly ChatMessage[]
  readonly used: readonly { readonly call: ToolCall; readonly result: string }[]
  readonly before: readonly ChatAnswer[]
  readonly durationMs: number
}

async function speak({ ctx }: ModelRoom, talk: Talk): Promise<Spoken> {
  const { model, settings, tools = [], toolRoundsMax = ROUNDS_MAX } = talk
  const messages = [...talk.messages]
  const used: { call: ToolCall; result: string }[] = []
  const before: ChatAnswer[] = []
  const startedMs = performance.now()
  let usage = NO_USAGE
  for (let round = 0; round <= toolRoundsMax; round++) {
    const answer = await model.chat({ messages, settings, tools: tools.map(({ spec }) => spec) })
    usage = addUsage(usage, answer.usage)
    messages.push({ role: 'assistant', text: answer.text, toolCalls: answer.toolCalls })
    if (answer.toolCalls.length === 0) {
      const durationMs = Math.round(performance.now() - startedMs)
      return { answer, usage, messages, used, before, durationMs }
    }
    before.push(answer)
    for (const call of answer.toolCalls) {
      const result = await useTool(tools, call)
      ctx.metrics.counter('ai.agent.tool.calls', 1, { tool: call.name })
      ctx.logger.debug(`the model used ${call.name}`)
      used.push({ call, result })
      messages.push({ role: 'tool', text: result, toolCall: call })
    }
  }
  throw new TaskError(
    `the model wanted tools more than ${toolRoundsMax} times in a row (maxSequentialToolsInvocations): raise it, or ask for less`,
    { outputs: { tokenUsage: tokenUsageOf(usage) } },
  )
}

/** The model is told of a failure, so that it can go another way; who stops the task stops the talk. */
async function useTool(tools: readonly Tool[], call: ToolCall): Promise<string> {
  const tool = tools.find(({ spec }) => spec.name === call.name)
  if (tool === undefined)
    return `There is no tool "${call.name}". There are: ${tools.map(each => each.spec.name).join(', ')}`
  try {
    return (await tool.use(call.arguments)).slice(0, RESULT_CHARS_MAX)
  } catch (error) {
    if (!(error instanceof TaskError)) throw error
    return `The tool failed: ${error.message}`
  }
}

function outputsOf(room: ModelRoom, { settings }: Talk, spoken: Spoken): Readonly<Record<string, unknown>> {
  const { answer, usage, used, before, durationMs } = spoken
  const isJson = settings.json !== undefined
  return {
    textOutput: answer.text,
    ...(isJson ? { jsonOutput: jsonOf(answer.text) } : {}),
    tokenUsage: tokenUsageOf(usage),
    finishReason: answer.finishReason,
    toolExecutions: used.map(({ call, result }) => ({
      requestId: call.id,
      requestName: call.name,
      requestArguments: call.arguments,
      result,
    })),
    intermediateResponses: before.map(each => ({
      id: each.id,
      completion: each.text,
      tokenUsage: tokenUsageOf(each.usage),
      finishReason: each.finishReason,
      toolExecutionRequests: each.toolCalls.map(({ id, name, arguments: given }) => ({ id, name, arguments: given })),
    })),
    requestDuration: durationMs,
    ...(answer.thinking === undefined ? {} : { thinking: answer.thinking }),
    ...costOf(room),
    guardrailViolated: false,
  }
}

export function costOf({ ledger }: Pick<ModelRoom, 'ledger'>): { readonly cost?: number } {
  return ledger.cost === undefined ? {} : { cost: ledger.cost }
}

export function tokenUsageOf({ inputTokens, outputTokens }: Usage): Readonly<Record<string, number>> {
  return {
    inputTokenCount: inputTokens,
    outputTokenCount: outputTokens,
    totalTokenCount: inputTokens + outputTokens,
  }
}

function violated(message: string, messages: readonly ChatMessage[], usage: Usage): TalkEnd {
  const outputs = { guardrailViolated: true, guardrailViolationMessage: message, tokenUsage: tokenUsageOf(usage) }
  return { text: '', isViolated: true, messages, outputs }
}

/** Models like to put JSON into a fence. */
export function jsonOf(text: string): unknown {
  const inner = /^\s*```(?:json)?\s*([\s\S]*?)```\s*$/.exec(text)?.[1] ?? text
  const value = parsedJson(inner)
  if (isRecord(value) || Array.isArray(value)) return value
  throw new TaskError(`the model was asked for JSON and answered: ${text.slice(0, 300)}`)
}
