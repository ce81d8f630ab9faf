import { TaskError, defineTask, p } from '@batuta/plugin-sdk'
import {
  AGENT_METRICS,
  chatOutputs,
  configurationProperty,
  COST_OUTPUT,
  guardrailsProperty,
  memoryProperty,
  providerProperty,
  retrieversProperty,
  toolsProperty,
} from '../chat/chat-properties.ts'
import { openModelRoom } from '../model/open-model.ts'
import { searchStore } from '../rag/retrieve.ts'
import { spendProperties } from '../spend/spend-properties.ts'
import { askAgent } from './ask-agent.ts'

const RESULTS = 3

export const ragChatCompletion = defineTask({
  type: 'io.kestra.plugin.ai.rag.ChatCompletion',
  aliases: ['io.kestra.plugin.langchain4j.rag.ChatCompletion'],
  title: 'Let a model answer with the help of texts that were stored before.',
  properties: {
    systemMessage: p.string().dynamic().group('advanced').title('Who the model is, and what it must keep to.'),
    prompt: p.string().dynamic().required().group('main').title('The question.'),
    embeddings: p
      .any()
      .group('connection')
      .title('The store: a map with `type` (io.kestra.plugin.ai.embeddings.KestraKVStore).'),
    embeddingProvider: p
      .any()
      .group('connection')
      .title('Whose model the store was filled with; the one that answers unless said.'),
    chatProvider: providerProperty,
    chatConfiguration: configurationProperty,
    contentRetrieverConfiguration: p
      .object({
        maxResults: p.integer().dynamic().default(RESULTS).title('So many segments at most.'),
        minScore: p.number().dynamic().default(0).title('Segments from this likeness on, between 0 and 1.'),
      })
      .default({})
      .group('advanced')
      .title('How much is looked up.'),
    contentRetrievers: retrieversProperty,
    tools: toolsProperty,
    memory: memoryProperty,
    guardrails: guardrailsProperty,
    ...spendProperties,
  },
  outputs: [
    ...chatOutputs(),
    { name: 'completion', type: 'string', description: 'The same as `textOutput`.' },
    COST_OUTPUT,
  ],
  metrics: [...AGENT_METRICS, { name: 'ai.embedding.store.calls', type: 'counter', unit: 'calls' }],
  examples: [
    {
      title: 'Answer from the handbook.',
      full: true,
      code: `id: handbook
namespace: company.team
inputs:
  - { id: question, type: STRING }
tasks:
  - id: ingest
    type: io.kestra.plugin.ai.rag.IngestDocument
    provider: &model
      type: io.kestra.plugin.ai.provider.GoogleGemini
      apiKey: "{{ secret('GEMINI_API_KEY') }}"
      modelName: gemini-embedding-001
    embeddings: &store
      type: io.kestra.plugin.ai.embeddings.KestraKVStore
      kvName: handbook
    drop: true
    fromDocuments:
      - content: Travel is paid from the first kilometre on.
  - id: answer
    type: io.kestra.plugin.ai.rag.ChatCompletion
    prompt: "{{ inputs.question }}"
    embeddings: *store
    embeddingProvider: *model
    chatProvider:
      type: io.kestra.plugin.ai.provider.GoogleGemini
      apiKey: "{{ secret('GEMINI_API_KEY') }}"
      modelName: gemini-2.5-flash
`,
    },
  ],
  async run(ctx, props) {
    const room = await openModelRoom(ctx, props)
    const prompt = await props.prompt.render()
    const { maxResults, minScore } = await props.contentRetrieverConfiguration.render()
    const embeddings = props.embeddings.raw
    const retrievers = props.contentRetrievers.raw
    if (embeddings === undefined && retrievers === undefined)
      throw new TaskError('say where to look: embeddings or contentRetrievers')
    const provider = props.embeddingProvider.raw ?? props.chatProvider.raw
    const sources =
      embeddings === undefined
        ? []
        : await searchStore(room, { embeddings, provider }, { query: prompt, maxResults, minScore })
    const { outputs, text, isViolated } = await askAgent(room, {
      prompt,
      sources,
      systemMessage: await props.systemMessage.render(),
      provider: props.chatProvider.raw,
      configuration: props.chatConfiguration.raw,
      tools: props.tools.raw,
      contentRetrievers: retrievers,
      memory: props.memory.raw,
      guardrails: props.guardrails.raw,
    })
    return isViolated ? outputs : { ...outputs, completion: text }
  },
})
