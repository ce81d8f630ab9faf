import { TaskError, defineTask, p } from '@batuta/plugin-sdk'
import {
  AGENT_METRICS,
  chatOutputs,
  configurationProperty,
  COST_OUTPUT,
  guardrailsProperty,
  observabilityProperty,
  providerProperty,
  toolsProperty,
} from '../chat/chat-properties.ts'
import { readBlocks } from '../chat/content-blocks.ts'
import { openGuardrails } from '../chat/guardrails.ts'
import { readConfiguration } from '../chat/read-configuration.ts'
import { runChat } from '../chat/run-chat.ts'
import type { ChatMessage, Role } from '../model/chat-types.ts'
import { openModel, openModelRoom } from '../model/open-model.ts'
import { spendProperties } from '../spend/spend-properties.ts'
import { openTools } from '../tools/open-tools.ts'

const ROLES: Readonly<Record<string, Role>> = {
  SYSTEM: 'system',
  USER: 'user',
  AI: 'assistant',
  ASSISTANT: 'assistant',
}

export const chatCompletion = defineTask({
  type: 'io.kestra.plugin.ai.completion.ChatCompletion',
  aliases: ['io.kestra.plugin.langchain4j.ChatCompletion', 'io.kestra.plugin.langchain4j.completion.ChatCompletion'],
  title: 'Let a model answer a conversation.',
  description: 'The same task for every provider: only `provider` is another.',
  properties: {
    messages: p
      .list(
        p.object({
          type: p.string().default('USER'),
          content: p.string(),
          contentBlocks: p.list(p.object({ type: p.string(), text: p.string(), uri: p.string() })),
        }),
      )
      .dynamic()
      .required()
      .group('main')
      .title('What was said: `type` (SYSTEM, USER, AI) and `content`. The last one is of the user.'),
    provider: providerProperty,
    configuration: configurationProperty,
    tools: toolsProperty,
    guardrails: guardrailsProperty,
    observability: observabilityProperty,
    ...spendProperties,
  },
  outputs: [
    ...chatOutputs(),
    { name: 'aiResponse', type: 'string', description: 'The same as `textOutput`.' },
    COST_OUTPUT,
  ],
  metrics: AGENT_METRICS,
  examples: [
    {
      title: 'Ask a model, for at most half a dollar a month.',
      full: true,
      code: `id: ask
namespace: company.team
inputs:
  - { id: question, type: STRING }
tasks:
  - id: answer
    type: io.kestra.plugin.ai.completion.ChatCompletion
    provider:
      type: io.kestra.plugin.ai.provider.OpenAI
      apiKey: "{{ secret('OPENAI_API_KEY') }}"
      modelName: gpt-4o-mini
    messages:
      - { type: SYSTEM, content: Answer in one sentence. }
      - { type: USER, content: "{{ inputs.question }}" }
    budget: { per: FLOW, period: MONTH, maxCost: 0.5 }
    personalData: { action: token }
`,
    },
  ],
  async run(ctx, props) {
    const messages: ChatMessage[] = []
    for (const { type, content, contentBlocks } of await props.messages.render()) {
      const role = ROLES[type.toUpperCase()]
      if (role === undefined) throw new TaskError(`a message has the type "${type}": use SYSTEM, USER or AI`)
      const { text, images } = await readBlocks(ctx, contentBlocks ?? [])
      messages.push({ role, text: [content ?? '', text].filter(part => part !== '').join('\n'), images })
    }
    if (messages.at(-1)?.role !== 'user') throw new TaskError('the last one of "messages" must be of the type USER')
    const room = await openModelRoom(ctx, props)
    const { outputs, text, isViolated } = await runChat(room, {
      messages,
      model: await openModel(room, props.provider.raw),
      settings: await readConfiguration(ctx, props.configuration.raw),
      tools: await openTools({ ...room, ask: () => Promise.resolve('Ask an AIAgent for that.') }, props.tools.raw),
      guardrails: openGuardrails(ctx, props.guardrails.raw),
    })
    return isViolated ? outputs : { ...outputs, aiResponse: text }
  },
})
