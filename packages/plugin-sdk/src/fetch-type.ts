// `fetchType` and its three older spellings, shared by every task that reads rows from somewhere.
import type { Value } from '@batuta/core'
import type { LazyProperties } from './lazy-properties.ts'
import { p } from './property.ts'
import type { RunContext } from './run-context.ts'
import { writeRows } from './rows.ts'

export type FetchType = 'STORE' | 'FETCH' | 'FETCH_ONE' | 'NONE'

const OLDER = 'Use `fetchType` instead.'

export const fetchProperties = {
  fetchType: p.enum('STORE', 'FETCH', 'FETCH_ONE', 'NONE').dynamic().title('What to do with the rows.'),
  fetch: p.boolean().dynamic().deprecated(OLDER),
  fetchOne: p.boolean().dynamic().deprecated(OLDER),
  store: p.boolean().dynamic().deprecated(OLDER),
} as const

export async function renderFetchType(
  props: LazyProperties<typeof fetchProperties>,
  fallback: FetchType = 'NONE',
): Promise<FetchType> {
  if ((await props.fetch.render()) === true) return 'FETCH'
  if ((await props.fetchOne.render()) === true) return 'FETCH_ONE'
  if ((await props.store.render()) === true) return 'STORE'
  return (await props.fetchType.render()) ?? fallback
}

export interface FetchedRows {
  readonly rows?: readonly Value[]
  readonly row?: Value
  readonly uri?: string
  readonly size: number
}

/** Takes rows as the fetch type says; the source is not read further than needed. */
export async function fetchRows(
  ctx: Pick<RunContext, 'files'>,
  rows: AsyncIterable<Value>,
  fetchType: FetchType,
): Promise<FetchedRows> {
  switch (fetchType) {
    case 'STORE':
      return writeRows(ctx, rows)
    case 'FETCH': {
      const all: Value[] = []
      for await (const row of rows) all.push(row)
      return { rows: all, size: all.length }
    }
    case 'FETCH_ONE': {
      for await (const row of rows) return { row, size: 1 }
      return { size: 0 }
    }
    case 'NONE':
      return { size: 0 }
  }
}
