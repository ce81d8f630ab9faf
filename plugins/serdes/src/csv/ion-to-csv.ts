import {
  DateTime,
  defineTask,
  isList,
  isMap,
  isNumber,
  mapEntries,
  mapGet,
  mapKeys,
  p,
  plainText,
  renderAll,
  encodeValue,
  TaskError,
} from '@batuta/plugin-sdk'
import type { Rendered, RunContext, Value } from '@batuta/plugin-sdk'
import { encodeText } from '../charset.ts'
import { fileOutputs, fromProperty, recordsMetric } from '../conversion.ts'
import { compileDateFormat } from '../date-format.ts'
import type { DateFormat } from '../date-format.ts'
import { readIonBatches } from '../ion.ts'
import { getZone, toMoment } from '../moment.ts'
import type { Zone } from '../zone.ts'
import { lineWriter } from './csv-writer.ts'
import type { CsvField } from './csv-writer.ts'

const properties = {
  from: fromProperty('row'),
  header: p.boolean().dynamic().default(true).group('advanced').title('Whether the first line names the columns.'),
  fieldSeparator: p.string().dynamic().default(',').group('destination').title('Character between the fields.'),
  textDelimiter: p.string().dynamic().default('"').group('processing').title('Character around fields that need it.'),
  lineDelimiter: p.string().dynamic().default('\n').group('processing').title('Characters after each line.'),
  alwaysDelimitText: p
    .boolean()
    .dynamic()
    .default(false)
    .group('processing')
    .title('Whether every field is quoted; `quoteMode` wins over it.'),
  quoteMode: p
    .enum('ALWAYS', 'REQUIRED', 'NON_NUMERIC')
    .dynamic()
    .group('processing')
    .title('Which fields are quoted: all, those that must be, or all but numbers.'),
  dateFormat: p.string().dynamic().default('yyyy-MM-dd').group('processing').title('Format of dates.'),
  timeFormat: p.string().dynamic().default('HH:mm:ss[XXX]').group('processing').title('Format of times of day.'),
  dateTimeFormat: p
    .string()
    .dynamic()
    .default("yyyy-MM-dd'T'HH:mm:ss.SSS[XXX]")
    .group('processing')
    .title('Format of dates with a time.'),
  timeZoneId: p
    .string()
    .dynamic()
    .group('advanced')
    .title('Time zone in which moments are written, e.g. `Europe/Paris`; by default that of the machine.'),
  charset: p.string().dynamic().default('UTF-8').group('processing').title('Character set of the new file.'),
}

export const ionToCsv = defineTask({
  type: 'io.kestra.plugin.serdes.csv.IonToCsv',
  aliases: ['io.kestra.plugin.serdes.csv.CsvWriter'],
  title: 'Write rows as a CSV file.',
  description:
    'The keys of the first row are the columns of all rows. Null is an empty field; lists and maps are written as JSON.',
  properties,
  outputs: fileOutputs('The CSV file.'),
  metrics: [recordsMetric],
  examples: [
    {
      title: 'Save the result of a query as a CSV file.',
      full: true,
      code: `id: query_to_csv
namespace: company.team
tasks:
  - id: query
    type: io.kestra.plugin.jdbc.postgresql.Query
    url: jdbc:postgresql://localhost:5432/shop
    sql: select * from orders
    fetchType: STORE
  - id: csv
    type: io.kestra.plugin.serdes.csv.IonToCsv
    from: "{{ outputs.query.uri }}"
`,
    },
    {
      title: 'A file for spreadsheets.',
      code: 'from: "{{ outputs.query.uri }}"\nfieldSeparator: ";"\nquoteMode: ALWAYS',
    },
  ],
  async run(ctx, props) {
    const options = await renderAll(props)
    const conversion = new Conversion(ctx, options)
    const lines = conversion.lines(readIonBatches(await ctx.files.open(options.from)))
    const uri = await ctx.files.put(encodeText(lines, options.charset), { extension: '.csv' })
    ctx.metrics.counter('records', conversion.size)
    return { uri, size: conversion.size }
  },
})

type Options = Rendered<typeof properties>

const EMPTY: CsvField = { text: '', isNumber: false }

class Conversion {
  size = 0
  readonly #ctx: RunContext
  readonly #withHeader: boolean
  readonly #line: (fields: readonly CsvField[]) => string
  readonly #formats: { readonly date: DateFormat; readonly time: DateFormat; readonly dateTime: DateFormat }
  readonly #zone: Zone
  #columns: readonly string[] | undefined
  #hasWarned = false

  constructor(ctx: RunContext, options: Options) {
    this.#ctx = ctx
    this.#withHeader = options.header
    const quoteMode = options.quoteMode ?? (options.alwaysDelimitText ? 'ALWAYS' : 'REQUIRED')
    this.#line = lineWriter({ ...options, quoteMode })
    this.#formats = {
      date: compileDateFormat(options.dateFormat),
      time: compileDateFormat(options.timeFormat),
      dateTime: compileDateFormat(options.dateTimeFormat),
    }
    this.#zone = getZone(options.timeZoneId)
  }

  async *lines(batches: AsyncIterable<readonly Value[]>): AsyncGenerator<string> {
    for await (const rows of batches) {
      this.#ctx.signal.throwIfAborted()
      let text = ''
      for (const row of rows) text += this.#row(row)
      yield text
    }
  }

  #row(row: Value): string {
    this.size++
    if (isList(row)) return this.#line(row.map(value => this.#field(value)))
    if (!isMap(row)) {
      throw new TaskError(`row ${this.size} is neither a map nor a list: ${encodeValue(row).slice(0, 100)}`)
    }
    if (this.#columns !== undefined) return this.#line(this.#fieldsOf(row, this.#columns))
    const columns = [...mapKeys(row)]
    this.#columns = columns
    const header = this.#withHeader ? this.#line(columns.map(text => ({ text, isNumber: false }))) : ''
    return header + this.#line(this.#fieldsOf(row, columns))
  }

  #fieldsOf(row: Value, columns: readonly string[]): readonly CsvField[] {
    if (!isMap(row)) return []
    const fields = columns.map(column => this.#field(mapGet(row, column) ?? null))
    if (!this.#hasWarned) this.#warnOfMore(row, columns)
    return fields
  }

  #warnOfMore(row: Value, columns: readonly string[]): void {
    if (!isMap(row)) return
    for (const [key] of mapEntries(row)) {
      if (columns.includes(key)) continue
      this.#hasWarned = true
      this.#ctx.logger.warn(`row ${this.size} has "${key}", which the first row lacks: such values are left out`)
      return
    }
  }

  #field(value: Value): CsvField {
    if (typeof value === 'string') return { text: value, isNumber: false }
    if (value === null) return EMPTY
    if (value instanceof DateTime) return { text: this.#format(value), isNumber: false }
    if (isNumber(value)) return { text: plainText(value), isNumber: true }
    return { text: isList(value) || isMap(value) ? encodeValue(value) : plainText(value), isNumber: false }
  }

  #format(value: DateTime): string {
    const moment = toMoment(value, this.#zone)
    if (moment === undefined) return value.text
    if (value.type === 'local-date') return this.#formats.date(moment)
    return value.type === 'local-time' ? this.#formats.time(moment) : this.#formats.dateTime(moment)
  }
}
