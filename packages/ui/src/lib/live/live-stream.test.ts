import assert from 'node:assert/strict'
import { test } from 'node:test'
import { LiveStream, type LiveFrame, type LiveWish, type StreamState, type StreamWorld } from './live-stream.ts'

/** The other end of the wire: what the browser's EventSource and fetch would do. */
function newWire(): {
  readonly stream: LiveStream
  readonly states: StreamState[]
  readonly frames: LiveFrame[]
  readonly asked: { readonly add: readonly LiveWish[]; readonly remove: readonly string[] }[]
  hello(topics?: readonly string[]): void
  frame(topic: string): void
  lose(isClosed: boolean): void
  pass(ms: number): void
  opened(): number
} {
  const states: StreamState[] = []
  const frames: LiveFrame[] = []
  const asked: { readonly add: readonly LiveWish[]; readonly remove: readonly string[] }[] = []
  const timers = new Set<{ ms: number; readonly run: () => void }>()
  let ears: Parameters<StreamWorld['open']>[0] = { onFrame: () => undefined, onBroken: () => undefined }
  let count = 0
  const stream = new LiveStream(
    {
      open: given => {
        ears = given
        count += 1
        return () => undefined
      },
      change: async (_, body) => {
        asked.push(body)
        return await Promise.resolve(true)
      },
      later: (ms, run) => {
        const timer = { ms, run }
        timers.add(timer)
        return () => timers.delete(timer)
      },
    },
    { onState: state => states.push(state), onFrame: frame => frames.push(frame) },
  )
  return {
    stream,
    states,
    frames,
    asked,
    hello: (topics = []) => ears.onFrame(JSON.stringify({ topic: 'live', type: 'hello', clientId: 'c1', topics })),
    frame: topic => ears.onFrame(JSON.stringify({ topic, type: 'delta' })),
    lose: isClosed => ears.onBroken(isClosed),
    pass: ms => {
      for (const timer of [...timers]) {
        timer.ms -= ms
        if (timer.ms > 0) continue
        timers.delete(timer)
        timer.run()
      }
    },
    opened: () => count,
  }
}

test('what was wished for before the stream is open is asked for when it is', () => {
  const wire = newWire()
  wire.stream.add({ topic: 'list:a', query: 'x=1' })
  wire.stream.start()

  wire.hello()
  wire.stream.add({ topic: 'counts' })
  wire.stream.remove('list:a')
  wire.frame('counts')

  assert.deepEqual(wire.asked, [
    { add: [{ topic: 'list:a', query: 'x=1' }], remove: [] },
    { add: [{ topic: 'counts' }], remove: [] },
    { add: [], remove: ['list:a'] },
  ])
  assert.deepEqual(wire.states, ['catching-up', 'live'])
  assert.deepEqual(wire.frames, [{ topic: 'counts', type: 'delta' }])
})

test('a stream that goes on brings its topics along; those that nobody wants any more are let go', () => {
  const wire = newWire()
  wire.stream.start()
  wire.hello()
  wire.stream.add({ topic: 'counts' })
  wire.lose(false)

  wire.hello(['counts', 'inbox'])

  assert.deepEqual(wire.asked.at(-1), { add: [], remove: ['inbox'] })
  assert.deepEqual(wire.states, ['catching-up', 'live', 'catching-up', 'live'])
})

test('where the stream is refused pages poll, and the stream is tried again', () => {
  const wire = newWire()
  wire.stream.start()
  wire.lose(true)
  wire.pass(1_000)
  wire.lose(true)

  assert.equal(wire.opened(), 2)
  assert.equal(wire.states.at(-1), 'polling')
  wire.pass(2_000)
  wire.hello()
  assert.equal(wire.opened(), 3)
  assert.equal(wire.states.at(-1), 'live')
})

test('a stream from which nothing comes makes pages poll', () => {
  const wire = newWire()
  wire.stream.start()

  wire.pass(4_000)

  assert.deepEqual(wire.states, ['catching-up', 'polling'])
})

test('a browser that tries again and again in vain does not keep pages from polling', () => {
  const wire = newWire()
  wire.stream.start()
  wire.hello()

  for (let tries = 0; tries < 3; tries += 1) {
    wire.lose(false)
    wire.pass(3_000)
  }

  assert.deepEqual(wire.states, ['catching-up', 'live', 'catching-up', 'catching-up', 'polling'])
  wire.hello()
  assert.equal(wire.states.at(-1), 'live')
})
