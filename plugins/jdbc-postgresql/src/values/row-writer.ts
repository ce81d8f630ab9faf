// From the texts of a row to a line of Ion or to a map.
import { mapFrom } from '@batuta/plugin-sdk'
import type { Value } from '@batuta/plugin-sdk'
import { codecOf } from './column-codec.ts'
import type { CodecOptions, ColumnCodec } from './column-codec.ts'

export type RawRow = readonly (string | null)[]

/** What the server says about a column of a result. */
export interface ColumnField {
  readonly name: string
  readonly dataTypeID: number
  readonly dataTypeModifier: number
}

interface Column {
  readonly name: string
  readonly index: number
  readonly codec: ColumnCodec
}

/** Of columns with one name the first gives the place and the last the value, as in a map. */
function columnsOf(fields: readonly ColumnField[], options: CodecOptions): readonly Column[] {
  const byName = new Map<string, Column>()
  for (const [index, { name, dataTypeID, dataTypeModifier }] of fields.entries()) {
    byName.set(name, { name, index, codec: codecOf(dataTypeID, dataTypeModifier, options) })
  }
  return [...byName.values()]
}

export function lineWriter(fields: readonly ColumnField[], options: CodecOptions): (row: RawRow) => string {
  const columns = columnsOf(fields, options).map(({ name, index, codec }, at) => ({
    prefix: `${at === 0 ? '{' : ','}${JSON.stringify(name)}:`,
    index,
    toIon: codec.ion,
  }))
  if (columns.length === 0) return () => '{}\n'
  return row => {
    let line = ''
    for (const { prefix, index, toIon } of columns) {
      const text = row[index] ?? null
      line += prefix
      line += text === null ? 'null' : toIon(text)
    }
    return `${line}}\n`
  }
}

export function rowReader(fields: readonly ColumnField[], options: CodecOptions): (row: RawRow) => Value {
  const columns = columnsOf(fields, options)
  return row =>
    mapFrom(
      columns.map(({ name, index, codec }) => {
        const text = row[index] ?? null
        return [name, text === null ? null : codec.value(text)] as const
      }),
    )
}
