import { defineTask, p } from '@batuta/plugin-sdk'
import {
  AGENT_METRICS,
  chatOutputs,
  configurationProperty,
  COST_OUTPUT,
  guardrailsProperty,
  memoryProperty,
  observabilityProperty,
  providerProperty,
  retrieversProperty,
  toolsProperty,
} from '../chat/chat-properties.ts'
import { openModelRoom } from '../model/open-model.ts'
import { spendProperties } from '../spend/spend-properties.ts'
import { askAgent } from './ask-agent.ts'

export const aiAgent = defineTask({
  type: 'io.kestra.plugin.ai.agent.AIAgent',
  title: 'Let a model work with tools until it has an answer.',
  description:
    'The model is asked, uses the tools that it wants, is told what they gave, and is asked again. A tool that fails is told to the model, too.',
  properties: {
    systemMessage: p.string().dynamic().group('advanced').title('Who the model is, and what it must keep to.'),
    prompt: p.string().dynamic().required().group('main').title('What it is to do.'),
    provider: providerProperty,
    configuration: configurationProperty,
    tools: toolsProperty,
    maxSequentialToolsInvocations: p
      .integer()
      .dynamic()
      .group('execution')
      .title('How often it may want tools in a row; 50 unless said.'),
    contentRetrievers: retrieversProperty,
    memory: memoryProperty,
    observability: observabilityProperty,
    guardrails: guardrailsProperty,
    outputFiles: p
      .list(p.string())
      .dynamic()
      .group('destination')
      .title('Accepted; no tool writes files of its own here, so that there are none.'),
    ...spendProperties,
  },
  outputs: [...chatOutputs(true), COST_OUTPUT],
  metrics: AGENT_METRICS,
  examples: [
    {
      title: 'Find out, and write it down.',
      full: true,
      code: `id: research
namespace: company.team
inputs:
  - { id: question, type: STRING }
tasks:
  - id: agent
    type: io.kestra.plugin.ai.agent.AIAgent
    systemMessage: Look things up before you answer. Be brief.
    prompt: "{{ inputs.question }}"
    provider:
      type: io.kestra.plugin.ai.provider.MistralAI
      apiKey: "{{ secret('MISTRAL_API_KEY') }}"
      modelName: mistral-small-latest
    tools:
      - type: io.kestra.plugin.ai.tool.KestraTask
        tasks:
          - id: fetch
            type: io.kestra.plugin.core.http.Request
            description: Reads a page of the web.
            uri: "..."
    maxSequentialToolsInvocations: 5
    budget: { maxTokens: 50000 }
`,
    },
  ],
  async run(ctx, props) {
    const room = await openModelRoom(ctx, props)
    const { outputs } = await askAgent(room, {
      prompt: await props.prompt.render(),
      systemMessage: await props.systemMessage.render(),
      provider: props.provider.raw,
      configuration: props.configuration.raw,
      tools: props.tools.raw,
      contentRetrievers: props.contentRetrievers.raw,
      memory: props.memory.raw,
      guardrails: props.guardrails.raw,
      toolRoundsMax: await props.maxSequentialToolsInvocations.render(),
    })
    return outputs
  },
})
