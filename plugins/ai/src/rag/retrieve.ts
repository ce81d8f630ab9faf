// Finds what a model should know before it answers.
import { TaskError, isList, isMap, mapGet, printValue, type Value, type ValueMap } from '@batuta/plugin-sdk'
import { openModel, renderSettings, type ModelRoom } from '../model/open-model.ts'
import { searchGoogle, searchTavily, type Found } from '../tools/web-search.ts'
import { openEmbeddingStore } from './embedding-store.ts'

export interface Source {
  readonly content: string
  readonly metadata: Readonly<Record<string, unknown>>
}

const RESULTS = 3

export async function retrieve(room: ModelRoom, written: Value | undefined, query: string): Promise<readonly Source[]> {
  if (written === undefined || written === null) return []
  if (!isList(written)) throw new TaskError('"contentRetrievers" must be a list of maps with a type')
  const sources: Source[] = []
  for (const item of written) {
    if (typeof item !== 'object' || item === null || !isMap(item))
      throw new TaskError('a content retriever must be a map with a type')
    sources.push(...(await retrieveOne(room, item, query)))
  }
  return sources
}

async function retrieveOne(room: ModelRoom, written: ValueMap, query: string): Promise<readonly Source[]> {
  const type = printValue(mapGet(written, 'type') ?? '')
  const { ctx } = room
  switch (type.slice(type.lastIndexOf('.') + 1)) {
    case 'EmbeddingStoreRetriever': {
      const { maxResults, minScore } = await renderSettings(ctx, 'contentRetrievers', written)
      const parts = { embeddings: mapGet(written, 'embeddings'), provider: mapGet(written, 'embeddingProvider') }
      return await searchStore(room, parts, {
        query,
        maxResults: Number(maxResults ?? RESULTS),
        minScore: Number(minScore ?? 0),
      })
    }
    case 'TavilyWebSearch':
      return (await searchTavily(ctx, await renderSettings(ctx, 'contentRetrievers', written), { query })).map(sourceOf)
    case 'GoogleCustomWebSearch':
      return (await searchGoogle(ctx, await renderSettings(ctx, 'contentRetrievers', written), { query })).map(sourceOf)
    default:
      throw new TaskError(
        `the content retriever "${type}" is not implemented: there are EmbeddingStoreRetriever, TavilyWebSearch and GoogleCustomWebSearch`,
      )
  }
}

export interface StoreParts {
  readonly embeddings: Value | undefined
  readonly provider: Value | undefined
}

export interface StoreQuery {
  readonly query: string
  readonly maxResults: number
  readonly minScore: number
}

export async function searchStore(
  room: ModelRoom,
  { embeddings, provider }: StoreParts,
  { query, ...limits }: StoreQuery,
): Promise<readonly Source[]> {
  const store = await openEmbeddingStore(room.ctx, embeddings)
  const model = await openModel(room, provider)
  const [vector = []] = await model.embed([query])
  const matches = await store.search(vector, limits)
  room.ctx.metrics.counter('ai.embedding.store.calls', 1)
  return matches.map(({ text, metadata, score }) => ({ content: text, metadata: { ...metadata, score } }))
}

function sourceOf({ title, url, content }: Found): Source {
  return { content, metadata: { title, url } }
}

/** The question, with what was found before it. */
export function withSources(prompt: string, sources: readonly Source[]): string {
  if (sources.length === 0) return prompt
  const found = sources.map(({ content }) => content).join('\n\n')
  return `${prompt}\n\nAnswer with the help of what follows:\n${found}`
}
