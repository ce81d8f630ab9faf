// What a value of the key-value store is, as one types it. Pure: the page asks here before it asks the server.
import { parseDuration } from '@batuta/core'
import { formatDuration } from '../../lib/time.ts'

export const KEY_TYPES = ['STRING', 'NUMBER', 'BOOLEAN', 'DATETIME', 'DATE', 'DURATION', 'JSON'] as const

export type KeyType = (typeof KEY_TYPES)[number]

export const KEY_TYPE_WORDS: Readonly<Record<KeyType, string>> = {
  STRING: 'Text',
  NUMBER: 'Number',
  BOOLEAN: 'True or false',
  DATETIME: 'Date and time',
  DATE: 'Date',
  DURATION: 'Duration',
  JSON: 'JSON',
}

export function keyTypeOf(text: string): KeyType {
  return KEY_TYPES.find(type => type === text) ?? 'STRING'
}

/** What a new value of the type begins with. */
export function firstText(type: KeyType): string {
  return type === 'BOOLEAN' ? 'true' : type === 'JSON' ? '{}' : ''
}

const NAME = /^[a-zA-Z0-9][a-zA-Z0-9._-]*$/
const NAME_CHARS_MAX = 256
const NUMBER = /^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i
const DATE = /^\d{4}-\d{2}-\d{2}$/

export function problemOfName(name: string): string | undefined {
  if (name === '') return 'Give it a name.'
  if (name.length > NAME_CHARS_MAX) return `At most ${NAME_CHARS_MAX} characters.`
  return NAME.test(name) ? undefined : 'Letters, digits, ".", "_" and "-", a letter or digit first.'
}

/** Why the server would refuse it, or undefined. */
export function problemOfValue(type: KeyType, text: string): string | undefined {
  const bare = text.trim()
  switch (type) {
    case 'STRING':
    case 'BOOLEAN':
      return undefined
    case 'NUMBER':
      return NUMBER.test(bare) ? undefined : 'Write a number such as 12.5.'
    case 'DATETIME':
      return Number.isNaN(Date.parse(bare)) ? 'Choose a day and a time.' : undefined
    case 'DATE':
      return DATE.test(bare) ? undefined : 'Choose a day.'
    case 'DURATION':
      return parseDuration(bare) === undefined ? 'Write a duration such as PT1H30M or P7D.' : undefined
    case 'JSON':
      return problemOfJson(bare)
  }
}

function problemOfJson(text: string): string | undefined {
  try {
    JSON.parse(text)
    return undefined
  } catch (error) {
    return error instanceof Error ? error.message : String(error)
  }
}

/** `1 h 30 min` for `PT1H30M`. */
export function durationWords(text: string): string | undefined {
  const ms = parseDuration(text.trim())
  return ms === undefined ? undefined : formatDuration(ms)
}

/** JSON with line breaks, if it is JSON whose digits survive; else as it is. */
export function prettyJson(text: string): string {
  try {
    const value: unknown = JSON.parse(text)
    return JSON.stringify(value) === text.replace(/\s+/g, '') ? JSON.stringify(value, undefined, 2) : text
  } catch {
    return text // Half-written: nothing to arrange yet.
  }
}

/** A moment as the field for local moments wants it: `2026-11-22T08:30:00`. */
export function toLocalField(iso: string): string {
  const at = new Date(iso)
  if (Number.isNaN(at.getTime())) return ''
  const local = new Date(at.getTime() - at.getTimezoneOffset() * 60_000)
  return local.toISOString().slice(0, 19)
}

export function fromLocalField(local: string): string {
  const at = new Date(local)
  return Number.isNaN(at.getTime()) ? '' : at.toISOString().replace('.000Z', 'Z')
}

/** How long a key lives: for ever, until the moment it had, or a duration from now on. */
export type Expiry = 'never' | 'kept' | 'custom' | (typeof EXPIRY_LENGTHS)[number]

export const EXPIRY_LENGTHS = ['PT1H', 'P1D', 'P7D', 'P30D'] as const

/** The parameter `ttl` of the server. */
export function ttlOf(
  expiry: Expiry,
  {
    custom,
    expiresMs,
    nowMs,
  }: { readonly custom: string; readonly expiresMs: number | undefined; readonly nowMs: number },
): string | undefined {
  if (expiry === 'never') return undefined
  if (expiry === 'custom') return custom.trim()
  if (expiry === 'kept') return expiresMs === undefined ? undefined : secondsText(Math.max(1_000, expiresMs - nowMs))
  return expiry
}

export function secondsText(ms: number): string {
  return `PT${(ms / 1_000).toFixed(3)}S`
}
