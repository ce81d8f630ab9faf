// A list of executions as it changes: the rows of its first page that are new or have moved. Looked at once a second, however many watch it.
import type { HttpDependencies } from '../dependencies.ts'
import { executionSearchOf, type FlatSearch } from '../executions/execution-search.ts'
import { findNewest } from '../executions/list-by-key.ts'
import { presentLightRows } from '../executions/light-rows.ts'
import type { Filter } from '../read-filters.ts'
import type { Source } from './source.ts'

const EVERY_MS = 1_000
const ROWS_MAX = 50

interface Memory {
  /** What was told last of each row of the page. */
  rows: ReadonlyMap<string, string>
}

export function listSource(
  given: URLSearchParams,
  filters: readonly Filter[],
  world: HttpDependencies,
): Source<Memory> {
  const flat = flatOf(given)
  // A filter that is wrong is refused now and not at each look.
  executionSearchOf(flat, filters, world)
  const see = async (memory: Memory): Promise<string | undefined> => {
    const rows = await findNewest(executionSearchOf(flat, filters, world), ROWS_MAX, world)
    const marks = new Map(rows.map(row => [row.id, `${row.state} ${row.turn} ${row.waitsFor}`]))
    const changed = rows.filter(row => memory.rows.get(row.id) !== marks.get(row.id))
    const gone = [...memory.rows.keys()].filter(
      id => !marks.has(id) && (rows.length < ROWS_MAX || id > (rows.at(-1)?.id ?? '')),
    )
    memory.rows = marks
    if (changed.length + gone.length === 0) return undefined
    const isOver = rows.length === ROWS_MAX && changed.length === ROWS_MAX
    const head = JSON.stringify({ type: 'delta', isPartial: isOver, gone })
    return `${head.slice(0, -1)},"rows":[${(await presentLightRows(changed, world)).join(',')}]}`
  }
  return {
    gapMs: EVERY_MS,
    everyMs: () => EVERY_MS,
    join: async memory => {
      const own: Memory = { rows: new Map() }
      const frame = (await see(own)) ?? '{"type":"delta","isPartial":false,"gone":[],"rows":[]}'
      return { memory: memory ?? own, frame: frame.replace('"type":"delta"', '"type":"snapshot"') }
    },
    look: see,
  }
}

/** The flat parameters of the search; the others are filters. */
function flatOf(given: URLSearchParams): FlatSearch {
  const text = (name: string): Record<string, string> => {
    const value = given.get(name)
    return value === null ? {} : { [name]: value }
  }
  const list = (name: string): Record<string, readonly string[]> =>
    given.has(name) ? { [name]: given.getAll(name) } : {}
  return {
    ...text('q'),
    ...text('namespace'),
    ...text('flowId'),
    ...text('startDate'),
    ...text('endDate'),
    ...text('timeRange'),
    ...text('triggerExecutionId'),
    ...text('childFilter'),
    ...list('state'),
    ...list('labels'),
  }
}
