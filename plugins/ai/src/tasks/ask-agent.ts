// What an agent does: remembers, looks up, talks, uses tools. As a task, or as the tool of another agent.
import { mapGet, printValue, type Value, type ValueMap } from '@batuta/plugin-sdk'
import { openGuardrails } from '../chat/guardrails.ts'
import { readConfiguration } from '../chat/read-configuration.ts'
import { runChat, type TalkEnd } from '../chat/run-chat.ts'
import { openMemory } from '../memory/kv-memory.ts'
import type { ChatMessage } from '../model/chat-types.ts'
import { openModel, type ModelRoom } from '../model/open-model.ts'
import { retrieve, withSources, type Source } from '../rag/retrieve.ts'
import { openTools, type ToolRoom } from '../tools/open-tools.ts'

export interface AgentAsk {
  readonly prompt: string
  readonly systemMessage: string | undefined
  readonly provider: Value | undefined
  readonly configuration: Value | undefined
  readonly tools?: Value | undefined
  readonly contentRetrievers?: Value | undefined
  readonly memory?: Value | undefined
  readonly guardrails?: Value | undefined
  readonly toolRoundsMax?: number | undefined
  /** Found already. */
  readonly sources?: readonly Source[]
}

const AGENTS_DEEP_MAX = 4

export async function askAgent(room: ModelRoom, ask: AgentAsk, depth = 0): Promise<TalkEnd> {
  const { ctx } = room
  const model = await openModel(room, ask.provider)
  const settings = await readConfiguration(ctx, ask.configuration)
  const tools = await openTools(toolRoom(room, depth), ask.tools)
  const memory = await openMemory(ctx, ask.memory)
  const sources = [...(ask.sources ?? []), ...(await retrieve(room, ask.contentRetrievers, ask.prompt))]
  const system: ChatMessage[] = ask.systemMessage === undefined ? [] : [{ role: 'system', text: ask.systemMessage }]
  const earlier = (await memory?.load()) ?? []
  const messages: ChatMessage[] = [...system, ...earlier, { role: 'user', text: withSources(ask.prompt, sources) }]
  const end = await runChat(room, {
    model,
    settings,
    messages,
    tools,
    guardrails: openGuardrails(ctx, ask.guardrails),
    ...(ask.toolRoundsMax !== undefined && { toolRoundsMax: ask.toolRoundsMax }),
  })
  // What was found is not part of what was said.
  const said: readonly ChatMessage[] = [
    ...earlier,
    { role: 'user', text: ask.prompt },
    { role: 'assistant', text: end.text },
  ]
  if (!end.isViolated) await memory?.save(said)
  return sources.length === 0 ? end : { ...end, outputs: { ...end.outputs, sources } }
}

function toolRoom(room: ModelRoom, depth: number): ToolRoom {
  return {
    ...room,
    ask: async (written: ValueMap, prompt: string) => {
      if (depth >= AGENTS_DEEP_MAX) return 'Agents ask one another too deeply: answer yourself.'
      const system = mapGet(written, 'systemMessage')
      const rounds = mapGet(written, 'maxSequentialToolsInvocations')
      const end = await askAgent(
        room,
        {
          prompt,
          systemMessage:
            system === undefined || system === null ? undefined : await room.ctx.renderText(printValue(system)),
          provider: mapGet(written, 'provider'),
          configuration: mapGet(written, 'configuration'),
          tools: mapGet(written, 'tools'),
          contentRetrievers: mapGet(written, 'contentRetrievers'),
          ...(rounds === undefined ? {} : { toolRoundsMax: Number(printValue(rounds)) }),
        },
        depth + 1,
      )
      return end.text
    },
  }
}
