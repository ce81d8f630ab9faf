// The options of COPY, as properties and as SQL.
import { p, TaskError } from '@batuta/plugin-sdk'
import type { LazyProperties, Rendered } from '@batuta/plugin-sdk'
import { escapeLiteral } from 'pg'
import { quoteWritten } from '@batuta/sql-kit'

export const copyProperties = {
  table: p.string().dynamic().group('main').title('The table.'),
  columns: p.list(p.string()).dynamic().group('processing').title('The columns; by default all of the table.'),
  format: p
    .enum('TEXT', 'CSV', 'BINARY')
    .dynamic()
    .default('TEXT')
    .group('processing')
    .title('Format of the file, as PostgreSQL knows it.'),
  header: p.boolean().dynamic().group('processing').title('Whether the first line of the file names the columns.'),
  delimiter: p
    .string()
    .dynamic()
    .group('processing')
    .title('Character between fields; by default a tab, in CSV a comma.'),
  nullString: p.string().dynamic().group('advanced').title('What stands for null; by default `\\N`, in CSV nothing.'),
  quote: p.string().dynamic().group('advanced').title('Character around fields of a CSV file.'),
  escape: p.string().dynamic().group('advanced').title('Character before a quote inside of quotes.'),
  forceQuote: p.list(p.string()).dynamic().group('advanced').title('Columns that are always quoted, when writing CSV.'),
  forceNotNull: p
    .list(p.string())
    .dynamic()
    .group('advanced')
    .title('Columns that are never null, when reading CSV: an empty field is an empty text.'),
  forceNull: p
    .list(p.string())
    .dynamic()
    .group('advanced')
    .title('Columns in which the null text is null also in quotes, when reading CSV.'),
  freeze: p
    .boolean()
    .dynamic()
    .group('advanced')
    .title('Whether the rows are written as frozen; for tables made or emptied in the same transaction only.'),
  encoding: p.string().dynamic().group('processing').title('Character set of the file; by default UTF-8.'),
  oids: p.boolean().dynamic().group('advanced').title('Copies row identities; PostgreSQL has none since version 12.'),
  socketTimeout: p
    .integer()
    .dynamic()
    .group('connection')
    .title('Seconds of silence after which the connection is given up; by default none.'),
}

/** `table (columns)`, as the author wrote it. */
export function copiedTable({ table, columns }: Pick<Rendered<typeof copyProperties>, 'table' | 'columns'>): string {
  if (table === undefined || table.trim() === '') throw new TaskError('property "table" is required')
  return columns === undefined || columns.length === 0
    ? table
    : `${table} (${columns.map(name => quoteWritten(name)).join(', ')})`
}

/** `with (format csv, header true, …)`. */
export async function renderCopyOptions(props: LazyProperties<typeof copyProperties>): Promise<string> {
  const options = [`format ${(await props.format.render()).toLowerCase()}`]
  for (const [name, value] of [
    ['header', await props.header.render()],
    ['freeze', await props.freeze.render()],
    ['oids', await props.oids.render()],
  ] as const) {
    if (value !== undefined) options.push(`${name} ${value}`)
  }
  for (const [name, value] of [
    ['delimiter', await props.delimiter.render()],
    ['null', await props.nullString.render()],
    ['quote', await props.quote.render()],
    ['escape', await props.escape.render()],
    ['encoding', await props.encoding.render()],
  ] as const) {
    if (value !== undefined) options.push(`${name} ${escapeLiteral(value)}`)
  }
  for (const [name, columns] of [
    ['force_quote', await props.forceQuote.render()],
    ['force_not_null', await props.forceNotNull.render()],
    ['force_null', await props.forceNull.render()],
  ] as const) {
    if (columns !== undefined && columns.length > 0) options.push(`${name} ${columnsText(columns)}`)
  }
  return `with (${options.join(', ')})`
}

function columnsText(columns: readonly string[]): string {
  return columns.length === 1 && columns[0] === '*' ? '*' : `(${columns.map(name => quoteWritten(name)).join(', ')})`
}
