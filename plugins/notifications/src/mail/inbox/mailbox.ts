// A mailbox that is looked at, whichever protocol it speaks. Where a look ended is told by the position after each letter, never by the time: clocks of
// mail servers go as they like.
import type { RunContext, Value } from '@batuta/plugin-sdk'

export interface MailboxPlace {
  readonly host: string
  readonly port: number
  readonly username: string
  readonly password: string
  readonly folder: string
  readonly isTls: boolean
  readonly trustsAll: boolean
}

export interface Letter {
  readonly raw: Uint8Array
  /** Of the mailbox, once this letter was taken. */
  readonly mark: Value
}

export interface Mailbox {
  /** The position behind all letters that are there. */
  end(): Promise<Value>
  /** Those behind the position, oldest first, at most `LETTERS_MAX`. */
  lettersAfter(mark: Value): AsyncIterable<Letter>
  /** Settles when there may be new ones. */
  wait(timeoutMs: number): Promise<void>
  close(): Promise<void>
}

export type OpenMailbox = (ctx: RunContext, place: MailboxPlace) => Promise<Mailbox>

export const LETTERS_MAX = 100
/** The rest of a larger letter is passed over. */
export const LETTER_BYTES_MAX = 10 * 1024 * 1024
