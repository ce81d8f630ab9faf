// What all searches have in common. GitHub gives pages of 100 and never more than 1,000 results; what its search does not say of them is asked for by
// GraphQL, a page at a time, where there is a token.
import { fetchRows, fromPlain, listIn, lookInto, numberIn, p, TaskError, textIn } from '@batuta/plugin-sdk'
import type { LazyProperties, RunContext, TaskOutputs, Value } from '@batuta/plugin-sdk'
import { connection, openGitHub, type GitHub } from '../connection.ts'

export const fetchTypeProperty = p
  .enum('STORE', 'FETCH', 'FETCH_ONE', 'NONE')
  .dynamic()
  .default('STORE')
  .group('execution')
  .title('What to do with the rows.')

export const searchProperties = {
  ...connection,
  fetchType: fetchTypeProperty,
  query: p.string().dynamic().group('main').title('What to search for, in the language of GitHub.'),
  order: p.enum('ASC', 'DESC').dynamic().default('ASC').group('processing').title('The order.'),
} as const

export const ROW_OUTPUTS = [
  { name: 'size', type: 'int', description: 'How many rows there are.' },
  { name: 'total', type: 'long', description: 'How many results GitHub knows, also where it does not give them all.' },
  { name: 'rows', type: 'map<any>[]', description: 'With FETCH: the rows.' },
  { name: 'row', type: 'map<any>', description: 'With FETCH_ONE: the first row.' },
  { name: 'uri', type: 'uri', description: 'With STORE: where the rows are.' },
] as const

export const ABOUT_SEARCH =
  'GitHub gives at most 1,000 results of a search. Dates and numbers take `>`, `>=`, `<`, `<=` and `a..b`.'

export interface Search {
  readonly path: string
  readonly terms: readonly (string | undefined)[]
  readonly sort?: string | undefined
  /** What GraphQL is asked of each result beside its id. */
  readonly selection?: string
  row(item: unknown, details: unknown): Readonly<Record<string, unknown>>
}

const PAGE = 100
const RESULTS_MAX = 1000
const PAGES_MAX = RESULTS_MAX / PAGE

export async function runSearch(
  ctx: RunContext,
  props: LazyProperties<typeof searchProperties>,
  search: Search,
): Promise<TaskOutputs> {
  const github = await openGitHub(ctx, props)
  const fetchType = await props.fetchType.render()
  const order = (await props.order.render()).toLowerCase()
  const q = search.terms.filter(term => term !== undefined && term.trim() !== '').join(' ')
  if (q === '') throw new TaskError('there is nothing to search for: give "query" or one of the other conditions')
  const size = fetchType === 'STORE' || fetchType === 'FETCH' ? PAGE : 1
  const query = { q, sort: search.sort, order: search.sort === undefined ? undefined : order, per_page: size }
  const ask = async (page: number): Promise<unknown> =>
    await github.ask({ path: search.path, query: { ...query, page } })

  const first = await ask(1)
  const total = numberIn(first, 'total_count') ?? 0
  if (lookInto(first, 'incomplete_results') === true)
    ctx.logger.warn('GitHub gave up searching before it was through: narrow the search')
  const rows = async function* (): AsyncGenerator<Value> {
    for (let page = 1; page <= PAGES_MAX; page++) {
      const items = listIn(page === 1 ? first : await ask(page), 'items')
      const details = await detailsOf(github, items, search.selection)
      for (const item of items) yield fromPlain(search.row(item, details.get(textIn(item, 'node_id') ?? '')))
      if (items.length < size) return
    }
    if (total > RESULTS_MAX) ctx.logger.warn(`GitHub knows ${total} results and gives the first ${RESULTS_MAX}`)
  }
  return { ...(await fetchRows(ctx, rows(), fetchType)), total }
}

async function detailsOf(
  github: GitHub,
  items: readonly unknown[],
  selection: string | undefined,
): Promise<ReadonlyMap<string, unknown>> {
  const ids = items.flatMap(item => textIn(item, 'node_id') ?? [])
  if (selection === undefined || github.isAnonymous || ids.length === 0) return new Map()
  const data = await github.askGraph(`query($ids: [ID!]!) { nodes(ids: $ids) { id ${selection} } }`, { ids })
  return new Map(listIn(data, 'nodes').flatMap(node => [[textIn(node, 'id') ?? '', node]]))
}

/** One condition of a search; texts of several words are quoted. */
export function condition(name: string, value: string | boolean | number | undefined): string | undefined {
  const text = value === undefined ? '' : String(value).trim()
  if (text === '') return undefined
  return `${name}:${/\s/.test(text) && !text.startsWith('"') ? `"${text}"` : text}`
}

export function flag(term: string, isSet: boolean | undefined): string | undefined {
  return isSet === true ? term : undefined
}

/** As GitHub spells it: `committer-date`. */
export function spelled(word: string): string {
  return word.toLowerCase().replaceAll('_', '-')
}
