// Whether a call of a webhook bears the signature that its trigger asks for: a code over the bytes as they came, made with a secret that only the caller
// and we know. The presets are what GitHub, Stripe, Slack and the Standard Webhooks send; `custom` is for everybody else. Whatever is wrong looks the same
// to the caller; the reasons are for the author of the flow.
import { createHmac, timingSafeEqual } from 'node:crypto'
import {
  compileTemplate,
  isList,
  isMap,
  mapGet,
  parseDuration,
  printValue,
  type CompiledTemplate,
  type Value,
  type ValueMap,
} from '@batuta/core'

type Algorithm = 'sha1' | 'sha256' | 'sha384' | 'sha512'
type Encoding = 'hex' | 'base64'

export interface SignatureRule {
  readonly scheme: Scheme
  readonly algorithm: Algorithm
  readonly encoding: Encoding
  /** The newest first; older ones as long as both are in use. */
  readonly secrets: readonly CompiledTemplate[]
  /** How far the clock of the caller may be from ours. */
  readonly toleranceMs: number
}

/** How the parts of a signature are found in a call, and what it is made over. */
interface Scheme {
  /** Names of headers; a `custom` one may have no time. */
  readonly signatureHeader: string
  readonly timeHeader?: string
  readonly idHeader?: string
  /** The codes in the text of the header. */
  codes(header: string): readonly string[]
  /** Of those whose time stands beside the code. */
  time?(header: string): string | undefined
  /** What stands before the body, where the code is made over more than that. */
  lead(parts: { readonly id: string; readonly time: string }): string
  keyOf(secret: string): Buffer
}

export interface SignedCall {
  readonly rawHeaders: readonly string[]
  readonly bytes: Uint8Array | undefined
  readonly nowMs: number
}

export type Verdict =
  /** `once`: what tells this call from every other; `keptMs`: how long a copy of it could be taken for good. */
  | { readonly type: 'signed'; readonly once: string; readonly keptMs: number }
  | { readonly type: 'refused'; readonly reason: string }

const TOLERANCE_MS = 5 * 60_000
/** A copy of a call without a time is good for ever; this long it is known again. */
const KEPT_MS = 7 * 24 * 60 * 60_000
const CODES_MAX = 20
const HEADER_LENGTH_MAX = 4_096

const plainKey = (secret: string): Buffer => Buffer.from(secret, 'utf8')
const after = (prefix: string) => (header: string) =>
  header.startsWith(prefix) ? [header.slice(prefix.length).trim()] : []

const GITHUB: Scheme = {
  signatureHeader: 'x-hub-signature-256',
  codes: after('sha256='),
  lead: () => '',
  keyOf: plainKey,
}
const SLACK: Scheme = {
  signatureHeader: 'x-slack-signature',
  timeHeader: 'x-slack-request-timestamp',
  codes: after('v0='),
  lead: ({ time }) => `v0:${time}:`,
  keyOf: plainKey,
}
const STRIPE: Scheme = {
  signatureHeader: 'stripe-signature',
  codes: header => partsOf(header, 'v1'),
  time: header => partsOf(header, 't')[0],
  lead: ({ time }) => `${time}.`,
  keyOf: plainKey,
}
const STANDARD: Scheme = {
  signatureHeader: 'webhook-signature',
  timeHeader: 'webhook-timestamp',
  idHeader: 'webhook-id',
  codes: header => header.split(' ').flatMap(after('v1,')),
  lead: ({ id, time }) => `${id}.${time}.`,
  keyOf: secret => Buffer.from(secret.replace(/^whsec_/, ''), 'base64'),
}

const PRESETS: ReadonlyMap<string, Scheme> = new Map([
  ['github', GITHUB],
  ['slack', SLACK],
  ['stripe', STRIPE],
  ['standard-webhooks', STANDARD],
])

function partsOf(header: string, name: string): readonly string[] {
  return header.split(',').flatMap(part => after(`${name}=`)(part.trim()))
}

