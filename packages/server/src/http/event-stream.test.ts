import assert from 'node:assert/strict'
import { test } from 'node:test'
import { ManualClock } from '../engine/testing/test-engine.ts'
import { countStreams, events } from './event-stream.ts'

const STREAMS_MAX = 2_000

async function* frames(): AsyncGenerator<string> {
  yield 'data: x\n\n'
  await new Promise<void>(() => {})
}

function open(clock: ManualClock): AsyncIterator<unknown> {
  const reply = events(frames(), clock)
  assert.ok(reply.type === 'stream')
  return reply.chunks[Symbol.asyncIterator]()
}

test('beyond the bound a stream is refused, until another one has ended', async () => {
  const clock = new ManualClock()
  const before = countStreams()
  const streams: AsyncIterator<unknown>[] = []
  while (countStreams() < STREAMS_MAX) {
    const stream = open(clock)
    await stream.next()
    streams.push(stream)
  }

  assert.throws(() => open(clock), { status: 429, code: 'too-many-streams' })
  await streams.pop()?.return?.()
  const last = open(clock)
  await last.next()

  for (const stream of [...streams, last]) await stream.return?.()
  assert.equal(countStreams(), before)
})
