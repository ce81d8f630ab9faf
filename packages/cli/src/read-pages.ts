import { PAGE_SIZE_MAX } from '@batuta/api'

const PAGES_MAX = 1_000

interface Page<Row> {
  readonly results: readonly Row[]
}

/** Which part of a list is wanted: one page of it, or all, up to a bound. */
export interface PageOptions {
  readonly page?: string
  readonly size?: string
}

export async function readPages<Row>(
  { page, size }: PageOptions,
  read: (page: number, size: number) => Promise<Page<Row>>,
): Promise<readonly Row[]> {
  if (page !== undefined || size !== undefined)
    return (await read(Number(page ?? 1), Number(size ?? PAGE_SIZE_MAX))).results
  const rows: Row[] = []
  for (let at = 1; at <= PAGES_MAX; at += 1) {
    const { results } = await read(at, PAGE_SIZE_MAX)
    rows.push(...results)
    if (results.length < PAGE_SIZE_MAX) break
  }
  return rows
}
