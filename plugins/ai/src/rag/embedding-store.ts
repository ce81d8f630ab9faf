// Texts with what a model makes of them, kept in the key-value store of the namespace: for some thousands of texts, not for millions.
import { gunzipSync, gzipSync } from 'node:zlib'
import { TaskError, isMap, mapGet, printValue, type RunContext, type Value } from '@batuta/plugin-sdk'
import { isRecord, listAt, parsedJson, textAt } from '../json.ts'
import { renderSettings } from '../model/open-model.ts'

export interface Segment {
  readonly text: string
  readonly metadata: Readonly<Record<string, string>>
}

export interface EmbeddedSegment extends Segment {
  readonly vector: readonly number[]
}

export interface Match extends Segment {
  /** Between 0 and 1. */
  readonly score: number
}

export interface EmbeddingStore {
  readonly name: string
  add(segments: readonly EmbeddedSegment[], isFresh: boolean): Promise<void>
  search(
    vector: readonly number[],
    options: { readonly maxResults: number; readonly minScore: number },
  ): Promise<readonly Match[]>
}

const NAME = '{{ flow.id }}-embedding-store'
const SEGMENTS_MAX = 20_000
/** What so many segments come to at most; the value is whoever's may write keys. */
const PLAIN_BYTES_MAX = 512 * 2 ** 20

export async function openEmbeddingStore(ctx: RunContext, written: Value | undefined): Promise<EmbeddingStore> {
  const settings = await renderSettings(ctx, 'embeddings', written)
  const type = String(settings['type'] ?? '')
  if (!type.endsWith('.embeddings.KestraKVStore'))
    throw new TaskError(
      `the embedding store "${type}" is not implemented: use io.kestra.plugin.ai.embeddings.KestraKVStore`,
    )
  const name = settings['kvName'] === undefined ? await ctx.renderText(NAME) : String(settings['kvName'])
  return {
    name,
    add: async (segments, isFresh) => {
      const all = [...(isFresh ? [] : await load(ctx, name)), ...segments]
      if (all.length > SEGMENTS_MAX)
        throw new TaskError(
          `"${name}" would hold ${all.length} segments, at most ${SEGMENTS_MAX} fit: use larger segments, or a store each`,
        )
      await ctx.ports.ask('kv.set', { key: name, value: packed(all), type: 'STRING', description: 'Embeddings.' })
    },
    search: async (vector, { maxResults, minScore }) =>
      (await load(ctx, name))
        .map(({ text, metadata, vector: other }) => ({ text, metadata, score: (cosine(vector, other) + 1) / 2 }))
        .filter(({ score }) => score >= minScore)
        .sort((a, b) => b.score - a.score)
        .slice(0, maxResults),
  }
}

async function load(ctx: RunContext, name: string): Promise<readonly EmbeddedSegment[]> {
  const found = await ctx.ports.ask('kv.get', { key: name })
  const value = typeof found === 'object' && found !== null && isMap(found) ? mapGet(found, 'value') : undefined
  return value === undefined ? [] : unpacked(printValue(value))
}

/** Four bytes a number: half of what its digits take, before they are packed. */
function packed(segments: readonly EmbeddedSegment[]): string {
  const plain = segments.map(({ text, metadata, vector }) => ({
    text,
    metadata,
    vector: Buffer.from(new Float32Array(vector).buffer).toString('base64'),
  }))
  return gzipSync(JSON.stringify(plain)).toString('base64')
}

function unpacked(text: string): readonly EmbeddedSegment[] {
  const segments = parsedJson(
    gunzipSync(Buffer.from(text, 'base64'), { maxOutputLength: PLAIN_BYTES_MAX }).toString('utf8'),
  )
  return listAt({ segments }, 'segments').map(segment => {
    const bytes = Buffer.from(textAt(segment, 'vector') ?? '', 'base64')
    const vector = Array.from({ length: bytes.length / 4 }, (_, index) => bytes.readFloatLE(index * 4))
    return { text: textAt(segment, 'text') ?? '', metadata: metadataOf(segment), vector }
  })
}

function metadataOf(segment: unknown): Readonly<Record<string, string>> {
  const { metadata } = isRecord(segment) ? segment : {}
  return isRecord(metadata)
    ? Object.fromEntries(Object.entries(metadata).map(([key, value]) => [key, String(value)]))
    : {}
}

function cosine(left: readonly number[], right: readonly number[]): number {
  if (left.length !== right.length)
    throw new TaskError(
      `the store holds vectors of ${right.length} numbers, the model makes ${left.length}: ask with the model that it was filled with`,
    )
  let [dot, ofLeft, ofRight] = [0, 0, 0]
  for (const [index, value] of left.entries()) {
    const other = right[index] ?? 0
    dot += value * other
    ofLeft += value * value
    ofRight += other * other
  }
  return ofLeft === 0 || ofRight === 0 ? 0 : dot / Math.sqrt(ofLeft * ofRight)
}
