import assert from 'node:assert/strict'
import { test } from 'node:test'
import { createTestRunContext, runTask } from '@batuta/plugin-sdk'
import { openRun } from '../testing/capture-server.ts'
import { makeCertificate, startMailServer, USER } from '../testing/mail-server.ts'
import { mailExecution, mailSend } from './mail-send.ts'

const PLAIN = { host: '127.0.0.1', transportStrategy: 'SMTP', from: 'Batuta <batuta@example.com>' }

test('a mail reaches all, with its texts, a file and a picture', async t => {
  const { port, letters } = await startMailServer(t)
  const run = await openRun(t)
  const uri = await run.ctx.files.put('a,b\n1,2\n')
  const picture = await run.ctx.files.put(Buffer.from([1, 2, 3]))

  const result = await runTask(
    mailSend,
    {
      ...{ ...PLAIN, port, ...USER, to: 'ada@example.com, Bob <bob@example.com>', cc: 'cleo@example.com' },
      ...{ subject: 'Grüße {{ 1 + 1 }}', htmlTextContent: '<p>ü <img src="cid:p.png"></p>', plainTextContent: 'ü' },
      attachments: [{ uri, name: 'report.csv', contentType: 'text/csv' }],
      embeddedImages: JSON.stringify([{ uri: picture, name: 'p.png', contentType: 'image/png' }]),
    },
    run,
  )

  assert.equal(result.state, 'SUCCESS', result.message)
  const [letter] = letters
  assert.ok(letter)
  assert.deepEqual(letter.recipients, ['ada@example.com', 'bob@example.com', 'cleo@example.com'])
  assert.equal(letter.user, USER.username)
  assert.equal(letter.subject, 'Grüße 2')
  assert.equal(letter.from, 'Batuta <batuta@example.com>')
  assert.equal(letter.body, 'ü')
  assert.deepEqual(letter.attachments.map(({ filename, contentType, size }) => [filename, contentType, size]).sort(), [
    ['p.png', 'image/png', 3],
    ['report.csv', 'text/csv', 8],
  ])
  assert.match(letter.raw, /Content-Id: <p\.png>/i)
})

test('encrypted from the start, and after a hello; the certificate counts unless the host is trusted', async t => {
  const certificate = makeCertificate(t)
  const wrapped = await startMailServer(t, { secure: true, ...certificate })
  const upgraded = await startMailServer(t, { ...certificate })
  const run = await openRun(t)
  const mail = { host: '127.0.0.1', from: 'a@example.com', to: 'b@example.com', subject: 's', plainTextContent: 't' }

  const refused = await runTask(mailSend, { ...mail, port: wrapped.port }, run)
  const trusted = await runTask(mailSend, { ...mail, port: wrapped.port, trustedHosts: ['127.0.0.1'] }, run)
  const later = await runTask(
    mailSend,
    { ...mail, port: upgraded.port, transportStrategy: 'SMTP_TLS', trustedHosts: ['127.0.0.1'] },
    run,
  )
  const wrong = await runTask(mailSend, { ...mail, port: upgraded.port, sessionTimeout: 1_000 }, run)

  assert.match(refused.message ?? '', /could not be sent by 127\.0\.0\.1: .*self-signed.*trustedHosts/)
  assert.equal(trusted.state, 'SUCCESS', trusted.message)
  assert.equal(later.state, 'SUCCESS', later.message)
  assert.equal(wrapped.letters[0]?.isSecure, true)
  assert.equal(upgraded.letters[0]?.isSecure, true)
  assert.match(wrong.message ?? '', /check transportStrategy and port/)
})

test('what keeps a mail from being sent is said, without the password', async t => {
  const { port, letters } = await startMailServer(t)
  const run = await openRun(t)
  const mail = { ...PLAIN, port, to: 'b@example.com' }

  const login = await runTask(mailSend, { ...mail, username: 'batuta', password: 'S3CRET' }, run)
  const nobody = await runTask(mailSend, { ...mail, to: 'nobody@example.com' }, run)
  const gone = await runTask(mailSend, { ...mail, port: 1 }, run)
  const noTo = await runTask(mailSend, { ...PLAIN, port }, run)
  const noFile = await runTask(mailSend, { ...mail, attachments: [{ uri: 'kestra:///gone.csv' }] }, run)

  assert.match(login.message ?? '', /Invalid username or password.*check username and password/)
  assert.match(nobody.message ?? '', /there is nobody/)
  assert.match(gone.message ?? '', /ECONNREFUSED/)
  assert.equal(noTo.message, 'property "to" is missing')
  assert.equal(noFile.state, 'FAILED')
  assert.match(noFile.message ?? '', /gone\.csv/)
  assert.equal(letters.length, 0)
  assert.ok(!JSON.stringify(run.logs).includes('S3CRET') && !login.message?.includes('S3CRET'))
})

test('where a task may not connect to, no mail leaves', async t => {
  const { port, letters } = await startMailServer(t)
  const run = await createTestRunContext({
    egress: { mode: 'none', allow: [], deny: [], isPrivateOpen: false, isLoopbackOpen: false },
  })
  t.after(() => run.close())

  const result = await runTask(mailSend, { ...PLAIN, port, to: 'b@example.com' }, run)

  assert.match(result.message ?? '', /may not be called/)
  assert.equal(letters.length, 0)
})

test('a mail about an execution tells how it ended', async t => {
  const { port, letters } = await startMailServer(t)

  const result = await runTask(
    mailExecution,
    { ...PLAIN, port, to: 'b@example.com', customFields: { team: 'data' }, customMessage: '<look>' },
    await openRun(t),
  )

  assert.equal(result.state, 'SUCCESS', result.message)
  const [letter] = letters
  assert.equal(letter?.subject, 'company.data.load ended FAILED after PT1M3S')
  assert.match(letter.body, /First failed task: copy\n.*Last task: clean\nteam: data/s)
  assert.match(letter.raw, /&lt;look&gt;/)
})
