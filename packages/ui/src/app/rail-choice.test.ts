import assert from 'node:assert/strict'
import { test } from 'node:test'
import { orderRail, readRailChoice } from './rail-choice.ts'

const ITEMS = ['home', 'flows', 'logs', 'preferences'].map(id => ({ id }))
const ids = (text: string | undefined): readonly string[] => orderRail(ITEMS, readRailChoice(text)).map(({ id }) => id)

test('the rail is ordered and shortened as somebody chose', () => {
  assert.deepEqual(ids(undefined), ['home', 'flows', 'logs', 'preferences'])
  assert.deepEqual(ids('{"order":["logs","home"],"hidden":["flows","preferences"]}'), ['logs', 'home', 'preferences'])
  assert.deepEqual(ids('[1'), ['home', 'flows', 'logs', 'preferences'])
})
