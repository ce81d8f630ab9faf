import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { judgeFilter, type Filter, type FilterField } from './filter.ts'
import { parseFilterText, printFilterText } from './filter-text.ts'
import { filterQuery, readFilterPairs, writeFilterPairs } from './filter-url.ts'
import { isoLengthOf, parseLengthMs, parseMomentMs, shortLengthOf } from './moments.ts'

const NOW = Date.parse('2026-11-20T12:00:00Z')
const FIELDS: readonly FilterField[] = [
  {
    name: 'state',
    param: 'state',
    label: 'State',
    type: 'word',
    ops: ['EQUALS', 'IN', 'NOT_EQUALS', 'NOT_IN'],
    values: ['FAILED', 'WARNING', 'SUCCESS'],
  },
  { name: 'ns', param: 'namespace', label: 'Namespace', type: 'word', ops: ['EQUALS', 'PREFIX'] },
  {
    name: 'flow',
    param: 'flowId',
    label: 'Flow',
    type: 'word',
    ops: ['EQUALS', 'STARTS_WITH', 'NOT_STARTS_WITH', 'REGEX'],
  },
  { name: 'label', param: 'labels', label: 'Label', type: 'map', ops: ['EQUALS', 'NOT_EQUALS'] },
  { name: 'dur', param: 'duration', label: 'Duration', type: 'duration', ops: ['GREATER_THAN', 'LESS_THAN'] },
  {
    name: 'start',
    param: 'startDate',
    label: 'Started',
    type: 'date',
    ops: ['GREATER_THAN_OR_EQUAL_TO', 'LESS_THAN_OR_EQUAL_TO'],
  },
]

const parse = (text: string): readonly Filter[] => parseFilterText(text, FIELDS)
const print = (filters: readonly Filter[]): string => printFilterText(filters, FIELDS)
const toUrl = (text: string): string =>
  writeFilterPairs(parse(text), FIELDS)
    .map(pair => pair.join('='))
    .join('&')

test('the example of the filter bar becomes the address that Kestra knows', () => {
  assert.equal(
    toUrl('state:failed,warning ns:company.* label.team:data -flow:nightly_* dur:>5m start:-24h "timeout"'),
    [
      'filters[state][IN]=FAILED,WARNING',
      'filters[namespace][PREFIX]=company',
      'filters[labels][EQUALS][team]=data',
      'filters[flowId][NOT_STARTS_WITH]=nightly_',
      'filters[duration][GREATER_THAN]=PT5M',
      'filters[timeRange][EQUALS]=PT24H',
      'filters[q][EQUALS]=timeout',
    ].join('&'),
  )
})

test('text, chips and address say the same', () => {
  const text = 'state:failed,warning ns:company.* label.team:"a b" -flow:nightly_* dur:>5m start:-1d timeout at night'
  const filters = parse(text)

  assert.equal(print(filters), text)
  assert.deepEqual(readFilterPairs(writeFilterPairs(filters, FIELDS), FIELDS), structuredClone(filters))
})

test('any filter that can be built survives the way through text and address', () => {
  const value = fc
    .stringMatching(/^[a-z0-9_:"\\. -]{1,12}$/)
    .filter(text => text.trim() === text && !text.includes('..'))
  const plain = value.filter(text => !/^[<>=!~^*]/.test(text) && !text.endsWith('*'))
  const filter = fc.oneof(
    fc.constant({ field: 'state', op: 'IN', values: ['FAILED', 'SUCCESS'] }),
    fc.record({ field: fc.constant('ns'), op: fc.constant('EQUALS'), values: fc.tuple(plain) }),
    fc.record({ field: fc.constant('flow'), op: fc.constantFrom('STARTS_WITH', 'REGEX'), values: fc.tuple(plain) }),
    fc.record({
      field: fc.constant('label'),
      key: fc.stringMatching(/^[a-z][a-z.-]{0,6}$/),
      op: fc.constantFrom('EQUALS', 'NOT_EQUALS'),
      values: fc.tuple(plain),
    }),
  ) as fc.Arbitrary<Filter>

  fc.assert(
    fc.property(fc.array(filter, { maxLength: 5 }), filters => {
      assert.deepEqual(parse(print(filters)), structuredClone(filters))
      assert.deepEqual(readFilterPairs(writeFilterPairs(filters, FIELDS), FIELDS), structuredClone(filters))
    }),
    { numRuns: 500 },
  )
})

test('addresses of 0.20 are read', () => {
  const filters = readFilterPairs(
    [
      ['state', 'FAILED'],
      ['namespace', 'company'],
      ['timeRange', 'PT24H'],
      ['labels', 'team:data'],
      ['page', '2'],
    ],
    FIELDS,
  )

  assert.equal(print(filters), 'state:failed ns:company.* start:-1d label.team:data')
})

test('a parameter of 0.20 that comes several times is one list', () => {
  const filters = readFilterPairs(
    [
      ['state', 'FAILED'],
      ['labels', 'team:data'],
      ['state', 'WARNING'],
      ['labels', 'tier:gold'],
    ],
    FIELDS,
  )

  assert.equal(print(filters), 'state:failed,warning label.team:data label.tier:gold')
})

test('what nobody knows is named with what was probably meant, and is not sent', () => {
  const filters = parse('stat:failed state:faild ns:company')

  assert.deepEqual(
    filters.map(filter => judgeFilter(filter, FIELDS)?.suggestion),
    ['state', 'failed', undefined],
  )
  assert.deepEqual(filterQuery(filters, FIELDS, NOW), { 'filters[namespace][EQUALS]': 'company' })
})

test('moments are sent as moments', () => {
  const query = filterQuery(parse('start:2026-11-01T00:00:00Z..-1h'), FIELDS, NOW)

  assert.deepEqual(query, {
    'filters[startDate][GREATER_THAN_OR_EQUAL_TO]': '2026-11-01T00:00:00.000Z',
    'filters[startDate][LESS_THAN_OR_EQUAL_TO]': '2026-11-20T11:00:00.000Z',
  })
})

test('lengths and moments are read as people write them', () => {
  assert.deepEqual(['5m', 'PT5M', '1h30m', 'P1D', '90x'].map(parseLengthMs), [
    300_000,
    300_000,
    5_400_000,
    86_400_000,
    undefined,
  ])
  assert.deepEqual([300_000, 5_400_000, 0].map(isoLengthOf), ['PT5M', 'PT1H30M', 'PT0S'])
  assert.equal(shortLengthOf(90_061_000), '1d1h1m1s')
  assert.equal(parseMomentMs('-24h', NOW), NOW - 86_400_000)
  assert.equal(new Date(parseMomentMs('monday', NOW) ?? 0).getDay(), 1)
  assert.equal(parseMomentMs('whenever', NOW), undefined)
})
