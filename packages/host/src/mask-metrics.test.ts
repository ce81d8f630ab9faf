import assert from 'node:assert/strict'
import { test } from 'node:test'
import { SecretMask } from '@batuta/plugin-sdk'
import type { Metric } from '@batuta/plugin-sdk'
import { maskMetrics } from './mask-metrics.ts'

test('a measurement tells no secret: not by its name, its tags or its value', () => {
  const mask = new SecretMask()
  mask.add('4711-geheim')
  mask.add('90210477')
  const metrics: readonly Metric[] = [
    { name: 'of 4711-geheim', type: 'counter', value: 3, tags: { who: 'x 4711-geheim' } },
    { name: 'pin', type: 'counter', value: 90_210_477, tags: {} },
  ]

  assert.deepEqual(maskMetrics(metrics, mask), [
    { name: 'of ******', type: 'counter', value: 3, tags: { who: 'x ******' } },
  ])
})
