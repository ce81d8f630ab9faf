// The signature that a webhook asks its callers for. A rule that was mistyped would refuse every call, so it is told when the flow is saved.
import { parseDuration } from '../std/duration.ts'
import { isList, isMap, mapGet, mapKeys } from '../std/value.ts'
import type { Value, ValueMap } from '../std/value.ts'
import { printValue } from '../std/value-text.ts'
import { object } from './inspection.ts'
import type { Inspection } from './inspection.ts'

const PRESETS = ['github', 'stripe', 'slack', 'standard-webhooks', 'custom']
const OF_ALL = ['preset', 'secret', 'tolerance']
const OF_CUSTOM = ['header', 'prefix', 'algorithm', 'encoding', 'timestampHeader']
const CHOICES: Readonly<Record<string, readonly string[]>> = {
  algorithm: ['sha1', 'sha256', 'sha384', 'sha512'],
  encoding: ['hex', 'base64'],
}
const HEADER = /^[A-Za-z0-9!#$%&'*+.^_`|~-]+$/

export function inspectSignature(inspection: Inspection, value: Value, path: string): void {
  if (value === null) return
  const say = (at: string, message: string): void =>
    object(inspection, { code: 'invalid-signature', message, path: at === '' ? path : `${path}.${at}` })
  if (typeof value !== 'object' || !isMap(value))
    return say('', '`signature` must be a map with `preset` and `secret`.')
  const preset = textOf(value, 'preset')
  if (preset === undefined || !PRESETS.includes(preset))
    return say('preset', `\`preset\` must be one of ${PRESETS.join(', ')}.`)
  const secret = mapGet(value, 'secret') ?? null
  if (secret === null || (isList(secret) ? secret.length === 0 : printValue(secret) === ''))
    say('secret', '`secret` is missing: name one, as "{{ secret(\'NAME\') }}", or a list while they are changed.')
  const tolerance = textOf(value, 'tolerance')
  if (tolerance !== undefined && !isLongerThanNothing(tolerance))
    say('tolerance', `\`tolerance\` must be a duration such as PT5M, not "${tolerance}".`)
  const known = preset === 'custom' ? [...OF_ALL, ...OF_CUSTOM] : OF_ALL
  for (const key of mapKeys(value))
    if (!known.includes(key)) say(key, `\`${key}\` has no meaning for the preset "${preset}".`)
  if (preset === 'custom') inspectCustom(value, say)
}

function inspectCustom(value: ValueMap, say: (at: string, message: string) => void): void {
  const header = textOf(value, 'header') ?? ''
  if (!HEADER.test(header)) say('header', '`header` must name the header that the signature is in.')
  for (const [key, choices] of Object.entries(CHOICES)) {
    const text = textOf(value, key)
    if (text !== undefined && !choices.includes(text)) say(key, `\`${key}\` must be one of ${choices.join(', ')}.`)
  }
}

function isLongerThanNothing(text: string): boolean {
  const ms = parseDuration(text)
  return ms !== undefined && ms > 0
}

function textOf(map: ValueMap, key: string): string | undefined {
  const value = mapGet(map, key)
  return value === undefined || value === null ? undefined : printValue(value)
}
