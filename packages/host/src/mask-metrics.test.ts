import assert from 'node:assert/strict'
import { test } from 'node:test'
import { SecretMask } from '@batuta/plugin-sdk'
import { maskMetrics } from './mask-metrics.ts'

test('names and tags of measurements hold no secret', () => {
  const mask = new SecretMask()
  mask.add('s3cr3t-token')
  const metric = {
    ...{ name: 'of s3cr3t-token', type: 'counter' as const, value: 1 },
    tags: { 's3cr3t-token': 'x', bearer: 's3cr3t-token' },
  }

  const [masked] = maskMetrics([metric], mask)

  assert.equal(masked?.name, 'of ******')
  assert.deepEqual(masked.tags, { '******': 'x', bearer: '******' })
  assert.equal(masked.value, 1)
})
