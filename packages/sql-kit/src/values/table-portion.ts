// Rows as most clients give them: lists of values in the order of the columns.
import { encodeIon } from '@batuta/ion'
import { mapFrom } from '@batuta/plugin-sdk'
import type { Value } from '@batuta/plugin-sdk'
import type { Portion, RowSource } from '../connection/connection.ts'

type Row = readonly Value[]

/** Of columns with one name the first gives the place and the last the value, as in a map. */
export function tablePortion(columns: readonly string[], rows: readonly Row[]): Portion {
  const places = placesOf(columns)
  const encoded = (): string => {
    const prefixes = places.map(([name], at) => `${at === 0 ? '{' : ','}${JSON.stringify(name)}:`)
    let text = ''
    for (const row of rows) {
      for (let at = 0; at < places.length; at++) text += prefixes[at] + encodeIon(row[places[at]?.[1] ?? 0] ?? null)
      text += places.length === 0 ? '{}\n' : '}\n'
    }
    return text
  }
  return {
    size: rows.length,
    get chars() {
      return rows.reduce((sum, row) => sum + row.reduce((chars: number, value) => chars + charsOf(value), 0), 0)
    },
    values: () => rows.map(row => mapFrom(places.map(([name, index]) => [name, row[index] ?? null] as const))),
    lines: encoded,
  }
}

function placesOf(columns: readonly string[]): readonly (readonly [string, number])[] {
  const byName = new Map<string, number>()
  for (const [index, name] of columns.entries()) byName.set(name, index)
  return [...byName]
}

/** Nested values are rare, and no rule hangs on a few bytes. */
function charsOf(value: Value): number {
  return typeof value === 'string' ? value.length : 8
}

export async function* tableRows(
  columns: readonly string[],
  batches: AsyncIterable<readonly Row[]> | Iterable<readonly Row[]>,
): RowSource & AsyncGenerator<Portion> {
  for await (const rows of batches) yield tablePortion(columns, rows)
}
