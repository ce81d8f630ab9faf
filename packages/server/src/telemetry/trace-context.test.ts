import assert from 'node:assert/strict'
import { test } from 'node:test'
import { attemptSpanId, executionSpanId, isTraceparent, traceOf, traceparentOf } from './trace-context.ts'

const GIVEN = '00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01'

test('a header is taken when it is one of the W3C', () => {
  assert.ok(isTraceparent(GIVEN))
  assert.ok(isTraceparent(`01${GIVEN.slice(2)}-more`))
  const wrong = [
    '',
    GIVEN.toUpperCase(),
    `ff${GIVEN.slice(2)}`,
    GIVEN.replace('4bf92f3577b34da6a3ce929d0e0e4736', '0'.repeat(32)),
    GIVEN.replace('00f067aa0ba902b7', '0'.repeat(16)),
    GIVEN.slice(0, -1),
  ]
  for (const text of wrong) assert.equal(isTraceparent(text), false, text)
})

test('an execution belongs to the trace of its caller, or to one made from the first of its tree', () => {
  assert.deepEqual(traceOf({ id: 'e2', rootId: 'e1', traceparent: GIVEN }, 0), {
    traceId: '4bf92f3577b34da6a3ce929d0e0e4736',
    callerSpanId: '00f067aa0ba902b7',
    isSampled: true,
  })
  const root = traceOf({ id: 'e1', rootId: 'e1' }, 1)
  assert.match(root.traceId, /^[0-9a-f]{32}$/)
  assert.deepEqual(traceOf({ id: 'e2', rootId: 'e1' }, 1), root)
  assert.notEqual(traceOf({ id: 'e3', rootId: 'e3' }, 1).traceId, root.traceId)
})

test('a caller who does not record is obeyed', () => {
  assert.equal(traceOf({ id: 'e', rootId: 'e', traceparent: `${GIVEN.slice(0, -2)}00` }, 1).isSampled, false)
})

test('of the traces that begin here the part is recorded that was asked for', () => {
  let sampled = 0
  for (let count = 0; count < 4_000; count++)
    if (traceOf({ id: 'e', rootId: `e${count}` }, 0.25).isSampled) sampled += 1

  assert.ok(Math.abs(sampled - 1_000) < 100, String(sampled))
  assert.equal(traceOf({ id: 'e', rootId: 'e' }, 0).isSampled, false)
})

test('a task goes on with the span of its attempt', () => {
  const place = { run: 3, attempt: 1 }
  const span = attemptSpanId('e', 3, 1)

  assert.equal(
    traceparentOf({ id: 'e', rootId: 'e', traceparent: GIVEN }, place, undefined),
    `00-4bf92f3577b34da6a3ce929d0e0e4736-${span}-01`,
  )
  assert.equal(traceparentOf({ id: 'e', rootId: 'e' }, place, undefined), undefined)
  assert.match(traceparentOf({ id: 'e', rootId: 'e' }, place, 1) ?? '', new RegExp(`^00-[0-9a-f]{32}-${span}-01$`))
})

test('no two spans of an execution are the same', () => {
  const ids = [executionSpanId('e', 1), executionSpanId('e', 2), attemptSpanId('e', 0, 0), attemptSpanId('e', 0, 1)]

  assert.equal(new Set([...ids, attemptSpanId('e', 1, 0)]).size, 5)
})
