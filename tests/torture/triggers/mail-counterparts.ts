// Letters that come to a mailbox of Dovecot, for the trigger that polls and the one that watches.
import { startDovecot } from '../../services/dovecot.mjs'
import { flowOf, INTERVAL, type Counterpart, type Ground } from './counterpart.ts'

export async function polledMail(ground: Ground): Promise<Counterpart> {
  const numbers = '{% for email in trigger.emails %}{{ email.subject }},{% endfor %}'
  return await mail(ground, { type: 'io.kestra.plugin.email.MailReceivedTrigger', numbers })
}

export async function watchedMail(ground: Ground): Promise<Counterpart> {
  return await mail(ground, { type: 'io.kestra.plugin.email.RealTimeTrigger', numbers: '{{ trigger.subject }},' })
}

async function mail(
  ground: Ground,
  { type, numbers }: { readonly type: string; readonly numbers: string },
): Promise<Counterpart> {
  const dovecot = await startDovecot()
  const trigger = [
    ...[`type: ${type}`, INTERVAL, 'protocol: IMAP', 'host: 127.0.0.1', `port: ${dovecot.imapPort}`],
    ...['username: ada', 'password: secret', 'ssl: false'],
  ]
  return {
    flow: flowOf(ground, { numbers, trigger }),
    looksFirst: true,
    produce: async given => {
      for (const number of given) dovecot.deliver(String(number))
    },
    stop: () => dovecot.stop(),
  }
}