/** Undefined where the trigger asks for no signature; one that asks for what cannot be understood refuses all. */
export function signatureRuleOf(properties: ValueMap, dialect: 1 | 2): SignatureRule | undefined {
  const value = mapGet(properties, 'signature')
  if (value === undefined || value === null) return undefined
  const map: ValueMap = typeof value === 'object' && isMap(value) ? value : {}
  const text = (name: string): string | undefined => {
    const found = mapGet(map, name)
    return found === undefined || found === null ? undefined : printValue(found)
  }
  return {
    scheme: schemeOf(text),
    algorithm: text('preset') === 'custom' ? algorithmOf(text('algorithm')) : 'sha256',
    encoding: encodingOf(text),
    secrets: secretsOf(mapGet(map, 'secret')).map(each => compileTemplate(printValue(each), { dialect })),
    toleranceMs: parseDuration(text('tolerance') ?? '') ?? TOLERANCE_MS,
  }
}

function secretsOf(value: Value | undefined): readonly Value[] {
  if (value === undefined || value === null) return []
  return isList(value) ? value : [value]
}

function schemeOf(text: (name: string) => string | undefined): Scheme {
  const preset = PRESETS.get(text('preset') ?? '')
  if (preset !== undefined) return preset
  const timeHeader = text('timestampHeader')?.toLowerCase()
  return {
    signatureHeader: text('header')?.toLowerCase() ?? '',
    ...(timeHeader === undefined ? {} : { timeHeader }),
    codes: after(text('prefix') ?? ''),
    lead: ({ time }) => (timeHeader === undefined ? '' : `${time}.`),
    keyOf: plainKey,
  }
}

function algorithmOf(text = 'sha256'): Algorithm {
  return text === 'sha1' || text === 'sha384' || text === 'sha512' ? text : 'sha256'
}

function encodingOf(text: (name: string) => string | undefined): Encoding {
  const preset = text('preset')
  if (preset === 'standard-webhooks') return 'base64'
  return preset === 'custom' && text('encoding') === 'base64' ? 'base64' : 'hex'
}

export function verifySignature(rule: SignatureRule, secrets: readonly string[], call: SignedCall): Verdict {
  const { scheme, algorithm, encoding, toleranceMs } = rule
  const header = only(call.rawHeaders, scheme.signatureHeader)
  if (header === undefined) return refused(`the header "${scheme.signatureHeader}" is missing, or there are several`)
  const codes = scheme.codes(header).slice(0, CODES_MAX)
  const time = scheme.timeHeader === undefined ? scheme.time?.(header) : only(call.rawHeaders, scheme.timeHeader)
  const isTimed = scheme.timeHeader !== undefined || scheme.time !== undefined
  const id = scheme.idHeader === undefined ? '' : (only(call.rawHeaders, scheme.idHeader) ?? '')
  if (scheme.idHeader !== undefined && id === '') return refused(`the header "${scheme.idHeader}" is missing`)
  if (isTimed && !isNear(time, call.nowMs, toleranceMs))
    return refused(`its time is not within ${toleranceMs / 1000} s of ours, or is missing`)
  const usable = secrets.filter(secret => secret.trim() !== '')
  if (usable.length === 0) return refused('the trigger has no secret')
  const lead = scheme.lead({ id, time: time ?? '' })
  const bytes = call.bytes ?? new Uint8Array()
  const made = usable.map(secret => createHmac(algorithm, scheme.keyOf(secret)).update(lead).update(bytes).digest())
  const given = codes.map(code => Buffer.from(code, encoding))
  const match = given.find(code => made.some(each => code.length === each.length && timingSafeEqual(code, each)))
  if (match === undefined) return refused('the signature is of another body, or made with another secret')
  const once = id === '' ? `${time ?? ''}.${match.toString('base64url')}` : id
  return { type: 'signed', once, keptMs: isTimed && id === '' ? 2 * toleranceMs : KEPT_MS }
}

function refused(reason: string): Verdict {
  return { type: 'refused', reason: `The signature was refused: ${reason}.` }
}

/** In seconds, as all of them have it. */
function isNear(time: string | undefined, nowMs: number, toleranceMs: number): boolean {
  if (time === undefined || !/^\d{1,12}$/.test(time)) return false
  return Math.abs(Number(time) * 1000 - nowMs) <= toleranceMs
}

/** The one value of a header; of two nobody knows which was meant. */
function only(rawHeaders: readonly string[], name: string): string | undefined {
  let found: string | undefined
  for (let index = 0; index + 1 < rawHeaders.length; index += 2) {
    if (rawHeaders[index]?.toLowerCase() !== name) continue
    if (found !== undefined) return undefined
    found = rawHeaders[index + 1]
  }
  return found === undefined || found.length > HEADER_LENGTH_MAX ? undefined : found
}
