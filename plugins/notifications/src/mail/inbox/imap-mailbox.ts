import { isMap, mapGet, messageOf, printValue, TaskError, type RunContext, type Value } from '@batuta/plugin-sdk'
import { LETTER_BYTES_MAX, LETTERS_MAX, type Letter, type Mailbox, type MailboxPlace } from './mailbox.ts'

export async function openImapMailbox(ctx: RunContext, place: MailboxPlace): Promise<Mailbox> {
  const { host, port, username, password, folder, isTls, trustsAll } = place
  ctx.egress.checkHost(host)
  const { ImapFlow } = await import('imapflow')
  const client = new ImapFlow({
    ...{ host, port, secure: isTls, logger: false, disableAutoIdle: true },
    auth: { user: username, pass: password },
    tls: { rejectUnauthorized: !trustsAll, ...lookingUp(ctx) },
  })
  let failure: unknown
  // Told to whoever waits or asks next; without a listener it would end the process.
  client.on('error', error => (failure = error))
  try {
    await client.connect()
    // Nobody's letters become read by being looked at.
    await client.mailboxOpen(folder, { readOnly: true })
  } catch (error) {
    client.close()
    throw new TaskError(`the mailbox "${folder}" of ${host} cannot be opened: ${reasonOf(error)}`)
  }
  const stop = (): void => client.close()
  ctx.signal.addEventListener('abort', stop, { once: true })
  const validity = (): string => (client.mailbox === false ? '' : String(client.mailbox.uidValidity))
  const uidsFrom = async (next: number): Promise<readonly number[]> => {
    const found = (await client.search({ uid: `${next}:*` }, { uid: true })) || []
    return found.filter(uid => uid >= next).sort((a, b) => a - b)
  }
  const lettersAfter = async function* (mark: Value): AsyncGenerator<Letter> {
    const next = nextOf(mark, validity(), ctx)
    for (const uid of (await uidsFrom(next)).slice(0, LETTERS_MAX)) {
      const found = await client.fetchOne(String(uid), { source: { maxLength: LETTER_BYTES_MAX } }, { uid: true })
      const after = { uidValidity: validity(), uidNext: uid + 1 }
      // Deleted meanwhile: the position passes it.
      if (found && found.source) yield { raw: found.source, mark: after }
    }
  }
  return {
    end: async () => {
      await client.noop()
      const known = client.mailbox === false ? 1 : client.mailbox.uidNext
      return { uidValidity: validity(), uidNext: Math.max(known, ((await uidsFrom(1)).at(-1) ?? 0) + 1) }
    },
    lettersAfter,
    wait: async timeoutMs => {
      const timer = setTimeout(() => void client.noop().catch(error => (failure = error)), timeoutMs)
      try {
        await client.idle()
      } finally {
        clearTimeout(timer)
      }
      ctx.signal.throwIfAborted()
      if (failure !== undefined || !client.usable)
        throw new TaskError(`the connection to ${host} was lost: ${messageOf(failure ?? 'the server closed it')}`)
    },
    close: async () => {
      ctx.signal.removeEventListener('abort', stop)
      if (client.usable) await client.logout().catch(() => client.close())
      else client.close()
    },
  }
}

/** The library hands these options to the socket as they are, a plain one included. */
function lookingUp({ egress }: RunContext): object {
  return { lookup: egress.lookup }
}

/** A server that made its mailbox anew numbers from the beginning: what is there then is new. */
function nextOf(mark: Value, validity: string, { logger }: RunContext): number {
  if (mark === null || typeof mark !== 'object' || !isMap(mark)) return 1
  if (printValue(mapGet(mark, 'uidValidity') ?? null) === validity) return Number(mapGet(mark, 'uidNext') ?? 1)
  logger.warn('the server made the mailbox anew: everything in it is taken as new')
  return 1
}

function reasonOf(error: unknown): string {
  const said = error instanceof Error && 'responseText' in error ? error.responseText : undefined
  return typeof said === 'string' && said !== '' ? said : messageOf(error)
}
