// POP3 knows no positions, only which letters there are: the position is the set of those that were seen and are still there.
import { createHash } from 'node:crypto'
import { setTimeout as sleep } from 'node:timers/promises'
import { printValue, TaskError, type RunContext, type Value } from '@batuta/plugin-sdk'
import { LETTERS_MAX, type Letter, type Mailbox, type MailboxPlace } from './mailbox.ts'
import { Pop3Session } from './pop3-session.ts'

const SEEN_MAX = 10_000
const NAME_CHARS = 12

/** A session sees what was there when it began: each look is one. */
export function openPop3Mailbox(ctx: RunContext, place: MailboxPlace): Promise<Mailbox> {
  const lettersAfter = async function* (mark: Value): AsyncGenerator<Letter> {
    const seen = new Set(printValue(mark).split(' '))
    const session = await openSession(ctx, place)
    try {
      const there = await namesOf(session)
      const kept = new Set(there.filter(({ name }) => seen.has(name)).map(({ name }) => name))
      const fresh = there.filter(({ name }) => !seen.has(name)).slice(0, LETTERS_MAX)
      for (const { number, name } of fresh) {
        const raw = await session.letter(number)
        kept.add(name)
        yield { raw, mark: [...kept].join(' ') }
      }
    } finally {
      await session.close()
    }
  }
  return Promise.resolve({
    end: async () => {
      const session = await openSession(ctx, place)
      try {
        return (await namesOf(session)).map(({ name }) => name).join(' ')
      } finally {
        await session.close()
      }
    },
    lettersAfter,
    wait: async timeoutMs => await sleep(timeoutMs, undefined, { signal: ctx.signal }),
    close: () => Promise.resolve(),
  })
}

async function openSession(ctx: RunContext, place: MailboxPlace): Promise<Pop3Session> {
  const session = await Pop3Session.open(ctx, place)
  ctx.signal.addEventListener('abort', () => session.destroy(), { once: true })
  return session
}

async function namesOf(session: Pop3Session): Promise<readonly { readonly number: number; readonly name: string }[]> {
  const names = await session.names()
  if (names.length > SEEN_MAX)
    throw new TaskError(
      `the mailbox holds ${names.length} letters, more than ${SEEN_MAX}: read it by IMAP, or empty it`,
    )
  return names.map(({ number, name }) => ({ number, name: shortOf(name) }))
}

function shortOf(name: string): string {
  return createHash('sha256').update(name).digest('base64url').slice(0, NAME_CHARS)
}
