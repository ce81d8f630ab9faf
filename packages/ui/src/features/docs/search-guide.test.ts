import assert from 'node:assert/strict'
import { test } from 'node:test'
import { searchGuide } from './search-guide.ts'

const PAGES = [
  {
    id: 'a',
    title: 'One',
    text: '# One\n\nAbout *leases* of nodes.\n\n## Locks and keys\n\n* a key\n* another **lease**\n',
  },
  { id: 'b', title: 'Two', text: '# Two\n\n| what | how |\n|---|---|\n| lease | 10 s |\n' },
]

test('places are found by all their words, under the heading that they stand below', () => {
  const found = searchGuide(PAGES, 'LEASE')

  assert.deepEqual(
    found.map(({ page, heading, anchor, text }) => [page, heading, anchor, text]),
    [
      ['a', 'One', undefined, 'About leases of nodes.'],
      ['a', 'Locks and keys', 'locks-and-keys', 'another lease'],
      ['b', 'Two', undefined, 'lease · 10 s'],
    ],
  )
  assert.deepEqual(searchGuide(PAGES, 'lease nothing'), [])
})

test('a heading that matches is found once and first', () => {
  const found = searchGuide(PAGES, 'locks')

  assert.deepEqual(
    found.map(({ anchor }) => anchor),
    ['locks-and-keys'],
  )
})
