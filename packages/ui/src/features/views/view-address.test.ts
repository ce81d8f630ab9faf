import assert from 'node:assert/strict'
import { test } from 'node:test'
import { addressOf, isSameQuery, queryOf, viewIdOf } from './view-address.ts'

test('a view is its filter, order and chart, and not what is open at the moment', () => {
  const pairs = [...new URLSearchParams('filters[state][IN]=FAILED,WARNING&run=choose&view=x&nochart=true')]

  assert.equal(queryOf(pairs), 'filters[state][IN]=FAILED,WARNING&nochart=true')
  assert.equal(
    addressOf('/executions', queryOf(pairs), 'mine'),
    '/executions?filters[state][IN]=FAILED,WARNING&nochart=true&view=mine',
  )
})

test('the order of parameters says nothing', () => {
  assert.ok(isSameQuery('a=1&b=2', 'b=2&a=1'))
  assert.ok(!isSameQuery('a=1', 'a=2'))
})

test('the id of a view is made of its name', () => {
  assert.equal(viewIdOf('Failed this wéek!', '7f'), 'failed-this-we-ek-7f')
  assert.equal(viewIdOf('日本', '7f'), 'view-7f')
})
