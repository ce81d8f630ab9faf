import { PassThrough, Readable } from 'node:stream'
import {
  DateTime,
  TaskError,
  decodeValue,
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
} from '@batuta/plugin-sdk'
import type { Rendered, RunContext, Value } from '@batuta/plugin-sdk'
import { fileOutputs, recordsMetric } from '../conversion.ts'
import { compileDateFormat } from '../date-format.ts'
import { readIonBatches } from '../ion.ts'
import { getZone, toMoment } from '../moment.ts'
import { columnName } from './read-sheet.ts'
import { contentTypes, escapeXml, relations, ROOT_RELATIONS, STYLES, workbookXml } from './workbook-xml.ts'

const ROWS_MAX = 1_048_576
const CELL_CHARS_MAX = 32_767

const properties = {
  from: p
    .any()
    .dynamic()
    .required()
    .group('main')
    .title('URI of the row file, or a map from the titles of sheets to URIs.'),
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
  charset: p
    .string()
    .dynamic()
    .default('UTF-8')
    .group('processing')
    .title('Has no effect: the parts of an Excel file are always UTF-8.'),
  sheetsTitle: p
    .string()
    .dynamic()
    .default('Sheet')
    .group('advanced')
    .title('Title of the sheet, if there is one only.'),
  header: p.boolean().dynamic().default(true).group('advanced').title('Whether the first row names the columns.'),
  styles: p.boolean().dynamic().default(true).group('advanced').title('Whether the first row is bold.'),
}

export const ionToExcel = defineTask({
  type: 'io.kestra.plugin.serdes.excel.IonToExcel',
  title: 'Write rows as an Excel file.',
  description:
    'Rows are written as they come. Numbers that Excel would round, and dates, are texts; a sheet has at most 1,048,576 rows.',
  properties,
  outputs: fileOutputs('The Excel file.'),
  metrics: [recordsMetric],
  examples: [
    {
      title: 'Two queries, two sheets.',
      full: true,
      code: `id: queries_to_excel
namespace: company.team
tasks:
  - id: orders
    type: io.kestra.plugin.jdbc.postgresql.Query
    url: jdbc:postgresql://localhost:5432/shop
    sql: select * from orders
    fetchType: STORE
  - id: customers
    type: io.kestra.plugin.jdbc.postgresql.Query
    url: jdbc:postgresql://localhost:5432/shop
    sql: select * from customers
    fetchType: STORE
  - id: excel
    type: io.kestra.plugin.serdes.excel.IonToExcel
    from:
      Orders: "{{ outputs.orders.uri }}"
      Customers: "{{ outputs.customers.uri }}"
`,
    },
  ],
  async run(ctx, props) {
    const options = await renderAll(props)
    const sheets = sheetsOf(options.from, options.sheetsTitle)
    const writer = new SheetWriter(ctx, options)
    const uri = await ctx.files.put(await zipOf(sheets, writer), { extension: '.xlsx' })
    ctx.metrics.counter('records', writer.size)
    return { uri, size: writer.size }
  },
})

interface SheetSource {
  readonly title: string
  readonly uri: string
}

function sheetsOf(from: Value, title: string): readonly SheetSource[] {
  const given = typeof from === 'string' && from.trim().startsWith('{') ? decodeValue(from) : from
  const sheets = isMap(given)
    ? Array.from(mapEntries(given), ([name, uri]) => ({ title: name, uri: plainText(uri ?? '') }))
    : [{ title, uri: plainText(given ?? '').trim() }]
  if (sheets.length === 0) throw new TaskError('`from` names no sheet')
  for (const sheet of sheets) checkTitle(sheet.title)
  return sheets
}

function checkTitle(title: string): void {
  if (title === '' || title.length > 31 || /[\\/?*[\]:]/.test(title))
    throw new TaskError(
      `a sheet cannot be called "${title}": a title has 1 to 31 characters and none of \\ / ? * [ ] :`,
    )
}

