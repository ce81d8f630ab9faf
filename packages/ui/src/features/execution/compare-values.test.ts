import assert from 'node:assert/strict'
import { test } from 'node:test'
import { changeOf, valueText, withoutIds } from './compare-values.ts'

test('files that differ by the id of their execution only are the same', () => {
  const differences = [
    { path: 'tasks.a.outputs.uri', left: 'kestra:///x/L/a.csv', right: 'kestra:///x/R/a.csv' },
    { path: 'inputs.region', left: 'EU', right: 'US' },
  ]

  assert.deepEqual(
    withoutIds(differences, ['L', 'R']).map(({ path }) => path),
    ['inputs.region'],
  )
})

test('a change of length is told when it is notable', () => {
  assert.equal(changeOf(100, 164), '+64 %')
  assert.equal(changeOf(200, 100), '−50 %')
  assert.equal(changeOf(100, 105), undefined)
  assert.equal(changeOf(null, 105), undefined)
})

test('what is not there says so', () => {
  assert.equal(valueText(undefined, 'not there'), 'not there')
  assert.equal(valueText(null, 'not there'), 'null')
})
