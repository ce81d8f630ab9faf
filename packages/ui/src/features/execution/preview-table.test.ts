import assert from 'node:assert/strict'
import { test } from 'node:test'
import { tableOf } from './preview-table.ts'

test('CSV keeps separators, line ends and quotes in quotes', () => {
  assert.deepEqual(tableOf('TEXT', 'csv', 'id,name\r\n1,"a, ""b""\nc"\n2,d'), {
    columns: ['id', 'name'],
    rows: [
      ['1', 'a, "b"\nc'],
      ['2', 'd'],
    ],
  })
})

test('rows of records have the columns of all of them', () => {
  assert.deepEqual(tableOf('LIST', 'ion', [{ a: 1 }, { b: { c: 2 } }]), {
    columns: ['a', 'b'],
    rows: [
      ['1', ''],
      ['', '{"c":2}'],
    ],
  })
})

test('a line of JSON that was cut is left out; a text is no table', () => {
  assert.deepEqual(tableOf('TEXT', 'jsonl', '{"a":1}\n{"a":'), { columns: ['a'], rows: [['1']] })
  assert.equal(tableOf('TEXT', 'txt', 'a,b'), undefined)
})
