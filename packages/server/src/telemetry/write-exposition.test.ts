import assert from 'node:assert/strict'
import { test } from 'node:test'
import { counter, gauge, histogram } from './family.ts'
import { Histogram, Timer } from './histogram.ts'
import { writeExposition } from './write-exposition.ts'

test('each family is told with its help and type, and labels are escaped', () => {
  const text = writeExposition([
    counter({ name: 'a_total', help: 'Two\nlines \\ here.' }, [
      { labels: { flow: 'a"b\\c\nd', state: 'SUCCESS' }, value: 3 },
    ]),
    gauge({ name: 'b', help: 'Plain.' }, 0.5),
  ])

  assert.equal(
    text,
    '# HELP a_total Two\\nlines \\\\ here.\n# TYPE a_total counter\n' +
      'a_total{flow="a\\"b\\\\c\\nd",state="SUCCESS"} 3\n# HELP b Plain.\n# TYPE b gauge\nb 0.5\n',
  )
})

test('a family without samples is not mentioned, and tags are on every sample', () => {
  const text = writeExposition(
    [counter({ name: 'none_total', help: '' }, []), counter({ name: 'a_total', help: 'A.' }, 1)],
    { region: 'eu' },
  )

  assert.equal(text, '# HELP a_total A.\n# TYPE a_total counter\na_total{region="eu"} 1\n')
})

test('the buckets of a histogram add up, and a value at a bound is within it', () => {
  const seconds = new Histogram([0.1, 1])
  for (const value of [0.05, 0.1, 0.5, 7]) seconds.observe(value)

  const text = writeExposition([histogram({ name: 'd_seconds', help: 'D.' }, [{ of: seconds }])])

  assert.deepEqual(text.trim().split('\n').slice(2), [
    'd_seconds_bucket{le="0.1"} 2',
    'd_seconds_bucket{le="1"} 3',
    'd_seconds_bucket{le="+Inf"} 4',
    'd_seconds_sum 7.65',
    'd_seconds_count 4',
  ])
})

test('the greatest value of a timer is forgotten after a minute or two', () => {
  const timer = new Timer()
  timer.add(9)
  timer.add(2)

  assert.deepEqual([timer.count, timer.sum], [2, 11])
  assert.deepEqual(
    [1e9, 1e9 + 30_000, 1e9 + 61_000, 1e9 + 62_000].map(nowMs => timer.maxAt(nowMs)),
    [9, 9, 0, 0],
  )
})
