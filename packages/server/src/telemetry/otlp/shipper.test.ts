import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Posted } from './post.ts'
import { Shipper } from './shipper.ts'

interface Collector {
  readonly shipper: Shipper
  readonly bodies: string[]
  readonly notices: string[]
  answer: () => Promise<Posted>
  /** Lets the time pass until the next alarm, and what follows from it happen. */
  tick(): Promise<void>
  readonly nextInMs: number
}

const TAKEN: Posted = { status: 200, text: '{}', retryAfterMs: undefined }

function open(): Collector {
  let nowMs = 0
  let alarms: { readonly atMs: number; readonly run: () => void }[] = []
  const bodies: string[] = []
  const notices: string[] = []
  const shipper = new Shipper({
    signal: 'traces',
    envelope: { before: '[', after: ']' },
    post: body => {
      bodies.push(body)
      return collector.answer()
    },
    nowMs: () => nowMs,
    at: (atMs, run) => {
      const alarm = { atMs, run }
      alarms.push(alarm)
      return () => {
        alarms = alarms.filter(other => other !== alarm)
      }
    },
    random: () => 1,
    onNotice: message => notices.push(message),
  })
  const collector: Collector = {
    shipper,
    bodies,
    notices,
    answer: () => Promise.resolve(TAKEN),
    get nextInMs() {
      return Math.min(...alarms.map(alarm => alarm.atMs)) - nowMs
    },
    tick: async () => {
      const [next] = alarms.toSorted((left, right) => left.atMs - right.atMs)
      assert.ok(next, 'nothing is waited for')
      nowMs = next.atMs
      alarms = alarms.filter(alarm => alarm !== next)
      next.run()
      await new Promise(resolve => setImmediate(resolve))
    },
  }
  return collector
}

function offer({ shipper }: Collector, count: number): void {
  for (let number = 0; number < count; number++) shipper.offer(() => String(number))
}

test('records go together, a second after the first', async () => {
  const collector = open()

  offer(collector, 3)
  assert.equal(collector.nextInMs, 1_000)
  await collector.tick()

  assert.deepEqual(collector.bodies, ['[0,1,2]'])
  const { sent, dropped, queued } = collector.shipper.figures
  assert.deepEqual([sent, dropped, queued], [3, 0, 0])
})

test('a full batch goes at once', async () => {
  const collector = open()

  offer(collector, 600)
  await new Promise(resolve => setImmediate(resolve))

  assert.equal(collector.bodies.length, 1)
  assert.equal(collector.shipper.figures.queued, 88)
})

test('while the collector is away, records wait, too many are dropped and counted, and it is told once', async () => {
  const collector = open()
  collector.answer = () => Promise.reject(new Error('refused'))

  offer(collector, 20_000)
  await new Promise(resolve => setImmediate(resolve))
  for (let attempt = 0; attempt < 8; attempt++) await collector.tick()

  const { sent, dropped, queued, failures } = collector.shipper.figures
  assert.deepEqual([sent, dropped, queued, failures], [0, 20_000 - 8_192, 8_192, 9])
  assert.equal(collector.nextInMs, 30_000)
  assert.equal(collector.notices.length, 1)
})

test('when it is back, what waited goes', async () => {
  const collector = open()
  collector.answer = () => Promise.resolve({ status: 503, text: '', retryAfterMs: 5_000 })
  offer(collector, 2)
  await collector.tick()
  assert.equal(collector.nextInMs, 5_000)
  collector.answer = () => Promise.resolve(TAKEN)

  await collector.tick()

  assert.deepEqual([collector.shipper.figures.sent, collector.shipper.figures.dropped], [2, 0])
  assert.deepEqual(collector.notices.at(-1), 'the collector takes traces again')
})

test('what it refuses for good is dropped and counted, and what it takes in part, too', async () => {
  const collector = open()
  collector.answer = () => Promise.resolve({ status: 400, text: 'no', retryAfterMs: undefined })
  offer(collector, 2)
  await collector.tick()
  collector.answer = () =>
    Promise.resolve({ ...TAKEN, text: '{"partialSuccess":{"rejectedSpans":"1","errorMessage":"x"}}' })
  offer(collector, 3)
  await collector.tick()

  const { sent, dropped, failures } = collector.shipper.figures
  assert.deepEqual([sent, dropped, failures], [2, 3, 1])
})

test('no record is made for which there is no room', async () => {
  const collector = open()
  collector.answer = () => new Promise(() => {})
  let made = 0

  for (let count = 0; count < 10_000; count++) collector.shipper.offer(() => `${(made += 1)}`)

  assert.equal(made, 8_192)
})

test('when the server stops the rest goes, and one that does not answer is not waited for', async () => {
  const collector = open()
  offer(collector, 3)
  await collector.shipper.stop()
  assert.deepEqual(collector.bodies, ['[0,1,2]'])

  const silent = open()
  silent.answer = () => new Promise(() => {})
  offer(silent, 3)
  const stopped = silent.shipper.stop()
  await silent.tick()
  await stopped
  assert.equal(silent.shipper.figures.dropped, 3)
})
