// Who is cut off, and who is not, by a clock that is moved by hand. Over real connections: bounds.test.ts.
import assert from 'node:assert/strict'
import { IncomingMessage } from 'node:http'
import { Socket } from 'node:net'
import { test, type TestContext } from 'node:test'
import { cutSlowBodies, forgetBody, noteBody } from './slow-bodies.ts'

const LOOK_MS = 10

interface World {
  look(): void
  body(): IncomingMessage
}

function openWorld(t: TestContext): World {
  let nowMs = 0
  let due: (() => void) | undefined
  const platform = {
    ...{ nowMs: () => nowMs, elapsedMs: () => nowMs, defer: setImmediate },
    at: (_atMs: number, run: () => void) => {
      due = run
      return () => (due = undefined)
    },
  }
  const noted: IncomingMessage[] = []
  t.after(cutSlowBodies(platform, { lookEveryMs: LOOK_MS, graceMs: 3 * LOOK_MS, bytesPerSecondMin: 1 }))
  t.after(() => noted.forEach(forgetBody))
  return {
    look: () => {
      nowMs += LOOK_MS
      due?.()
    },
    body: () => {
      const incoming = new IncomingMessage(new Socket())
      noteBody(incoming)
      noted.push(incoming)
      return incoming
    },
  }
}

test('a body of which nothing comes is cut off once its time is up, and not before', t => {
  const { look, body } = openWorld(t)
  const { socket } = body()

  for (let looks = 0; looks < 3; looks++) look()
  assert.equal(socket.destroyed, false)
  look()

  assert.equal(socket.destroyed, true)
})

test('one that has ended is left alone, and each has its own time', t => {
  const { look, body } = openWorld(t)
  const [ended, first] = [body(), body()]
  forgetBody(ended)
  look()
  const later = body()

  for (let looks = 0; looks < 3; looks++) look()

  assert.deepEqual([ended.socket.destroyed, first.socket.destroyed, later.socket.destroyed], [false, true, false])
})
