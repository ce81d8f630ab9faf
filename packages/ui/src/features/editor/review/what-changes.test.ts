import assert from 'node:assert/strict'
import { test } from 'node:test'
import { whatChanges } from './what-changes.ts'

const BEFORE = `id: a
namespace: b
inputs:
  - { id: region, type: STRING, defaults: EU }
  - { id: day, type: DATE }
outputs:
  - { id: rows, type: INT, value: 1 }
tasks: []
triggers:
  - { id: nightly, type: io.kestra.plugin.core.trigger.Schedule, cron: "0 2 * * *" }
  - { id: hook, type: io.kestra.plugin.core.trigger.Webhook, key: k }
`

test('a schedule that moves, one that comes and one that goes are told; the others are not', () => {
  const moved = whatChanges(BEFORE, BEFORE.replace('0 2', '0 3'))
  const gone = whatChanges(BEFORE, BEFORE.replace(/^ {2}- \{ id: nightly.*\n/m, ''))
  const same = whatChanges(BEFORE, BEFORE.replace('key: k', 'key: other'))

  assert.deepEqual(
    moved.schedules.map(({ id, before, after }) => [id, before?.['cron'], after?.['cron']]),
    [['nightly', '0 2 * * *', '0 3 * * *']],
  )
  assert.deepEqual([gone.schedules[0]?.before?.['id'], gone.schedules[0]?.after], ['nightly', undefined])
  assert.deepEqual(same.schedules, [])
})

test('what callers pass in vain, must pass from now on and read in vain is told', () => {
  const after = BEFORE.replace('id: region, type: STRING, defaults: EU', 'id: zone, type: STRING').replace(
    /outputs:\n.*\n/,
    '',
  )

  const { inputsGone, inputsNeeded, outputsGone } = whatChanges(BEFORE, after)

  assert.deepEqual([inputsGone, inputsNeeded, outputsGone], [['region'], ['zone'], ['rows']])
})

test('a text that cannot be read says nothing', () => {
  assert.deepEqual(whatChanges('a: [', '- 1').schedules, [])
})
