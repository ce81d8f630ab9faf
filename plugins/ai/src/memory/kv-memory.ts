// A conversation that goes on from execution to execution: its last messages, kept in the key-value store of the namespace.
import { createHash } from 'node:crypto'
import { TaskError, parseDuration, type RunContext, type Value } from '@batuta/plugin-sdk'
import { isMap, mapGet, printValue } from '@batuta/plugin-sdk'
import { parsedJson, textAt } from '../json.ts'
import type { ChatMessage } from '../model/chat-types.ts'
import { renderSettings } from '../model/open-model.ts'

export interface Memory {
  load(): Promise<readonly ChatMessage[]>
  save(messages: readonly ChatMessage[]): Promise<void>
}

const MESSAGES = 10
const TTL = 'PT1H'
const ID = '{{ labels.system.correlationId }}'

export async function openMemory(ctx: RunContext, written: Value | undefined): Promise<Memory | undefined> {
  if (written === undefined || written === null) return undefined
  const settings = await renderSettings(ctx, 'memory', written)
  const type = String(settings['type'] ?? '')
  if (!/\.KestraKV(?:Store|Memory)$/.test(type))
    throw new TaskError(`the memory "${type}" is not implemented: use io.kestra.plugin.ai.memory.KestraKVStore`)
  const id = settings['memoryId'] === undefined ? await ctx.renderText(ID) : String(settings['memoryId'])
  if (id === '') throw new TaskError('"memoryId" of the memory is empty: say which conversation goes on')
  const key = `ai-memory.${createHash('sha256').update(id).digest('hex').slice(0, 32)}`
  const ttlMs = parseDuration(String(settings['ttl'] ?? TTL))
  if (ttlMs === undefined)
    throw new TaskError(`"ttl" of the memory must be a duration, not "${String(settings['ttl'])}"`)
  const kept = Number(settings['messages'] ?? MESSAGES)
  const drop = String(settings['drop'] ?? 'NEVER')
  return {
    load: async () => {
      if (drop === 'BEFORE_TASKRUN') await ctx.ports.ask('kv.delete', { key })
      const found = await ctx.ports.ask('kv.get', { key })
      const value = typeof found === 'object' && found !== null && isMap(found) ? mapGet(found, 'value') : undefined
      return value === undefined ? [] : messagesOf(printValue(value))
    },
    save: async messages => {
      if (drop === 'AFTER_TASKRUN') return void (await ctx.ports.ask('kv.delete', { key }))
      const said = messages.filter(({ role, text }) => (role === 'user' || role === 'assistant') && text !== '')
      const value = JSON.stringify(said.slice(-kept).map(({ role, text }) => ({ role, text })))
      await ctx.ports.ask('kv.set', {
        key,
        value,
        type: 'STRING',
        ttlMs,
        description: 'The end of a conversation with a model.',
      })
    },
  }
}

function messagesOf(text: string): readonly ChatMessage[] {
  const messages = parsedJson(text)
  if (!Array.isArray(messages)) return []
  return messages.map((message: unknown) => ({
    role: textAt(message, 'role') === 'assistant' ? 'assistant' : 'user',
    text: textAt(message, 'text') ?? '',
  }))
}
