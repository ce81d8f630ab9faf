import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { TestContext } from 'node:test'
import { createTestRunContext, runTask } from '@batuta/plugin-sdk'
import type { TestResult, TestRun, ValueMap } from '@batuta/plugin-sdk'
import { csvToIon } from './csv-to-ion.ts'
import { ionToCsv } from './ion-to-csv.ts'

async function openRun(t: TestContext): Promise<TestRun> {
  const run = await createTestRunContext()
  t.after(() => run.close())
  return run
}

interface Converted {
  readonly result: TestResult
  readonly text: string
}

async function convert(
  run: TestRun,
  task: typeof csvToIon | typeof ionToCsv,
  source: string | Uint8Array,
  properties: ValueMap = {},
): Promise<Converted> {
  const from = await run.ctx.files.put(source, { extension: '.txt' })
  const result = await runTask(task as typeof csvToIon, { from, ...properties }, run)
  const text = result.state === 'FAILED' ? '' : await run.ctx.files.readText(String(result.outputs['uri']))
  return { result, text }
}

test('CSV becomes one map of texts per row', async t => {
  const run = await openRun(t)

  const { result, text } = await convert(
    run,
    csvToIon,
    '\ufeffid,name,note\r\n1,"Müller, Jo ""JM""",\\N\r\n2,"two\nlines",\r\n',
  )

  assert.equal(text, '{"id":"1","name":"Müller, Jo \\"JM\\"","note":null}\n{"id":"2","name":"two\\nlines","note":""}\n')
  assert.equal(result.outputs['size'], 2)
  assert.match(String(result.outputs['uri']), /\.ion$/)
  assert.deepEqual(
    result.metrics.map(({ name, type, value }) => ({ name, type, value })),
    [{ name: 'records', type: 'counter', value: 2 }],
  )
})

test('without a header rows are lists; separators and quotes can be others', async t => {
  const run = await openRun(t)

  const { text } = await convert(run, csvToIon, "1;'a;b';c\n2;d;e", {
    header: 'false',
    fieldSeparator: ';',
    textDelimiter: "'",
  })

  assert.equal(text, '["1","a;b","c"]\n["2","d","e"]\n')
})

test('rows are skipped before the header, empty ones on request', async t => {
  const run = await openRun(t)
  const file = '"report\nof today"\nid,name\n\n1,a\n\n'

  const kept = await convert(run, csvToIon, file, { skipRows: 1 })
  const skipped = await convert(run, csvToIon, file, { skipRows: 1, skipEmptyRows: true })

  assert.equal(kept.text, '{"id":""}\n{"id":"1","name":"a"}\n{"id":""}\n')
  assert.equal(skipped.text, '{"id":"1","name":"a"}\n')
})

test('a row with another number of fields fails the task, is left out, or is kept, as asked', async t => {
  const run = await openRun(t)
  const file = 'a,b\n1,2\n3\n4,5,6\n7,8\n'

  const failed = await convert(run, csvToIon, file)
  const warned = await convert(run, csvToIon, file, { onBadLines: 'WARN' })
  const skipped = await convert(run, csvToIon, file, { onBadLines: 'skip' })
  const tolerated = await convert(run, csvToIon, file, { errorOnDifferentFieldCount: false })
  const refused = await convert(run, csvToIon, file, { onBadLines: 'SKIP', errorOnDifferentFieldCount: true })

  assert.match(failed.result.message ?? '', /^line 3 is no row of the table: it has 1 fields, the first row 2/)
  assert.equal(warned.text, '{"a":"1","b":"2"}\n{"a":"7","b":"8"}\n')
  assert.deepEqual(
    run.logs.map(line => `${line.level} ${line.message}`),
    [
      'WARN line 3 is left out: it has 1 fields, the first row 2',
      'WARN line 4 is left out: it has 3 fields, the first row 2',
    ],
  )
  assert.equal(skipped.text, warned.text)
  assert.equal(tolerated.text, '{"a":"1","b":"2"}\n{"a":"3"}\n{"a":"4","b":"5"}\n{"a":"7","b":"8"}\n')
  assert.equal(refused.result.state, 'FAILED')
})