async function zipOf(sheets: readonly SheetSource[], writer: SheetWriter): Promise<AsyncIterable<Uint8Array>> {
  const { ZipFile } = await import('yazl')
  const zip = new ZipFile()
  const text = (path: string, xml: string): void => zip.addBuffer(Buffer.from(xml), path)
  text('[Content_Types].xml', contentTypes(sheets.length))
  text('_rels/.rels', ROOT_RELATIONS)
  text('xl/workbook.xml', workbookXml(sheets.map(({ title }) => title)))
  text('xl/_rels/workbook.xml.rels', relations(sheets.length))
  text('xl/styles.xml', STYLES)
  const output = new PassThrough()
  zip.outputStream.pipe(output)
  for (const [at, { uri }] of sheets.entries()) {
    zip.addReadStreamLazy(`xl/worksheets/sheet${at + 1}.xml`, done => {
      const stream = Readable.from(writer.sheet(uri))
      stream.on('error', error => output.destroy(error))
      done(null, stream)
    })
  }
  zip.end()
  return output
}

class SheetWriter {
  size = 0
  readonly #ctx: RunContext
  readonly #options: Rendered<typeof properties>
  readonly #format: (value: DateTime) => string

  constructor(ctx: RunContext, options: Rendered<typeof properties>) {
    this.#ctx = ctx
    this.#options = options
    const date = compileDateFormat(options.dateFormat)
    const time = compileDateFormat(options.timeFormat)
    const dateTime = compileDateFormat(options.dateTimeFormat)
    const zone = getZone(options.timeZoneId)
    this.#format = value => {
      const moment = toMoment(value, zone)
      if (moment === undefined) return value.text
      if (value.type === 'local-date') return date(moment)
      return value.type === 'local-time' ? time(moment) : dateTime(moment)
    }
  }

  async *sheet(uri: string): AsyncGenerator<string> {
    yield '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetData>'
    let columns: readonly string[] | undefined
    let number = 0
    for await (const rows of readIonBatches(await this.#ctx.files.open(uri))) {
      this.#ctx.signal.throwIfAborted()
      let xml = ''
      for (const row of rows) {
        if (columns === undefined && isMap(row)) columns = [...mapKeys(row)]
        if (number === 0 && columns !== undefined && this.#options.header)
          xml += this.#row(++number, columns, this.#options.styles ? 1 : 0)
        xml += this.#row(++number, cellsOf(row, columns), 0)
        this.size++
      }
      if (number > ROWS_MAX)
        throw new TaskError(`a sheet has at most ${ROWS_MAX} rows; write a CSV file, or split the rows`)
      yield xml
    }
    yield '</sheetData></worksheet>'
  }

  #row(number: number, values: readonly Value[], style: number): string {
    const cells = values.map((value, at) => this.#cell(`${columnName(at)}${number}`, value, style))
    return `<row r="${number}">${cells.join('')}</row>`
  }

  #cell(reference: string, value: Value, style: number): string {
    if (value === null) return ''
    const start = `<c r="${reference}"${style === 0 ? '' : ` s="${style}"`}`
    if (typeof value === 'boolean') return `${start} t="b"><v>${value ? 1 : 0}</v></c>`
    if (isNumber(value) && isExactInExcel(plainText(value))) return `${start}><v>${plainText(value)}</v></c>`
    const text = this.#textOf(value)
    if (text.length > CELL_CHARS_MAX)
      throw new TaskError(`the cell ${reference} would have more than ${CELL_CHARS_MAX} characters`)
    return `${start} t="inlineStr"><is><t xml:space="preserve">${escapeXml(text)}</t></is></c>`
  }

  #textOf(value: Value): string {
    if (value instanceof DateTime) return this.#format(value)
    return isList(value) || isMap(value) ? encodeValue(value) : plainText(value)
  }
}

function cellsOf(row: Value, columns: readonly string[] | undefined): readonly Value[] {
  if (isList(row)) return row
  if (!isMap(row)) throw new TaskError(`a row is neither a map nor a list: ${encodeValue(row).slice(0, 100)}`)
  return (columns ?? [...mapKeys(row)]).map(column => mapGet(row, column) ?? null)
}

/** Excel keeps fifteen digits. */
function isExactInExcel(text: string): boolean {
  return (
    /^[+-]?[\d.]+(?:E[+-]?\d+)?$/i.test(text) &&
    text.replace(/E.*$/i, '').replace(/\D/g, '').replace(/^0+/, '').length <= 15
  )
}
