import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Signal, ValueMap } from '@batuta/core'
import { weighSignal } from './weigh-signal.ts'

const EMPTY = weighSignal(settledWith({}))

test('a signal weighs about as much as the texts and lists that it brings', () => {
  const text = weighSignal(settledWith({ text: 'x'.repeat(1_000_000) }))
  const list = weighSignal(settledWith({ list: Array.from({ length: 100 }, () => 'x'.repeat(1_000)) }))

  assert.ok(text - EMPTY > 1_000_000 && text - EMPTY < 1_001_000, `${text - EMPTY}`)
  assert.ok(list - EMPTY > 100_000 && list - EMPTY < 105_000, `${list - EMPTY}`)
})

test('of a large value a part is looked at, and the rest is taken to be like it', () => {
  const rows = Array.from({ length: 100_000 }, () => ({ name: 'x'.repeat(68) }))

  const weight = weighSignal(settledWith({ rows }))

  const expected = rows.length * (32 + 32 + 68)
  assert.ok(Math.abs(weight - EMPTY - expected) < expected / 10, `${weight} and not about ${expected}`)
})

function settledWith(outputs: ValueMap): Signal {
  const times = { startedMs: 1, endedMs: 2 }
  return { type: 'settled', executionId: 'e1', run: 0, epoch: 1, state: 'SUCCESS', outputs, ...times }
}
