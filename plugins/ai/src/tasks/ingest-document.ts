import { readFile } from 'node:fs/promises'
import { TaskError, defineTask, p, type LazyProperties, type RunContext } from '@batuta/plugin-sdk'
import { COST_OUTPUT, MODEL_METRICS, providerProperty } from '../chat/chat-properties.ts'
import { costOf } from '../chat/run-chat.ts'
import { callApi } from '../model/call-model.ts'
import { openModel, openModelRoom } from '../model/open-model.ts'
import { openEmbeddingStore, type EmbeddedSegment, type Segment } from '../rag/embedding-store.ts'
import { splitText } from '../rag/split-text.ts'
import { spendProperties } from '../spend/spend-properties.ts'

const properties = {
  provider: providerProperty,
  embeddings: p
    .any()
    .required()
    .group('main')
    .title('The store: a map with `type` (io.kestra.plugin.ai.embeddings.KestraKVStore).'),
  fromPath: p.string().dynamic().group('source').title('A text file of the working directory.'),
  fromInternalURIs: p.list(p.string()).dynamic().storageUri().group('source').title('Text files of internal storage.'),
  fromExternalURLs: p.list(p.string()).dynamic().group('source').title('Pages of the web, as text.'),
  fromDocuments: p
    .list(p.object({ content: p.string().dynamic().required(), metadata: p.map(p.string()).dynamic() }))
    .group('source')
    .title('Texts as written here.'),
  metadata: p.map(p.string()).dynamic().group('processing').title('Kept with every segment.'),
  documentSplitter: p
    .object({
      splitter: p.enum('RECURSIVE', 'PARAGRAPH', 'LINE', 'SENTENCE', 'WORD').dynamic().default('RECURSIVE'),
      maxSegmentSizeInChars: p.integer().dynamic().required(),
      maxOverlapSizeInChars: p.integer().dynamic().required(),
    })
    .group('processing')
    .title('How long texts are cut; not at all unless said.'),
  drop: p.boolean().dynamic().default(false).group('processing').title('Empty the store first.'),
  bulkSize: p.integer().dynamic().default(500).group('processing').title('So many segments at a time.'),
  ...spendProperties,
}

export const ingestDocument = defineTask({
  type: 'io.kestra.plugin.ai.rag.IngestDocument',
  aliases: ['io.kestra.plugin.langchain4j.rag.IngestDocument'],
  title: 'Store texts so that they are found by their meaning.',
  properties,
  outputs: [
    { name: 'ingestedDocuments', type: 'int' },
    { name: 'inputTokenCount', type: 'int' },
    { name: 'outputTokenCount', type: 'int' },
    { name: 'totalTokenCount', type: 'int' },
    { name: 'embeddingStoreOutputs', type: 'map<any>', description: '`kvName`: the key that holds them.' },
    COST_OUTPUT,
  ],
  metrics: [
    ...MODEL_METRICS,
    { name: 'indexed.documents', type: 'counter', unit: 'documents' },
    { name: 'ai.embedding.store.calls', type: 'counter', unit: 'calls' },
  ],
  examples: [
    {
      title: 'Store a page.',
      full: true,
      code: `id: ingest
namespace: company.team
tasks:
  - id: ingest
    type: io.kestra.plugin.ai.rag.IngestDocument
    provider:
      type: io.kestra.plugin.ai.provider.OpenAI
      apiKey: "{{ secret('OPENAI_API_KEY') }}"
      modelName: text-embedding-3-small
    embeddings:
      type: io.kestra.plugin.ai.embeddings.KestraKVStore
    fromExternalURLs: [https://example.org/handbook.txt]
    documentSplitter: { splitter: PARAGRAPH, maxSegmentSizeInChars: 1000, maxOverlapSizeInChars: 100 }
    drop: true
`,
    },
  ],
  async run(ctx, props) {
    const room = await openModelRoom(ctx, props)
    const model = await openModel(room, props.provider.raw)
    const store = await openEmbeddingStore(ctx, props.embeddings.raw)
    const documents = await readDocuments(ctx, props)
    if (documents.length === 0)
      throw new TaskError('say what to store: fromPath, fromInternalURIs, fromExternalURLs or fromDocuments')
    const splitter = await props.documentSplitter.render()
    const segments = documents.flatMap(({ text, metadata }) =>
      (splitter === undefined ? [text] : splitText(text, splitter)).map(part => ({ text: part, metadata })),
    )
    const bulk = Math.max(1, await props.bulkSize.render())
    const isFresh = await props.drop.render()
    const embedded: EmbeddedSegment[] = []
    for (let start = 0; start < segments.length; start += bulk) {
      const part = segments.slice(start, start + bulk)
      const vectors = await model.embed(part.map(({ text }) => text))
      embedded.push(...part.map((segment, index) => ({ ...segment, vector: vectors[index] ?? [] })))
    }
    await store.add(embedded, isFresh)
    ctx.metrics.counter('ai.embedding.store.calls', 1)
    ctx.metrics.counter('indexed.documents', documents.length)
    const { inputTokens, outputTokens } = room.ledger.tokens
    return {
      ingestedDocuments: documents.length,
      inputTokenCount: inputTokens,
      outputTokenCount: outputTokens,
      totalTokenCount: inputTokens + outputTokens,
      embeddingStoreOutputs: { kvName: store.name },
      ...costOf(room),
    }
  },
})

async function readDocuments(ctx: RunContext, props: LazyProperties<typeof properties>): Promise<readonly Segment[]> {
  const common = Object.fromEntries((await props.metadata.render()) ?? [])
  const documents: Segment[] = []
  const add = (text: string, own: Readonly<Record<string, string>>): void =>
    void documents.push({ text, metadata: { ...common, ...own } })
  const path = await props.fromPath.render()
  if (path !== undefined) add(await readFile(await ctx.workingDir.resolve(path), 'utf8'), { file: path })
  for (const uri of (await props.fromInternalURIs.render()) ?? []) add(await ctx.files.readText(uri), { uri })
  for (const url of (await props.fromExternalURLs.render()) ?? []) {
    const answer = await callApi(ctx, new URL(url).host, { url, headers: { accept: 'text/*' } })
    add(textOfPage(answer.text, answer.headers['content-type'] ?? ''), { url })
  }
  for (const { content, metadata } of (await props.fromDocuments.render()) ?? [])
    add(content, Object.fromEntries(metadata ?? []))
  return documents
}

function textOfPage(text: string, type: string): string {
  if (!type.includes('html')) return text
  return text
    .replace(/<(script|style)\b[\s\S]*?<\/\1>/gi, ' ')
    .replace(/<\/(p|div|h\d|li|tr|section)>/gi, '\n\n')
    .replace(/<[^>]+>/g, ' ')
    .replaceAll('&nbsp;', ' ')
    .replaceAll('&lt;', '<')
    .replaceAll('&gt;', '>')
    .replaceAll('&amp;', '&')
    .replace(/[ \t]+/g, ' ')
}
