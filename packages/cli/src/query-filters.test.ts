import assert from 'node:assert/strict'
import { test } from 'node:test'
import { CommandError } from './exit-code.ts'
import { filterQuery } from './query-filters.ts'

test('fields are taken as kestractl writes them and as the API does', () => {
  assert.deepEqual(filterQuery(['FLOW_ID:EQUALS:greet', 'startDate:GREATER_THAN:2031-04-05T06:07:08Z']), {
    'filters[flowId][EQUALS]': 'greet',
    'filters[startDate][GREATER_THAN]': '2031-04-05T06:07:08Z',
  })
})

test('a label is narrowed by its name', () => {
  assert.deepEqual(filterQuery(['LABELS:EQUALS:team=data']), { 'filters[labels][EQUALS][team]': 'data' })
})

test('what is no filter is refused', () => {
  assert.throws(() => filterQuery(['STATE']), CommandError)
})
