import assert from 'node:assert/strict'
import { test } from 'node:test'
import { layerEntries } from './layer-entries.ts'
import { namespaceLines } from './namespace-tree.ts'

const FACTS = [
  { id: 'a', flows: 1, runs: 2, failures: 0 },
  { id: 'a-c', flows: 0, runs: 0, failures: 0 },
  { id: 'a.b', flows: 3, runs: 5, failures: 1 },
  { id: 'a.b.c', flows: 2, runs: 1, failures: 1 },
]

test('a namespace counts what is below it', () => {
  const lines = namespaceLines(FACTS, new Set(), '')

  assert.deepEqual(
    lines.map(({ id, depth, flows, flowsBelow, failures, hasChildren }) => [
      id,
      depth,
      flows,
      flowsBelow,
      failures,
      hasChildren,
    ]),
    [
      ['a', 0, 1, 6, 2, true],
      ['a.b', 1, 3, 5, 2, true],
      ['a.b.c', 2, 2, 2, 1, false],
      ['a-c', 0, 0, 0, 0, false],
    ],
  )
})

test('what is folded hides what is below it', () => {
  assert.deepEqual(
    namespaceLines(FACTS, new Set(['a.b']), '').map(({ id }) => id),
    ['a', 'a.b', 'a-c'],
  )
})

test('a text is looked for everywhere, folded or not', () => {
  assert.deepEqual(
    namespaceLines(FACTS, new Set(['a']), 'B.C').map(({ name, depth }) => [name, depth]),
    [['a.b.c', 0]],
  )
})

test('what a namespace says goes before what those above say', () => {
  const entries = layerEntries([
    { namespace: 'a.b', entries: [['region', 'EU']] },
    {
      namespace: 'a',
      entries: [
        ['region', 'US'],
        ['rate', 2],
      ],
    },
  ])

  assert.deepEqual(
    entries.map(({ name, namespace, hides, isHidden }) => [name, namespace, hides, isHidden]),
    [
      ['rate', 'a', undefined, false],
      ['region', 'a.b', 'a', false],
      ['region', 'a', undefined, true],
    ],
  )
})
