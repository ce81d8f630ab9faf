import assert from 'node:assert/strict'
import { test } from 'node:test'
import { csvText } from './csv.ts'

test('a cell that a spreadsheet would take for a formula is a text', () => {
  const formulas = ['=1+1', '+1', '@SUM(A1)', '\tx', '\r=x', "-2+3+cmd|' /C calc'!A0", '-x']

  for (const formula of formulas) assert.ok(/^"?'/.test(csvText([[formula]])), JSON.stringify(formula))
})

test('numbers stay numbers, and what would end a cell does not', () => {
  assert.equal(csvText([['-5', '-0.25', '-1e-7', 'a-b', '']]), '-5,-0.25,-1e-7,a-b,\r\n')
  assert.equal(csvText([['a,b', 'say "x"', 'two\nlines']]), '"a,b","say ""x""","two\nlines"\r\n')
})