test('text after a closing quote is a flaw unless it is allowed', async t => {
  const run = await openRun(t)
  const file = 'a,b\n"x"y,1\nz,2\n'

  const failed = await convert(run, csvToIon, file)
  const skipped = await convert(run, csvToIon, file, { onBadLines: 'SKIP' })
  const allowed = await convert(run, csvToIon, file, { allowExtraCharsAfterClosingQuote: true })
  const open = await convert(run, csvToIon, 'a,b\n"x,1\n')

  assert.match(failed.result.message ?? '', /line 2 .*`y` follows a closing quote/)
  assert.equal(skipped.text, '{"a":"z","b":"2"}\n')
  assert.equal(allowed.text, '{"a":"xy","b":"1"}\n{"a":"z","b":"2"}\n')
  assert.match(open.result.message ?? '', /a quote is never closed/)
})

test('columns without a name are dropped at the end or get one', async t => {
  const run = await openRun(t)
  const file = 'a,,b,\n1,2,3,4\n'

  const dropped = await convert(run, csvToIon, file)
  const renamed = await convert(run, csvToIon, file, { onEmptyHeader: 'RENAME' })
  const years = await convert(run, csvToIon, '2020,2019,x,x\n1,2,3,4\n')

  assert.equal(dropped.text, '{"a":"1","":"2","b":"3"}\n')
  assert.equal(renamed.text, '{"a":"1","col_1":"2","b":"3","col_3":"4"}\n')
  assert.equal(years.text, '{"2020":"1","2019":"2","x":"4"}\n')
})

test('files in other character sets and with any line break are read', async t => {
  const run = await openRun(t)
  const latin = Buffer.from('id,name\r1,Müller\r', 'latin1')
  const wide = Buffer.concat([Buffer.from([0xff, 0xfe]), Buffer.from('id,name\n1,Müller\n', 'utf16le')])
  const expected = '{"id":"1","name":"Müller"}\n'

  assert.equal((await convert(run, csvToIon, latin, { charset: 'ISO-8859-1' })).text, expected)
  assert.equal((await convert(run, csvToIon, wide, { charset: 'UTF-16' })).text, expected)
  assert.match(
    (await convert(run, csvToIon, latin, { charset: 'klingon' })).result.message ?? '',
    /no charset "klingon"/,
  )
})

test('a field or a row beyond its bound fails with the property that moves it', async t => {
  const run = await openRun(t)
  const long = 'x'.repeat(100)

  const field = await convert(run, csvToIon, `a\n${long}\n`, { maxFieldSize: 50 })
  const row = await convert(run, csvToIon, `a\n"${long}`.repeat(20), { maxBufferSize: 50 })

  assert.match(field.result.message ?? '', /line 2: a field is longer than 50 characters.*maxFieldSize/)
  assert.match(row.result.message ?? '', /a record is longer than 50 characters.*maxBufferSize/)
})

test('a file that is missing fails by its name', async t => {
  const run = await openRun(t)

  const result = await runTask(csvToIon, { from: 'kestra:///test/nothing.csv' }, run)

  assert.match(result.message ?? '', /there is no file "kestra:\/\/\/test\/nothing.csv"/)
})

const ROWS = `{"id":1,"name":"a,b","price":1.10,"ratio":1.5e0,"ok":true,"none":null,"day":LocalDate::"2024-01-02",\
"time":LocalTime::"03:04:05","at":2024-07-02T03:04:05.678Z,"local":LocalDateTime::"2024-01-02T03:04:05"}
{id:2,name:"say \\"hi\\"",price:5.,ratio:4e0,ok:false,day:2024-02-03,list:[1,{a:b}]}
`

