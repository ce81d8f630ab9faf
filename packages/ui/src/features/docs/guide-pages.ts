// The guide that comes with the program, page by page; each is loaded when it is read, all of them when somebody searches.
import { trust } from '@batuta/core'
import { useQuery, type UseQueryResult } from '@tanstack/react-query'

const FILES = import.meta.glob('../../../../../docs/guide/*.md', { query: '?raw', import: 'default' })

/** In the order in which one reads them; what is not named follows by name. */
const ORDER = ['from-kestra', 'triggers', 'state', 'limits', 'flow-tests', 'apps', 'plan', 'api', 'database', 'cluster']
const TITLES: Readonly<Record<string, string>> = {
  'from-kestra': 'Coming from Kestra',
  'flow-tests': 'Flow tests',
  'script-isolation': 'Script isolation',
  'single-sign-on': 'Single sign-on',
  ai: 'AI',
  api: 'API',
}

export interface GuidePage {
  readonly id: string
  readonly title: string
}

export const GUIDE_PAGES: readonly GuidePage[] = Object.keys(FILES)
  .map(path => path.slice(path.lastIndexOf('/') + 1, -'.md'.length))
  .sort((one, other) => placeOf(one) - placeOf(other) || (one < other ? -1 : 1))
  .map(id => ({ id, title: TITLES[id] ?? id.charAt(0).toUpperCase() + id.slice(1).replaceAll('-', ' ') }))

function placeOf(id: string): number {
  const at = ORDER.indexOf(id)
  return at < 0 ? ORDER.length : at
}

async function readPage(id: string): Promise<string> {
  const load = Object.entries(FILES).find(([path]) => path.endsWith(`/${id}.md`))?.[1]
  return load ? trust<string>(await load()) : ''
}

export function useGuidePage(id: string | undefined): UseQueryResult<string> {
  return useQuery({
    queryKey: ['docs', id],
    queryFn: () => readPage(id ?? ''),
    enabled: id !== undefined,
    staleTime: Infinity,
  })
}

export interface GuideText extends GuidePage {
  readonly text: string
}

export function useWholeGuide(isWanted: boolean): UseQueryResult<readonly GuideText[]> {
  return useQuery({
    queryKey: ['docs', 'all'],
    queryFn: () => Promise.all(GUIDE_PAGES.map(async page => ({ ...page, text: await readPage(page.id) }))),
    enabled: isWanted,
    staleTime: Infinity,
  })
}
