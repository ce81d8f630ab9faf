import { defineTask, p, renderAll, TaskError } from '@batuta/plugin-sdk'
import type { Rendered, RunContext } from '@batuta/plugin-sdk'
import { decodeText } from '../charset.ts'
import { fileOutputs, fromProperty, recordsMetric } from '../conversion.ts'
import { CsvParser } from './csv-parser.ts'
import type { CsvRecord } from './csv-parser.ts'
import { rowWriter, writeList } from './csv-columns.ts'

const MEGABYTE = 1024 * 1024
const WARNINGS_MAX = 100
const CHUNK_CHARS = 64 * 1024

const properties = {
  from: fromProperty('CSV'),
  header: p.boolean().dynamic().default(true).group('advanced').title('Whether the first row names the columns.'),
  fieldSeparator: p.string().dynamic().default(',').group('processing').title('Character between the fields.'),
  textDelimiter: p.string().dynamic().default('"').group('processing').title('Character around quoted fields.'),
  skipEmptyRows: p.boolean().dynamic().default(false).group('advanced').title('Whether to leave out empty lines.'),
  errorOnDifferentFieldCount: p
    .boolean()
    .dynamic()
    .deprecated('Use `onBadLines` instead.')
    .group('deprecated')
    .title('Whether a row with more or fewer fields than the first fails the task; if false, such rows are kept.'),
  onBadLines: p
    .enum('ERROR', 'WARN', 'SKIP')
    .dynamic()
    .default('ERROR')
    .group('advanced')
    .title('What to do with rows that cannot be read or have another number of fields than the first.')
    .describe('ERROR fails the task, WARN leaves the row out with a warning, SKIP leaves it out silently.'),
  onEmptyHeader: p
    .enum('DROP', 'RENAME')
    .dynamic()
    .default('DROP')
    .group('advanced')
    .title('What to do with columns without a name.')
    .describe('DROP leaves them out at the end of the header, RENAME calls them `col_` and their position from 0.'),
  skipRows: p
    .integer()
    .dynamic()
    .default(0)
    .group('advanced')
    .title('Number of rows to leave out at the start of the file, before the header.'),
  charset: p.string().dynamic().default('UTF-8').group('processing').title('Character set of the file.'),
  maxBufferSize: p
    .integer()
    .dynamic()
    .default(16 * MEGABYTE)
    .group('advanced')
    .title('Longest row, in characters.'),
  allowExtraCharsAfterClosingQuote: p
    .boolean()
    .dynamic()
    .default(false)
    .group('advanced')
    .title('Whether text between a closing quote and the next separator is kept rather than a mistake.'),
  maxFieldSize: p
    .integer()
    .dynamic()
    .default(16 * MEGABYTE)
    .group('advanced')
    .title('Longest field, in characters.'),
}

export const csvToIon = defineTask({
  type: 'io.kestra.plugin.serdes.csv.CsvToIon',
  aliases: ['io.kestra.plugin.serdes.csv.CsvReader'],
  title: 'Convert a CSV file into rows.',
  description:
    'All values stay texts; `\\N` is null. With a header a row is a map, without one a list. A byte order mark is left out.',
  properties,
  outputs: fileOutputs('The file of rows.'),
  metrics: [recordsMetric],
  examples: [
    {
      title: 'Read a file that was downloaded.',
      full: true,
      code: `id: csv_to_ion
namespace: company.team
tasks:
  - id: download
    type: io.kestra.plugin.core.http.Download
    uri: https://example.com/products.csv
  - id: rows
    type: io.kestra.plugin.serdes.csv.CsvToIon
    from: "{{ outputs.download.uri }}"
`,
    },
    { title: 'A file with semicolons.', code: 'from: "{{ inputs.file }}"\nfieldSeparator: ";"\nonBadLines: WARN' },
  ],
  async run(ctx, props) {
    const options = await renderAll(props)
    checkCharacters(options)
    const conversion = new Conversion(ctx, options)
    const text = decodeText(await ctx.files.open(options.from), options.charset)
    const uri = await ctx.files.put(conversion.rows(text), { extension: '.ion' })
    ctx.metrics.counter('records', conversion.size)
    return { uri, size: conversion.size }
  },
})

type Options = Rendered<typeof properties>

function checkCharacters({ fieldSeparator, textDelimiter }: Options): void {
  if (fieldSeparator.length !== 1) {
    throw new TaskError(`property "fieldSeparator" must be one character, not ${JSON.stringify(fieldSeparator)}`)
  }
  if (textDelimiter.length > 1) {
    throw new TaskError(`property "textDelimiter" must be one character, not ${JSON.stringify(textDelimiter)}`)
  }
}

class Conversion {
  size = 0
  readonly #ctx: RunContext
  readonly #options: Options
  #toSkip: number
  #columns: number | undefined
  #write: (fields: readonly string[]) => string = writeList
  #isHeaderNext: boolean
  #warnings = 0

  constructor(ctx: RunContext, options: Options) {
    this.#ctx = ctx
    this.#options = options
    this.#toSkip = Math.max(0, options.skipRows)
    this.#isHeaderNext = options.header
  }

  async *rows(chunks: AsyncIterable<string>): AsyncGenerator<string> {
    const parser = new CsvParser(this.#options)
    let text = ''
    for await (const chunk of chunks) {
      this.#ctx.signal.throwIfAborted()
      text += this.#convert(parser.feed(chunk))
      if (text.length < CHUNK_CHARS) continue
      yield text
      text = ''
    }
    text += this.#convert(parser.feed('', true))
    if (text !== '') yield text
    if (this.#warnings > WARNINGS_MAX) this.#ctx.logger.warn(`${this.#warnings} rows were left out in all`)
  }

  #convert(records: readonly CsvRecord[]): string {
    let text = ''
    for (const record of records) text += this.#row(record)
    return text
  }

  /** Empty for a record that makes no row. */
  #row(record: CsvRecord): string {
    if (this.#toSkip > 0) {
      this.#toSkip--
      return ''
    }
    const { fields } = record
    const isEmpty = fields.length === 1 && fields[0] === ''
    if (isEmpty && this.#options.skipEmptyRows) return ''
    const flaw = record.flaw ?? (isEmpty ? undefined : this.#differs(fields.length))
    if (flaw !== undefined) return this.#leaveOut(record.line, flaw)
    this.#columns ??= fields.length
    if (this.#isHeaderNext) {
      this.#isHeaderNext = false
      this.#write = rowWriter(fields, this.#options.onEmptyHeader)
      return ''
    }
    this.size++
    return this.#write(fields)
  }

  #differs(count: number): string | undefined {
    const expected = this.#columns
    if (expected === undefined || count === expected || this.#options.errorOnDifferentFieldCount === false)
      return undefined
    return `it has ${count} fields, the first row ${expected}`
  }

  #leaveOut(line: number, flaw: string): string {
    const { onBadLines, errorOnDifferentFieldCount } = this.#options
    if (onBadLines === 'ERROR' || errorOnDifferentFieldCount === true) {
      throw new TaskError(
        `line ${line} is no row of the table: ${flaw}; set \`onBadLines\` to WARN or SKIP to go on without it`,
      )
    }
    if (onBadLines === 'WARN' && ++this.#warnings <= WARNINGS_MAX) {
      this.#ctx.logger.warn(`line ${line} is left out: ${flaw}`)
    }
    return ''
  }
}
