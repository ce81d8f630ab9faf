import assert from 'node:assert/strict'
import { test, type TestContext } from 'node:test'
import { bindProperties, createTestRunContext, PollFound } from '@batuta/plugin-sdk'
import type { TaskOutputs, Value } from '@batuta/plugin-sdk'
import { startPop3Server } from '../../testing/pop3-server.ts'
import { mailReceivedTrigger, realTimeTrigger } from './mail-triggers.ts'

/** Letters stay as they are. */
const NOT_TOLD = (): Promise<void> => Promise.reject(new Error('nothing is to be told'))

const LETTER = (subject: string): string =>
  `From: Ada <ada@example.com>\r\nTo: bob@example.com\r\nSubject: ${subject}\r\nDate: Fri, 02 Jan 2026 03:04:05 +0100\r\n\r\n.dots\r\nend`

async function look(t: TestContext, written: object, mark?: Value): Promise<TaskOutputs | PollFound | undefined> {
  const { ctx, close } = await createTestRunContext()
  t.after(close)
  const props = bindProperties(mailReceivedTrigger.properties, { protocol: 'POP3', ssl: false, ...written }, ctx)
  return await mailReceivedTrigger.evaluate(ctx, props, mark, NOT_TOLD)
}

const PLACE = { host: '127.0.0.1', username: 'bob', password: 'secret' }

test('letters that come after the first look are given once', async t => {
  const { port, letters } = await startPop3Server(t)
  letters.set('u1', LETTER('old'))
  const first = await look(t, { ...PLACE, port })
  letters.set('u2', LETTER('new'))
  letters.set('u3', LETTER('newer'))

  assert.ok(first instanceof PollFound && first.outputs === undefined)
  const second = await look(t, { ...PLACE, port }, first.mark)
  assert.ok(second instanceof PollFound)
  letters.delete('u1')
  const third = await look(t, { ...PLACE, port }, second.mark)

  assert.equal(second.outputs?.['total'], 2)
  const outputs = second.outputs ?? {}
  const [mail] = outputs['emails'] as readonly Record<string, unknown>[]
  assert.deepEqual(mail, {
    ...{ subject: 'new', from: 'Ada <ada@example.com>', to: ['bob@example.com'], cc: [], bcc: [] },
    ...{ date: '2026-01-02T02:04:05.000Z', body: '.dots\nend', messageId: undefined, attachments: [] },
  })
  assert.equal((outputs['latestEmail'] as { subject: string }).subject, 'newer')
  assert.equal(third, undefined)
})

test('a watch gives every letter with the position behind it', async t => {
  const { port, letters } = await startPop3Server(t)
  letters.set('u1', LETTER('one'))
  letters.set('u2', LETTER('two'))
  const stop = new AbortController()
  const { ctx, close } = await createTestRunContext({ signal: stop.signal })
  t.after(close)
  const props = bindProperties(
    realTimeTrigger.properties,
    { ...PLACE, port, protocol: 'POP3', ssl: false, interval: 'PT0.01S' },
    ctx,
  )
  const given: [unknown, Value | undefined][] = []

  await assert.rejects(
    realTimeTrigger.consume(
      ctx,
      props,
      ([event], mark) => {
        given.push([event?.['subject'], mark])
        if (given.length === 2) letters.set('u3', LETTER('three'))
        if (given.length === 3) stop.abort()
        return Promise.resolve()
      },
      '',
    ),
  )

  assert.deepEqual(
    given.map(([subject]) => subject),
    ['one', 'two', 'three'],
  )
  assert.deepEqual(
    given.map(([, mark]) => String(mark).split(' ').length),
    [1, 2, 3],
  )
})

test('a server that refuses is quoted, without the password', async t => {
  const { port } = await startPop3Server(t)

  await assert.rejects(look(t, { ...PLACE, port, password: 'S3CRET' }), {
    message: 'the mail server refused PASS: wrong password',
  })
  await assert.rejects(look(t, { ...PLACE, port: 1 }), /ECONNREFUSED/)
})
