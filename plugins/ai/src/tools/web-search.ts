import { TaskError, type RunContext } from '@batuta/plugin-sdk'
import { listAt, parsedJson, textAt } from '../json.ts'
import { callApi } from '../model/call-model.ts'
import type { Tool } from './tool.ts'

type Settings = Readonly<Record<string, unknown>>

export interface Found {
  readonly title: string
  readonly url: string
  readonly content: string
}

const TAVILY = 'https://api.tavily.com'
const GOOGLE = 'https://www.googleapis.com'
const RESULTS = 3

/** @param url of another server that speaks the same, for a test. */
export function tavilySearch(ctx: RunContext, settings: Settings, url = TAVILY): Tool {
  return searchTool(query => searchTavily(ctx, settings, { query, url }))
}

export function googleSearch(ctx: RunContext, settings: Settings, url = GOOGLE): Tool {
  return searchTool(query => searchGoogle(ctx, settings, { query, url }))
}

interface Search {
  readonly query: string
  readonly url?: string
}

export async function searchTavily(
  ctx: RunContext,
  settings: Settings,
  { query, url = TAVILY }: Search,
): Promise<readonly Found[]> {
  const answer = await callApi(ctx, 'Tavily', {
    method: 'POST',
    url: `${url}/search`,
    headers: { 'content-type': 'application/json', authorization: `Bearer ${keyOf(ctx, settings, 'apiKey')}` },
    body: JSON.stringify({ query, max_results: Number(settings['maxResults'] ?? RESULTS) }),
  })
  return listAt(parsedJson(answer.text), 'results').map(item => foundOf(item, 'url', 'content'))
}

export async function searchGoogle(
  ctx: RunContext,
  settings: Settings,
  { query, url = GOOGLE }: Search,
): Promise<readonly Found[]> {
  const address = new URL(`${url}/customsearch/v1`)
  address.searchParams.set('key', keyOf(ctx, settings, 'apiKey'))
  address.searchParams.set('cx', keyOf(ctx, settings, 'csi'))
  address.searchParams.set('q', query)
  address.searchParams.set('num', String(settings['maxResults'] ?? RESULTS))
  const answer = await callApi(ctx, 'Google', { url: address.href })
  return listAt(parsedJson(answer.text), 'items').map(item => foundOf(item, 'link', 'snippet'))
}

function searchTool(search: (query: string) => Promise<readonly Found[]>): Tool {
  return {
    spec: {
      name: 'web_search',
      description: 'Searches the web and gives titles, addresses and excerpts.',
      parameters: { type: 'object', properties: { query: { type: 'string' } }, required: ['query'] },
    },
    use: async given => JSON.stringify(await search(String(given['query'] ?? ''))),
  }
}

function foundOf(item: unknown, url: string, content: string): Found {
  return { title: textAt(item, 'title') ?? '', url: textAt(item, url) ?? '', content: textAt(item, content) ?? '' }
}

function keyOf(ctx: RunContext, settings: Settings, name: string): string {
  const key = settings[name]
  if (typeof key !== 'string' || key === '') throw new TaskError(`a web search needs "${name}"`)
  ctx.mask(key)
  return key
}
