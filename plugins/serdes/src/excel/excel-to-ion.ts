import { defineTask, mapFrom, p, renderAll, TaskError } from '@batuta/plugin-sdk'
import type { Rendered, RunContext } from '@batuta/plugin-sdk'
import { fromProperty } from '../conversion.ts'
import { encodeIon } from '../ion.ts'
import { columnName, readSheet } from './read-sheet.ts'
import type { CellValue } from './read-sheet.ts'
import { openWorkbook } from './workbook.ts'
import type { Sheet, Workbook } from './workbook.ts'

const properties = {
  from: fromProperty('Excel'),
  sheetsTitle: p.list(p.string()).dynamic().group('advanced').title('The sheets to read; all without it.'),
  charset: p
    .string()
    .dynamic()
    .default('UTF-8')
    .group('processing')
    .title('Has no effect: the parts of an Excel file say themselves how they are encoded.'),
  valueRender: p
    .enum('FORMATTED_VALUE', 'UNFORMATTED_VALUE', 'FORMULA')
    .dynamic()
    .default('UNFORMATTED_VALUE')
    .group('advanced')
    .title('Whether cells are given as shown, by their value, or by their formula where they have one.'),
  dateTimeRender: p
    .enum('SERIAL_NUMBER', 'FORMATTED_STRING', 'UNFORMATTED_VALUE')
    .dynamic()
    .default('UNFORMATTED_VALUE')
    .group('advanced')
    .title('Whether dates are given as the number that Excel keeps, as shown, or as dates.'),
  header: p.boolean().dynamic().default(true).group('advanced').title('Whether the first row names the columns.'),
  skipEmptyRows: p.boolean().dynamic().default(false).group('advanced').title('Whether empty rows are left out.'),
  skipRows: p.integer().default(0).group('advanced').title('How many rows are left out at the beginning.'),
}

export const excelToIon = defineTask({
  type: 'io.kestra.plugin.serdes.excel.ExcelToIon',
  title: 'Convert an Excel file into rows: one file for each sheet.',
  description: 'Sheets of any size are read as they come; the texts that sheets share are in memory while they are.',
  properties,
  outputs: [
    { name: 'uris', type: 'map<uri>', description: 'The file of rows of each sheet, by its title.' },
    { name: 'size', type: 'long', description: 'Number of rows in all.' },
  ],
  metrics: [{ name: 'sheets', type: 'counter', description: 'Number of sheets converted.' }],
  examples: [
    {
      title: 'Read a sheet.',
      full: true,
      code: `id: excel_to_ion
namespace: company.team
inputs:
  - id: file
    type: FILE
tasks:
  - id: sheets
    type: io.kestra.plugin.serdes.excel.ExcelToIon
    from: "{{ inputs.file }}"
    sheetsTitle:
      - Orders
  - id: csv
    type: io.kestra.plugin.serdes.csv.IonToCsv
    from: "{{ outputs.sheets.uris.Orders }}"
`,
    },
  ],
  async run(ctx, props) {
    const options = await renderAll(props)
    const path = await ctx.workingDir.createPath('.xlsx')
    await ctx.files.copyTo(options.from, path)
    const book = await openWorkbook(path)
    try {
      const uris = new Map<string, string>()
      let size = 0
      for (const sheet of chosen(book, options.sheetsTitle)) {
        const { uri, rows } = await convert(ctx, { book, sheet }, options)
        uris.set(sheet.name, uri)
        size += rows
      }
      ctx.metrics.counter('sheets', uris.size)
      return { uris: mapFrom(uris), size }
    } finally {
      book.close()
    }
  },
})

function chosen({ sheets }: Workbook, titles: readonly string[] | undefined): readonly Sheet[] {
  if (titles === undefined || titles.length === 0) return sheets
  return titles.map(title => {
    const sheet = sheets.find(({ name }) => name === title)
    if (sheet !== undefined) return sheet
    throw new TaskError(
      `there is no sheet "${title}"; the file has ${sheets.map(({ name }) => `"${name}"`).join(', ')}`,
    )
  })
}

async function convert(
  ctx: RunContext,
  { book, sheet }: { readonly book: Workbook; readonly sheet: Sheet },
  options: Rendered<typeof properties>,
): Promise<{ readonly uri: string; readonly rows: number }> {
  let toSkip = options.skipRows
  let names: readonly string[] | undefined
  let rows = 0
  const lines = async function* (): AsyncGenerator<string> {
    for await (const portion of readSheet(book, sheet, options)) {
      ctx.signal.throwIfAborted()
      let text = ''
      for (const row of portion) {
        if (toSkip > 0) toSkip--
        else if (options.skipEmptyRows && row.every(value => value === null || value === '')) continue
        else if (options.header && names === undefined) names = namesOf(row)
        else {
          rows++
          text += `${encodeIon(names === undefined ? row : named(names, row))}\n`
        }
      }
      if (text !== '') yield text
    }
  }
  return { uri: await ctx.files.put(lines(), { extension: '.ion' }), rows }
}

/** A column without a name is called as Excel calls it. */
function namesOf(row: readonly CellValue[]): readonly string[] {
  return row.map((value, at) => {
    const text = value === null ? '' : typeof value === 'object' ? value.text : String(value)
    return text.trim() === '' ? columnName(at) : text
  })
}

function named(names: readonly string[], row: readonly CellValue[]): ReturnType<typeof mapFrom> {
  const width = Math.max(names.length, row.length)
  return mapFrom(Array.from({ length: width }, (_, at) => [names[at] ?? columnName(at), row[at] ?? null] as const))
}
