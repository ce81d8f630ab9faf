import assert from 'node:assert/strict'
import { test } from 'node:test'
import { countStates, queryOfFit, splitByFit, whyNot } from './possible-actions.ts'

const rows = ['FAILED', 'RUNNING', 'FAILED'].map(current => ({ state: { current } }))

test('what the state forbids is told with the reason', () => {
  assert.equal(whyNot('kill', 'RUNNING'), undefined)
  assert.equal(whyNot('kill', 'SUCCESS'), 'It is success; only what goes on can be killed.')
})

test('an action over many leaves alone what it cannot be done to', () => {
  const { fit, skipped } = splitByFit('restart', rows)

  assert.equal(fit.length, 2)
  assert.equal(skipped.length, 1)
})

test('states are counted in words', () => {
  assert.equal(countStates(rows), '2 failed, 1 running')
})

test('the query of an action over all names only states that it can be done in', () => {
  const query = { 'filters[namespace][PREFIX]': 'company' } as const

  assert.deepEqual(queryOfFit('restart', query), { ...query, 'filters[state][IN]': 'FAILED' })
  assert.deepEqual(queryOfFit('restart', { 'filters[state][NOT_IN]': 'SUCCESS,FAILED' }), undefined)
  assert.deepEqual(queryOfFit('replay', query), query)
})
