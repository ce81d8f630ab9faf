// Replaces secrets in what leaves a task as log. The mask has one length for all, because the length of a secret is a hint.
import type { Value } from '@batuta/core'
import { numberForms, numberKey, numberKeys } from './secret-numbers.ts'

const MASK = '******'
/** Shorter ones would black out half of every line. */
const SECRET_CHARS_MIN = 3
/** In another case, shorter ones are words that stand elsewhere, too. */
const CASED_CHARS_MIN = 8

export class SecretMask {
  readonly #secrets = new Set<string>()
  readonly #numbers = new Set<string>()
  #pattern: RegExp | undefined

  add(secret: string): void {
    const parts = [secret, ...secret.split(/\r?\n/)].map(part => part.trim())
    for (const part of parts) {
      if (part.length >= SECRET_CHARS_MIN) this.#addForms(part)
      for (const key of numberKeys(part)) this.#numbers.add(key)
    }
    const longestFirst = [...this.#secrets].sort((a, b) => b.length - a.length)
    if (longestFirst.length > 0) this.#pattern = new RegExp(longestFirst.map(escape).join('|'), 'g')
  }

  /** As such, and as texts carry it: in base64, in hexadecimal, in a URL, inside of JSON, in capitals and without. */
  #addForms(part: string): void {
    const bytes = Buffer.from(part)
    const forms = [
      part,
      ...numberForms(part),
      bytes.toString('base64'),
      bytes.toString('base64url'),
      encodeURIComponent(part),
    ]
    for (const form of [...forms, JSON.stringify(part).slice(1, -1)]) this.#secrets.add(form)
    if (part.length < CASED_CHARS_MIN) return
    const hex = bytes.toString('hex')
    for (const form of [part.toUpperCase(), part.toLowerCase(), hex, hex.toUpperCase()]) this.#secrets.add(form)
  }

  /** Nothing secret has been read yet. */
  get isEmpty(): boolean {
    return this.#secrets.size === 0
  }

  hides(text: string): boolean {
    return this.apply(text) !== text
  }

  /** Whether a number is one of the secrets, and not only looks like a part of one. */
  hidesNumber(value: Value): boolean {
    const key = this.#numbers.size === 0 ? undefined : numberKey(value)
    return key !== undefined && this.#numbers.has(key)
  }

  apply(text: string): string {
    return this.#pattern === undefined ? text : text.replace(this.#pattern, MASK)
  }
}

function escape(text: string): string {
  return text.replace(/[\\^$.*+?()[\]{}|/-]/g, '\\$&')
}
