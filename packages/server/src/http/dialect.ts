import type { ApiDialect } from '@batuta/core'

export const DIALECT_HEADER = 'x-batuta-dialect'

const DIALECT_NAMES: ReadonlyMap<string, ApiDialect> = new Map([
  ['a', 'a'],
  ['0.20', 'a'],
  ['b', 'b'],
  ['1', 'b'],
  ['1.3', 'b'],
  ['c', 'c'],
  ['2', 'c'],
  ['2.0', 'c'],
])

/** Where dialects share a path, the header of the request decides, else the configuration. */
export function dialectOf(
  header: string | readonly string[] | undefined,
  dialects: readonly ApiDialect[],
  configured: ApiDialect = 'b',
): ApiDialect {
  const [only] = dialects
  if (only !== undefined && dialects.length === 1) return only
  const asked = header === undefined ? undefined : DIALECT_NAMES.get(String(header).toLowerCase())
  if (asked !== undefined && dialects.includes(asked)) return asked
  return dialects.includes(configured) ? configured : 'b'
}
