// The order of lists that are whole in memory: `sort=column:asc`, several times, by any field of the documents that are shown. One that none of
// them has changes nothing.
export function sortDocuments<T>(
  rows: readonly T[],
  sort: readonly string[] | undefined,
  fieldOf: (row: T, column: string) => unknown = fieldAt,
): readonly T[] {
  if (sort === undefined || sort.length === 0) return rows
  const orders = sort.map(item => {
    const [column = '', direction] = item.split(':')
    return { column, sign: direction === 'desc' ? -1 : 1 }
  })
  return rows.toSorted((left, right) => {
    for (const { column, sign } of orders) {
      const order = compare(fieldOf(left, column), fieldOf(right, column))
      if (order !== 0) return order * sign
    }
    return 0
  })
}

/** `state.startDate` is a field of a field. */
function fieldAt(row: unknown, column: string): unknown {
  let value: unknown = row
  for (const name of column.split('.')) {
    if (typeof value !== 'object' || value === null || !Object.hasOwn(value, name)) return undefined
    value = Object.entries(value).find(([key]) => key === name)?.[1]
  }
  return value
}

/** What is not there stands at the end. */
function compare(left: unknown, right: unknown): number {
  if (left === right) return 0
  if (left === undefined || left === null) return 1
  if (right === undefined || right === null) return -1
  if (typeof left === 'number' && typeof right === 'number') return left - right
  const [one, other] = [String(left), String(right)]
  return one === other ? 0 : one < other ? -1 : 1
}
