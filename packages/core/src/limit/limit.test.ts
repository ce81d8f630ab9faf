import assert from 'node:assert/strict'
import { test } from 'node:test'
import { foldLimit, hasRoom, nextGranted, positionOf, putMember, removeMember, type LimitFold } from './limit.ts'

test('places go to those that came first, and a place that is left goes to the next', () => {
  const { folds, wait, hold } = limits('f')
  hold('a', 'f')
  wait('c', 'f')
  wait('b', 'f')
  const limitOf = (): number => 1

  assert.equal(nextGranted(folds, limitOf, 'f'), undefined)
  assert.deepEqual([positionOf(folds('f'), 'c'), positionOf(folds('f'), 'b')], [1, 2])
  removeMember(folds('f'), 'a')
  assert.equal(nextGranted(folds, limitOf, 'f')?.executionId, 'c')
})

test('nobody who comes new goes before those that wait', () => {
  const { folds, wait } = limits('f')
  wait('a', 'f')

  assert.equal(
    hasRoom(folds, () => 1, { keys: ['f'], share: 'f' }),
    false,
  )
  assert.equal(
    hasRoom(folds, () => 1, { keys: ['f'], share: 'g' }),
    true,
  )
})

test('a pool shares its places evenly among the flows that wait', () => {
  const { folds, wait } = limits('pool')
  for (const id of ['a1', 'a2', 'a3']) wait(id, 'a', ['pool'])
  wait('b1', 'b', ['pool'])

  assert.deepEqual(
    grantAll(folds, () => 3, 'pool'),
    ['a1', 'b1', 'a2'],
  )
})

test('whoever waits for another limit as well is passed over, and keeps its place', () => {
  const { folds, wait, hold } = limits('pool', 'a')
  hold('a0', 'a', ['a'])
  wait('a1', 'a', ['a', 'pool'])
  wait('b1', 'b', ['pool'])
  const limitOf = (): number => 1

  assert.deepEqual(grantAll(folds, limitOf, 'pool'), ['b1'])
  removeMember(folds('a'), 'a0')
  assert.equal(nextGranted(folds, limitOf, 'a'), undefined)
  removeMember(folds('pool'), 'b1')
  assert.equal(nextGranted(folds, limitOf, 'pool')?.executionId, 'a1')
})

test('the fold of the rows is the fold that was', () => {
  const { folds, wait, hold } = limits('f')
  hold('a', 'f')
  wait('b', 'f')
  wait('c', 'f')
  removeMember(folds('f'), 'a')
  const next = nextGranted(folds, () => 1, 'f')
  if (next) putMember(folds('f'), { ...next, isHolding: true })

  assert.deepEqual(foldLimit('f', [...folds('f').members.values()].reverse()), folds('f'))
})

interface Limits {
  folds(key: string): LimitFold
  wait(executionId: string, share: string, keys?: readonly string[]): void
  hold(executionId: string, share: string, keys?: readonly string[]): void
}

function limits(...names: readonly string[]): Limits {
  const known = new Map(names.map(name => [name, foldLimit(name, [])]))
  let rank = 0
  const folds = (key: string): LimitFold => known.get(key) ?? foldLimit(key, [])
  const put = (executionId: string, share: string, keys: readonly string[], isHolding: boolean): void => {
    rank += 1
    for (const limitKey of keys) putMember(folds(limitKey), { limitKey, executionId, isHolding, rank, share, keys })
  }
  return {
    folds,
    wait: (id, share, keys = [share]) => put(id, share, keys, false),
    hold: (id, share, keys = [share]) => put(id, share, keys, true),
  }
}

function grantAll(folds: Limits['folds'], limitOf: () => number, key: string): readonly string[] {
  const granted: string[] = []
  for (let next = nextGranted(folds, limitOf, key); next; next = nextGranted(folds, limitOf, key)) {
    granted.push(next.executionId)
    for (const limitKey of next.keys) putMember(folds(limitKey), { ...next, limitKey, isHolding: true })
  }
  return granted
}
