import { definePollingTrigger, defineRealtimeTrigger, PollFound, p } from '@batuta/plugin-sdk'
import type { LazyProperties, RunContext } from '@batuta/plugin-sdk'
import { movedNames } from '../../base/names.ts'
import { openImapMailbox } from './imap-mailbox.ts'
import type { Mailbox } from './mailbox.ts'
import { openPop3Mailbox } from './pop3-mailbox.ts'
import { readLetter, type EmailData } from './read-letter.ts'

const inboxProperties = {
  protocol: p.enum('IMAP', 'POP3').dynamic().default('IMAP').title('What the server speaks.'),
  host: p.string().dynamic().required().title('The server.'),
  port: p
    .integer()
    .dynamic()
    .title('Its port: 993 for IMAP and 995 for POP3 with TLS, 143 and 110 without, unless said.'),
  username: p.string().dynamic().required().title('The user.'),
  password: p.string().dynamic().required().secret().title('The password of the user.'),
  folder: p.string().dynamic().default('INBOX').title('The folder, which POP3 does not know.'),
  ssl: p.boolean().dynamic().default(true).title('Whether the connection is encrypted.'),
  trustAllCertificates: p.boolean().dynamic().default(false).title('Take any certificate of the server.'),
  interval: p.duration().dynamic().default('PT1M').title('Time between two looks.'),
} as const

const EMAIL = 'EmailData{subject, from, to, cc, bcc, date, body, messageId, attachments}'
const ABOUT =
  'Letters that are there when the trigger looks for the first time are passed over. None is changed: they stay unread.'

const polled = movedNames('email.MailReceivedTrigger', 'notifications.mail.MailReceivedTrigger')
const watched = movedNames('email.RealTimeTrigger', 'notifications.mail.RealTimeTrigger')

export const mailReceivedTrigger = definePollingTrigger({
  ...polled,
  title: 'Start the flow when mails have come.',
  description: `One execution is given all letters of a look, at most 100. ${ABOUT}`,
  properties: inboxProperties,
  outputs: [
    { name: 'latestEmail', type: EMAIL, description: 'The last one.' },
    { name: 'total', type: 'int', description: 'How many there are.' },
    { name: 'emails', type: `${EMAIL}[]`, description: 'All of them, oldest first.' },
  ],
  examples: [
    {
      title: 'Look every five minutes.',
      full: true,
      code: example(polled.type, '{{ trigger.total }} letters', 'interval: PT5M'),
    },
  ],
  async evaluate(ctx, props, mark) {
    const mailbox = await openMailbox(ctx, props)
    try {
      if (mark === undefined) return new PollFound(await mailbox.end())
      const emails: EmailData[] = []
      let after = mark
      for await (const letter of mailbox.lettersAfter(mark)) {
        emails.push(await readLetter(letter.raw))
        after = letter.mark
      }
      if (emails.length === 0) return undefined
      return new PollFound(after, { latestEmail: emails.at(-1), total: emails.length, emails })
    } finally {
      await mailbox.close()
    }
  },
})

export const realTimeTrigger = defineRealtimeTrigger({
  ...watched,
  title: 'Start the flow for every mail that comes.',
  description: `IMAP servers tell of letters at once; where they do not, and with POP3, the trigger looks in every interval. ${ABOUT}`,
  properties: inboxProperties,
  outputs: [
    { name: 'subject', type: 'string', description: 'The subject.' },
    { name: 'from', type: 'string', description: 'Who sent it.' },
    { name: 'to', type: 'string[]', description: 'Who received it.' },
    { name: 'cc', type: 'string[]', description: 'Who received a copy.' },
    { name: 'bcc', type: 'string[]', description: 'Who received a copy that nobody sees.' },
    { name: 'date', type: 'datetime', description: 'When it was sent, as it says.' },
    { name: 'body', type: 'string', description: 'The text, or the HTML where there is no other.' },
    { name: 'messageId', type: 'string', description: 'The id of the letter.' },
    { name: 'attachments', type: 'AttachmentInfo{filename, contentType, size}[]', description: 'What came along.' },
  ],
  examples: [
    {
      title: 'Act on every letter.',
      full: true,
      code: example(watched.type, '{{ trigger.subject }}', 'folder: INBOX'),
    },
  ],
  async consume(ctx, props, emit, mark) {
    const intervalMs = await props.interval.render()
    const mailbox = await openMailbox(ctx, props)
    try {
      let at = mark
      if (at === undefined) {
        at = await mailbox.end()
        await emit([], at)
      }
      for (;;) {
        ctx.signal.throwIfAborted()
        let count = 0
        for await (const letter of mailbox.lettersAfter(at)) {
          await emit([await readLetter(letter.raw)], letter.mark)
          at = letter.mark
          count++
        }
        if (count === 0) await mailbox.wait(intervalMs)
      }
    } finally {
      await mailbox.close()
    }
  },
})

async function openMailbox(ctx: RunContext, props: LazyProperties<typeof inboxProperties>): Promise<Mailbox> {
  const isImap = (await props.protocol.render()) === 'IMAP'
  const isTls = await props.ssl.render()
  return await (isImap ? openImapMailbox : openPop3Mailbox)(ctx, {
    host: await props.host.render(),
    port: (await props.port.render()) ?? (isImap ? (isTls ? 993 : 143) : isTls ? 995 : 110),
    username: await props.username.render(),
    password: await props.password.render(),
    folder: await props.folder.render(),
    isTls,
    trustsAll: await props.trustAllCertificates.render(),
  })
}

function example(type: string, message: string, line: string): string {
  return `id: letters
namespace: company.team

tasks:
  - id: log
    type: io.kestra.plugin.core.log.Log
    message: "${message}"

triggers:
  - id: mail
    type: ${type}
    host: imap.example.com
    username: "{{ secret('MAIL_USER') }}"
    password: "{{ secret('MAIL_PASSWORD') }}"
    ${line}
`
}
