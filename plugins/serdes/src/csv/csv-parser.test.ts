import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { CsvParser } from './csv-parser.ts'
import type { CsvDialect, CsvRecord } from './csv-parser.ts'
import { lineWriter } from './csv-writer.ts'
import type { QuoteMode } from './csv-writer.ts'

const DIALECT: CsvDialect = {
  fieldSeparator: ',',
  textDelimiter: '"',
  allowExtraCharsAfterClosingQuote: false,
  maxFieldSize: 1000,
  maxBufferSize: 1000,
}

function parse(text: string, size: number, dialect: CsvDialect = DIALECT): readonly CsvRecord[] {
  const parser = new CsvParser(dialect)
  const records: CsvRecord[] = []
  for (let at = 0; at < text.length; at += size) records.push(...parser.feed(text.slice(at, at + size)))
  return [...records, ...parser.feed('', true)]
}

const field = fc.string({ unit: fc.constantFrom('a', 'é', '"', ',', '\n', '\r', ' ', '😀'), maxLength: 6 })
const rows = fc.array(fc.array(field, { minLength: 1, maxLength: 4 }), { maxLength: 6 })

test('what is written is read back, however the text is cut', () => {
  fc.assert(
    fc.property(
      rows,
      fc.integer({ min: 1, max: 9 }),
      fc.constantFrom<QuoteMode>('ALWAYS', 'REQUIRED'),
      (table, size, quoteMode) => {
        const write = lineWriter({ fieldSeparator: ',', textDelimiter: '"', lineDelimiter: '\n', quoteMode })
        const text = table.map(row => write(row.map(value => ({ text: value, isNumber: false })))).join('')

        const records = parse(text, size)

        assert.deepEqual(
          records.map(record => record.fields),
          table,
        )
        assert.ok(records.every(record => record.flaw === undefined))
      },
    ),
  )
})

test('any text at all is read the same, however it is cut', () => {
  const text = fc.string({ unit: fc.constantFrom('a', '"', ',', '\n', '\r'), maxLength: 30 })
  fc.assert(
    fc.property(text, fc.integer({ min: 1, max: 9 }), fc.boolean(), (file, size, allows) => {
      const dialect = { ...DIALECT, allowExtraCharsAfterClosingQuote: allows }

      assert.deepEqual(parse(file, size, dialect), parse(file, 1000, dialect))
    }),
  )
})

test('records know the lines that they begin on', () => {
  const lines = parse('a\n"b\nc"\r\nd\r"e"x\nf', 100).map(({ line, flaw }) => [line, flaw !== undefined])

  assert.deepEqual(lines, [
    [1, false],
    [2, false],
    [4, false],
    [5, true],
    [6, false],
  ])
})
