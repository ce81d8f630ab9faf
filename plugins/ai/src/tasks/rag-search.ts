import { defineTask, p } from '@batuta/plugin-sdk'
import { COST_OUTPUT, MODEL_METRICS, providerProperty } from '../chat/chat-properties.ts'
import { costOf } from '../chat/run-chat.ts'
import { openModelRoom } from '../model/open-model.ts'
import { searchStore } from '../rag/retrieve.ts'
import { spendProperties } from '../spend/spend-properties.ts'

export const ragSearch = defineTask({
  type: 'io.kestra.plugin.ai.rag.Search',
  aliases: ['io.kestra.plugin.langchain4j.rag.Search'],
  title: 'Find stored texts by their meaning.',
  properties: {
    query: p.string().dynamic().required().group('main').title('What is looked for.'),
    maxResults: p.integer().dynamic().required().group('main').title('So many at most.'),
    minScore: p.number().dynamic().required().group('main').title('From this likeness on, between 0 and 1.'),
    provider: providerProperty,
    embeddings: p
      .any()
      .required()
      .group('main')
      .title('The store: a map with `type` (io.kestra.plugin.ai.embeddings.KestraKVStore).'),
    fetchType: p
      .enum('STORE', 'FETCH', 'FETCH_ONE', 'NONE')
      .dynamic()
      .default('NONE')
      .group('processing')
      .title('Where the results go: into a file, the outputs, only the first, or nowhere.'),
    ...spendProperties,
  },
  outputs: [
    { name: 'results', type: 'string[]' },
    { name: 'uri', type: 'uri', description: 'A file of lines of JSON.' },
    { name: 'size', type: 'int' },
    COST_OUTPUT,
  ],
  metrics: [
    ...MODEL_METRICS,
    { name: 'fetch.size', type: 'counter', unit: 'records' },
    { name: 'ai.embedding.store.calls', type: 'counter', unit: 'calls' },
  ],
  examples: [
    {
      title: 'Look up.',
      full: true,
      code: `id: look_up
namespace: company.team
tasks:
  - id: search
    type: io.kestra.plugin.ai.rag.Search
    query: Who pays for travel?
    maxResults: 5
    minScore: 0.5
    fetchType: FETCH
    provider:
      type: io.kestra.plugin.ai.provider.Ollama
      endpoint: http://localhost:11434
      modelName: nomic-embed-text
    embeddings:
      type: io.kestra.plugin.ai.embeddings.KestraKVStore
      kvName: handbook
`,
    },
  ],
  async run(ctx, props) {
    const room = await openModelRoom(ctx, props)
    const found = await searchStore(
      room,
      { embeddings: props.embeddings.raw, provider: props.provider.raw },
      {
        query: await props.query.render(),
        maxResults: await props.maxResults.render(),
        minScore: await props.minScore.render(),
      },
    )
    const results = found.map(({ content }) => content)
    ctx.metrics.counter('fetch.size', results.length)
    const size = { size: results.length, ...costOf(room) }
    switch (await props.fetchType.render()) {
      case 'NONE':
        return size
      case 'FETCH':
        return { results, ...size }
      case 'FETCH_ONE':
        return { results: results.slice(0, 1), ...size, size: Math.min(1, results.length) }
      case 'STORE': {
        const lines = results.map(text => `${JSON.stringify(text)}\n`).join('')
        return { uri: await ctx.files.put(Buffer.from(lines), { extension: '.ion' }), ...size }
      }
    }
  },
})