test('rows of Ion become CSV with dates in their formats', async t => {
  const run = await openRun(t)

  const { result, text } = await convert(run, ionToCsv, ROWS, { timeZoneId: 'Europe/Paris' })

  assert.equal(
    text,
    `id,name,price,ratio,ok,none,day,time,at,local
1,"a,b",1.10,1.5,true,,2024-01-02,03:04:05,2024-07-02T05:04:05.678+02:00,2024-01-02T03:04:05.000+01:00
2,"say ""hi""",5,4.0,false,,2024-02-03,,,
`,
  )
  assert.deepEqual(
    run.logs.map(line => line.message),
    ['row 2 has "list", which the first row lacks: such values are left out'],
  )
  assert.equal(result.outputs['size'], 2)
  assert.equal(result.metrics[0]?.value, 2)
})

test('the style of the CSV follows the properties', async t => {
  const run = await openRun(t)
  const rows = '{"n":1,"t":"x","e":"","z":null}\n["l",2]\n'

  const all = await convert(run, ionToCsv, rows, { alwaysDelimitText: true, header: false, lineDelimiter: '\r\n' })
  const words = await convert(run, ionToCsv, rows, {
    quoteMode: 'NON_NUMERIC',
    fieldSeparator: ';',
    textDelimiter: "'",
  })

  assert.equal(all.text, '"1","x","",""\r\n"l","2"\r\n')
  assert.equal(words.text, "'n';'t';'e';'z'\n1;'x';'';''\n'l';2\n")
})

test('patterns of dates are those of Java', async t => {
  const run = await openRun(t)
  const rows = '{"day":LocalDate::"2024-02-03","time":LocalTime::"15:04:05.123","at":2024-02-03T15:04:05.123456Z}\n'
  const formats = {
    header: false,
    dateFormat: "EEEE d MMM yy 'week''s' D[ HH]",
    timeFormat: 'hh:mm a[XXX]',
    dateTimeFormat: 'yyyyMMddHHmmssSSSSSS xx VV',
    timeZoneId: 'Asia/Kolkata',
  }

  const { text } = await convert(run, ionToCsv, rows, formats)
  const failed = await convert(run, ionToCsv, rows, { dateFormat: 'yyyy HH' })

  assert.equal(text, "Saturday 3 Feb 24 week's 34,03:04 PM,20240203203405123456 +0530 Asia/Kolkata\n")
  assert.match(failed.result.message ?? '', /format `yyyy HH` asks for more than a value has/)
})

test('CSV is written in the character set that is asked for', async t => {
  const run = await openRun(t)
  const from = await run.ctx.files.put('{"a":"Müller €"}\n', { extension: '.ion' })
  const bytesIn = async (charset: string): Promise<Buffer> => {
    const { outputs } = await runTask(ionToCsv, { from, charset, header: false }, run)
    const chunks: Uint8Array[] = []
    for await (const chunk of await run.ctx.files.open(String(outputs['uri']))) chunks.push(chunk)
    return Buffer.concat(chunks)
  }

  assert.deepEqual(await bytesIn('ISO-8859-1'), Buffer.from('Müller ?\n', 'latin1'))
  assert.deepEqual(await bytesIn('windows-1252'), Buffer.from('4dfc6c6c657220800a', 'hex'))
  assert.deepEqual((await bytesIn('UTF-16')).subarray(0, 4), Buffer.from('feff004d', 'hex'))
  assert.deepEqual(await bytesIn('UTF-8'), Buffer.from('Müller €\n'))
})

test('rows that are neither maps nor lists, and files that are no Ion, fail', async t => {
  const run = await openRun(t)

  assert.match((await convert(run, ionToCsv, '5\n')).result.message ?? '', /row 1 is neither a map nor a list: 5/)
  assert.match((await convert(run, ionToCsv, '{"a":}\n')).result.message ?? '', /not Ion/)
  assert.match(
    (await convert(run, ionToCsv, '{"a":1}', { timeZoneId: 'Mars' })).result.message ?? '',
    /time zone "Mars"/,
  )
})
