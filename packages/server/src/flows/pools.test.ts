import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Flow } from '@batuta/core'
import { trust } from '@batuta/core'
import { homeShardOfLimit, newLimitRules } from './limit-rules.ts'
import { newPools, readConfiguredPools, readSharedLimits, type Pools } from './pools.ts'

const FLOW = { tenant: 'main', namespace: 'a.b', flowId: 'f' }

function poolsOf(namespaces: Parameters<typeof readConfiguredPools>[1], global?: typeof namespaces): Pools {
  return newPools(new Map(), readConfiguredPools(global, namespaces))
}

function rulesOf(concurrency: Flow['concurrency'], pools: Pools): ReturnType<typeof newLimitRules> {
  return newLimitRules({ flowOf: () => trust<Flow>({ ...(concurrency && { concurrency }) }) }, pools)
}

test('a flow is subject to its own limit, to those of its namespaces and to its pool, and all are at home in one place', () => {
  const pools = poolsOf({ a: { concurrency: { limit: 5 } }, x: { concurrency: { limit: 1 } } }, { door: { limit: 2 } })
  const rules = rulesOf({ limit: 3, pool: 'door', behavior: 'QUEUE' }, pools)

  const keys = rules.keysOf(FLOW)

  assert.deepEqual(keys, ['pooled-flow/main/a.b/f', 'namespace/main/a', 'pool/main//door'])
  assert.deepEqual(keys.map(rules.limitOf), [3, 5, 2])
  assert.equal(new Set(keys.map(homeShardOfLimit)).size, 1)
  assert.equal(rules.birthShardOf(FLOW), homeShardOfLimit(keys[0] ?? ''))
})

test('without anything shared, limits stand where they stood', () => {
  assert.deepEqual(rulesOf({ limit: 3, behavior: 'QUEUE' }, poolsOf(undefined)).keysOf(FLOW), ['flow/main/a.b/f'])
  assert.deepEqual(rulesOf(undefined, poolsOf(undefined)).keysOf(FLOW), [])
  assert.deepEqual(rulesOf({ pool: 'none', behavior: 'QUEUE' }, poolsOf(undefined)).keysOf(FLOW), [])
})

test('the nearest pool of a name counts, and what it does not say of its behaviour the flow does', () => {
  const pools = poolsOf(
    {
      a: { concurrencyPools: { door: { limit: 1, behavior: 'FAIL' } } },
      'a.b': { concurrencyPools: { gate: { limit: 4 } } },
    },
    { door: { limit: 9 } },
  )
  const near = rulesOf({ pool: 'door', behavior: 'CANCEL' }, pools)
  const own = rulesOf({ pool: 'gate', behavior: 'CANCEL' }, pools)

  assert.deepEqual(near.keysOf(FLOW), ['pool/main/a/door'])
  assert.equal(near.behaviorOf(FLOW, 'pool/main/a/door'), 'FAIL')
  assert.equal(own.behaviorOf(FLOW, 'pool/main/a.b/gate'), 'CANCEL')
  assert.equal(near.limitOf('pool/main/gone/door'), Infinity)
})

test('what is no limit is refused with its place', () => {
  const refused = (
    concurrency: Parameters<typeof readSharedLimits>[1]['concurrency'],
    pools = {},
  ): RegExp | undefined => {
    try {
      readSharedLimits('a', { concurrency, pools })
      return undefined
    } catch (error) {
      return new RegExp(String(error instanceof Error ? error.message : error))
    }
  }
  assert.match(String(refused({ limit: 0 })), /a\.concurrency\.limit.*whole number from 1/)
  assert.match(String(refused({ limit: 1, behavior: 'WAIT' })), /behavior.*QUEUE, CANCEL or FAIL/)
  assert.match(String(refused(3)), /a\.concurrency cannot be used/)
  assert.match(String(refused(null, { 'a/b': { limit: 1 } })), /concurrencyPools\.a.*letter or digit/)
  assert.equal(readSharedLimits('a', { concurrency: null, pools: undefined }), undefined)
})
