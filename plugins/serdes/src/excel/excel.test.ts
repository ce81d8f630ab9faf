import assert from 'node:assert/strict'
import { test } from 'node:test'
import { ZipFile } from 'yazl'
import { bytesAt, bytesOf, convert, openTestRun } from '../testing/convert.ts'
import { excelToIon } from './excel-to-ion.ts'
import { ionToExcel } from './ion-to-excel.ts'

const BOOK: Readonly<Record<string, string>> = {
  'xl/workbook.xml':
    '<workbook xmlns:r="r"><workbookPr/><sheets><sheet name="Orders" sheetId="1" r:id="rId1"/><sheet name="More" sheetId="2" r:id="rId2"/></sheets></workbook>',
  'xl/_rels/workbook.xml.rels':
    '<Relationships><Relationship Id="rId1" Target="worksheets/sheet1.xml"/><Relationship Id="rId2" Target="/xl/worksheets/sheet2.xml"/></Relationships>',
  'xl/sharedStrings.xml':
    '<sst><si><t>id</t></si><si><r><t>na</t></r><r><t>me</t></r></si><si><t>A &amp; B</t></si><si><t>day</t><rPh><t>x</t></rPh></si></sst>',
  'xl/styles.xml':
    '<styleSheet><numFmts><numFmt numFmtId="164" formatCode="yyyy\\-mm\\-dd hh:mm"/></numFmts><cellStyleXfs><xf numFmtId="1"/></cellStyleXfs><cellXfs><xf numFmtId="0"/><xf numFmtId="14"/><xf numFmtId="164"/><xf numFmtId="4"/></cellXfs></styleSheet>',
  'xl/worksheets/sheet1.xml':
    '<worksheet><sheetData><row r="1"><c r="A1" t="s"><v>0</v></c><c r="B1" t="s"><v>1</v></c><c r="C1" t="s"><v>3</v></c><c r="E1" t="inlineStr"><is><t>sum</t></is></c></row>' +
    '<row r="2"><c r="A2"><v>1</v></c><c r="B2" t="s"><v>2</v></c><c r="C2" s="1"><v>45351</v></c><c r="D2" t="b"><v>1</v></c><c r="E2" s="3"><f>A2*1234.5</f><v>1234.5</v></c></row>' +
    '<row r="4"><c r="A4"><v>2</v></c><c r="C4" s="2"><v>45351.75</v></c></row></sheetData></worksheet>',
  'xl/worksheets/sheet2.xml':
    '<x:worksheet xmlns:x="x"><x:sheetData><x:row><x:c><x:v>7</x:v></x:c></x:row></x:sheetData></x:worksheet>',
}

async function bookOf(parts: Readonly<Record<string, string>>): Promise<Buffer> {
  const zip = new ZipFile()
  for (const [path, text] of Object.entries(parts)) zip.addBuffer(Buffer.from(text), path)
  zip.end()
  const chunks: Uint8Array[] = []
  for await (const chunk of zip.outputStream) chunks.push(chunk as Uint8Array)
  return Buffer.concat(chunks)
}

test('sheets become files of rows: shared and inline texts, dates, booleans, rows and cells that are not there', async t => {
  const run = await openTestRun(t)

  const result = await convert(run, excelToIon, await bookOf(BOOK))

  assert.equal(result.message, undefined)
  const uris = result.outputs['uris'] as Record<string, string>
  assert.deepEqual(Object.keys(uris), ['Orders', 'More'])
  assert.equal(
    (await bytesAt(run, uris['Orders'] ?? '')).toString(),
    `{"id":1,"name":"A & B","day":LocalDate::"2024-02-29","D":true,"sum":1234.5e0}
{"id":null,"name":null,"day":null,"D":null,"sum":null}
{"id":2,"name":null,"day":LocalDateTime::"2024-02-29T18:00:00","D":null,"sum":null}
`,
  )
  assert.equal(result.outputs['size'], 3)
})

test('cells are given as shown, as formulas, as serial numbers; rows are skipped; a sheet that is not there is said', async t => {
  const run = await openTestRun(t)
  const book = await bookOf(BOOK)
  const lines = async (properties: Record<string, unknown>): Promise<string[]> => {
    const result = await convert(run, excelToIon, book, { sheetsTitle: ['Orders'], ...properties } as never)
    const uris = result.outputs['uris'] as Record<string, string>
    return (await bytesAt(run, uris['Orders'] ?? '')).toString().trim().split('\n')
  }

  assert.equal(
    (await lines({ valueRender: 'FORMATTED_VALUE', skipEmptyRows: true }))[1],
    '{"id":"2","name":null,"day":"2024-02-29 18:00","D":null,"sum":null}',
  )
  assert.match((await lines({ valueRender: 'FORMATTED_VALUE' }))[0] ?? '', /"sum":"1,234\.50"/)
  assert.match(
    (await lines({ valueRender: 'FORMULA', dateTimeRender: 'SERIAL_NUMBER' }))[0] ?? '',
    /"day":45351,.*"sum":"A2\*1234\.5"/,
  )
  assert.equal((await lines({ header: false, skipRows: 3 }))[0], '[2,null,LocalDateTime::"2024-02-29T18:00:00"]')
  const missing = await convert(run, excelToIon, book, { sheetsTitle: ['Nothing'] })
  assert.equal(missing.message, 'there is no sheet "Nothing"; the file has "Orders", "More"')
  const old = await convert(run, excelToIon, 'not a zip')
  assert.match(old.message ?? '', /is no Excel file of today \(\.xlsx\)/)
})

test('rows go to Excel and back; what Excel would round is a text', async t => {
  const run = await openTestRun(t)
  const rows =
    '{"id":1,"name":"<Ada> & \\"Co\\"","price":12.30,"wide":9007199254740993,"ok":true,"none":null,"deep":{"a":[1]}}\n'

  const written = await convert(run, ionToExcel, rows, { sheetsTitle: 'Some rows' })
  const read = await convert(run, excelToIon, await bytesOf(run, written))

  assert.equal(written.outputs['size'], 1)
  const uris = read.outputs['uris'] as Record<string, string>
  assert.equal(
    (await bytesAt(run, uris['Some rows'] ?? '')).toString(),
    '{"id":1,"name":"<Ada> & \\"Co\\"","price":12.3e0,"wide":"9007199254740993","ok":true,"none":null,"deep":"{\\"a\\":[1]}"}\n',
  )
  const title = await convert(run, ionToExcel, rows, { sheetsTitle: 'a/b' })
  assert.match(title.message ?? '', /a sheet cannot be called "a\/b"/)
})

test('a part that was made to fill the memory is refused before it is read', async t => {
  const run = await openTestRun(t)
  const long = `<sst><si><t>${' '.repeat(65 * 2 ** 20)}</t></si></sst>`

  const result = await convert(run, excelToIon, await bookOf({ ...BOOK, 'xl/sharedStrings.xml': long }))

  assert.match(result.message ?? '', /"xl\/sharedStrings.xml" of the Excel file grows to more than 200 times its size/)
})
