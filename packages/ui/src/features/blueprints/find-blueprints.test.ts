import assert from 'node:assert/strict'
import { test } from 'node:test'
import { findBlueprints, plainWords, topicsOf } from './find-blueprints.ts'

const blueprint = (id: string, more: object = {}): Parameters<typeof findBlueprints>[0][number] => ({
  ...{ id, title: id, description: '', includedTasks: [], tags: [] },
  ...more,
})

const ALL = [
  blueprint('loop', { description: 'goes on until it is done', tags: ['loops'] }),
  blueprint('until', { includedTasks: ['io.kestra.plugin.core.flow.LoopUntil'], tags: ['loops', 'waiting'] }),
  blueprint('approve', { tags: ['waiting'] }),
]
const idsOf = (found: readonly { readonly id: string }[]): readonly string[] => found.map(({ id }) => id)

test('every word must be somewhere, and titles come before the rest', () => {
  assert.deepEqual(idsOf(findBlueprints(ALL, { text: 'until', tag: undefined })), ['until', 'loop'])
  assert.deepEqual(idsOf(findBlueprints(ALL, { text: 'UNTIL goes', tag: undefined })), ['loop'])
  assert.deepEqual(idsOf(findBlueprints(ALL, { text: '', tag: 'waiting' })), ['until', 'approve'])
  assert.deepEqual(idsOf(findBlueprints(ALL, { text: 'nothing', tag: undefined })), [])
})

test('topics are counted, the largest first', () => {
  assert.deepEqual(topicsOf(ALL), [
    { tag: 'loops', count: 2 },
    { tag: 'waiting', count: 2 },
  ])
})

test('a list shows the words of a description', () => {
  assert.equal(plainWords('look at *Outputs*, then\nat `a * b`'), 'look at Outputs, then at a * b')
})
