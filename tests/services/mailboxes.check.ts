// The triggers for mail against Dovecot, by IMAP and by POP3.
import assert from 'node:assert/strict'
import { after, before, test, type TestContext } from 'node:test'
import {
  bindProperties,
  createTestRunContext,
  PollFound,
  type PollingTriggerDefinition,
  type RealtimeTriggerDefinition,
  type Value,
} from '@batuta/plugin-sdk'
import { triggers } from '@batuta/notifications'
import { startDovecot, type Dovecot } from './dovecot.mjs'

const polling = triggers.find(({ kind }) => kind === 'polling trigger') as PollingTriggerDefinition
const realtime = triggers.find(({ kind }) => kind === 'realtime trigger') as RealtimeTriggerDefinition

/** Letters stay as they are. */
const NOT_TOLD = (): Promise<void> => Promise.reject(new Error('nothing is to be told'))

let dovecot: Dovecot

before(async () => {
  dovecot = await startDovecot()
})
after(() => dovecot.stop())

function placeOf(protocol: string): Readonly<Record<string, Value>> {
  const port = protocol === 'IMAP' ? dovecot.imapPort : dovecot.pop3Port
  return { protocol, port, host: '127.0.0.1', username: 'ada', password: 'secret', ssl: false }
}

async function look(
  t: TestContext,
  written: Readonly<Record<string, Value>>,
  mark?: Value,
): Promise<PollFound | undefined> {
  const { ctx, close } = await createTestRunContext()
  t.after(close)
  const found = await polling.evaluate(ctx, bindProperties(polling.properties, written, ctx), mark, NOT_TOLD)
  assert.ok(found === undefined || found instanceof PollFound)
  return found
}

for (const protocol of ['IMAP', 'POP3']) {
  test(`${protocol}: a poll gives letters that came after the first look, once`, async t => {
    dovecot.deliver('before')
    const first = await look(t, placeOf(protocol))
    assert.ok(first && first.outputs === undefined)
    assert.equal(await look(t, placeOf(protocol), first.mark), undefined)

    dovecot.deliver('one')
    dovecot.deliver('two')
    const second = await look(t, placeOf(protocol), first.mark)

    assert.ok(second)
    const emails = (second.outputs ?? {})['emails'] as readonly { subject: string; body: string; from: string }[]
    assert.deepEqual(emails.map(({ subject }) => subject).sort(), ['one', 'two'])
    assert.equal(emails[0]?.from, 'Bob <bob@example.com>')
    assert.match(emails[0].body, /^letter \d+$/)
    assert.equal(await look(t, placeOf(protocol), second.mark), undefined)
  })

  test(`${protocol}: a watch gives every letter, and goes on behind its mark`, async t => {
    const { ctx: probe, close: closeProbe } = await createTestRunContext()
    t.after(closeProbe)
    const end = await polling.evaluate(
      probe,
      bindProperties(polling.properties, placeOf(protocol), probe),
      undefined,
      NOT_TOLD,
    )
    assert.ok(end instanceof PollFound)
    const watch = async (mark: Value | undefined, subjects: readonly string[]): Promise<Value | undefined> => {
      const stop = new AbortController()
      const { ctx, close } = await createTestRunContext({ signal: stop.signal })
      t.after(close)
      const given: unknown[] = []
      let last: Value | undefined = mark
      const written = { ...placeOf(protocol), interval: 'PT0.2S' }
      const watching = realtime.consume(
        ctx,
        bindProperties(realtime.properties, written, ctx),
        (events, after) => {
          given.push(...events.map(event => event['subject']))
          last = after
          if (given.length === subjects.length) stop.abort()
          return Promise.resolve()
        },
        mark,
      )
      for (const subject of subjects) dovecot.deliver(subject)
      await assert.rejects(watching)
      assert.deepEqual([...given].sort(), [...subjects].sort())
      return last
    }

    const mark = await watch(end.mark, ['a', 'b'])
    await watch(mark, ['c'])
  })

  test(`${protocol}: whoever is refused is told so, without the password`, async t => {
    await assert.rejects(look(t, { ...placeOf(protocol), password: 'S3CRET' }), error => {
      assert.ok(error instanceof Error)
      assert.match(error.message, /uthentication failed|refused PASS/)
      assert.doesNotMatch(error.message, /S3CRET/)
      return true
    })
  })
}

test('IMAP: a folder that is not there is named', async t => {
  await assert.rejects(
    look(t, { ...placeOf('IMAP'), folder: 'Ghost' }),
    /the mailbox "Ghost" of 127\.0\.0\.1 cannot be opened/,
  )
})
