// What a turn opened of encrypted values is kept out of all that it writes: texts with a secret in them are encrypted again before they are applied, what
// people read as text (logs, labels, reasons) is masked. State and journal hold cipher texts only; the plain text lives as long as the turn.
import type { Label } from '../flow/flow.ts'
import { ENCRYPTED_TYPE, isEncrypted } from '../flow/input-value.ts'
import { textsOf, type Texts } from '../std/text-list.ts'
import { trust } from '../std/trust.ts'
import { isList, isMap, isNumber, mapEntries, mapFrom, mapGet, type Value, type ValueMap } from '../std/value.ts'
import { printValue } from '../std/value-text.ts'
import type { Birth, Effect, Event, Signal } from './event.ts'
import { SEALED_TEXT, holdsSealed, sealedForm } from './sealed.ts'

/** The secrets that were read since it was made. */
export interface TurnSecrets {
  /** What was encrypted, which counts as a secret from now on. */
  open(cipher: string): Value
  add(secret: string): void
  /** Nothing secret has been read yet. */
  readonly isEmpty: boolean
  hides(text: string): boolean
  /** Whether a number is one of the secrets. */
  hidesNumber(value: Value): boolean
  mask(text: string): string
  /** The text encrypted. */
  seal(text: string): Value
}

/** Larger texts are masked, not encrypted: a secret in the midst of megabytes is an accident. */
const SEALED_CHARS_MAX = 64 * 1024

export function sealEvent(event: Event, secrets: TurnSecrets): Event {
  switch (event.type) {
    case 'created':
      return { type: 'created', ...sealBirth(event, secrets) }
    case 'run-created':
    case 'evaluated':
      return sealAnswer(event, secrets)
    case 'group-opened':
      return { ...withOutputs(event, secrets), ...listsOf(event, secrets) }
    case 'run-moved':
    case 'run-resumed':
    case 'pass-ended':
    case 'iteration-ended':
    case 'attempt-settled':
      return withOutputs(event, secrets)
    case 'outputs':
      return { ...event, outputs: sealMap(event.outputs, secrets) }
    case 'variables':
      return { ...event, variables: sealMap(event.variables, secrets) }
    case 'labels':
      return { ...event, labels: maskLabels(event.labels, secrets) }
    case 'held':
      return { ...event, reason: secrets.mask(event.reason) }
    case 'moved':
    case 'phase-entered':
    case 'pass-begun':
    case 'job-sent':
    case 'job-lost':
    case 'evaluate-asked':
    case 'timer-set':
    case 'timer-fired':
    case 'child-linked':
    case 'child-ended':
    case 'kill-requested':
    case 'limit-waits':
    case 'limit-granted':
    case 'sla-broken':
    case 'restarted':
    case 'taken-over':
    case 'overruled':
    case 'breakpoints':
    case 'released':
    case 'sealed':
      return event
  }
}

export function sealEffect(effect: Effect, secrets: TurnSecrets): Effect {
  if (effect.type === 'log')
    return { ...effect, entry: { ...effect.entry, message: secrets.mask(effect.entry.message) } }
  return effect.type === 'signal' ? { ...effect, signal: sealSignal(effect.signal, secrets) } : effect
}

function sealSignal(signal: Signal, secrets: TurnSecrets): Signal {
  if (signal.type === 'create') return { ...signal, birth: sealBirth(signal.birth, secrets) }
  return signal.type === 'child-ended' ? withOutputs(signal, secrets) : signal
}

/** An execution that begins with secrets: whoever sees its inputs sees cipher texts, its tasks see what was given. */
export function sealBirth(birth: Birth, secrets: TurnSecrets): Birth {
  if (secrets.isEmpty) return birth
  const { inputs, labels, trigger, problem } = birth
  const sealed = {
    ...birth,
    inputs: sealMap(inputs, secrets),
    labels: maskLabels(labels, secrets),
    ...(trigger ? { trigger: { ...trigger, variables: sealMap(trigger.variables, secrets) } } : {}),
    ...(problem === undefined ? {} : { problem: secrets.mask(problem) }),
  }
  const hasSecrets =
    holdsSealed(sealed.inputs) || (sealed.trigger !== undefined && holdsSealed(sealed.trigger.variables))
  return hasSecrets ? { ...sealed, isSealed: true } : sealed
}

/** Whether what an event brings is, or holds, an encrypted value. */
export function bringsSealed(event: Event): boolean {
  if (event.type === 'evaluated') return event.value !== undefined && holdsSealed(event.value)
  if (event.type === 'variables') return holdsSealed(event.variables)
  if ('outputs' in event && event.outputs !== undefined && holdsSealed(event.outputs)) return true
  if (event.type !== 'group-opened') return false
  return [...(event.values ?? []), ...(event.keys ?? [])].some(text => text.startsWith(SEALED_TEXT))
}

/** The value with its secrets encrypted; the same value when there are none. */
export function sealValue(value: Value, secrets: TurnSecrets): Value {
  if (typeof value === 'string') {
    if (!secrets.hides(value)) return value
    return value.length <= SEALED_CHARS_MAX ? secrets.seal(value) : secrets.mask(value)
  }
  if (isNumber(value)) return secrets.hidesNumber(value) ? secrets.seal(sealedForm(value)) : value
  if (value === null || typeof value !== 'object') return value
  if (isList(value)) {
    const items = value.map(item => sealValue(item, secrets))
    return items.some((item, index) => item !== value[index]) ? items : value
  }
  return isMap(value) ? sealMap(value, secrets) : value
}

function sealMap(map: ValueMap, secrets: TurnSecrets): ValueMap {
  if (isEncrypted(map)) return map
  let hasChanged = false
  const entries = Array.from(mapEntries(map), ([key, item]): [string, Value] => {
    const sealed: [string, Value] = [sealText(key, secrets), sealValue(item, secrets)]
    if (sealed[0] !== key || sealed[1] !== item) hasChanged = true
    return sealed
  })
  return hasChanged ? mapFrom(entries) : map
}

/** Where only a text can stand: the value of an iteration, a key. */
function sealText(text: string, secrets: TurnSecrets): string {
  if (!secrets.hides(text)) return text
  const sealed = text.length <= SEALED_CHARS_MAX ? secrets.seal(text) : null
  if (typeof sealed === 'object' && sealed !== null && isMap(sealed) && isEncrypted(sealed))
    return `${SEALED_TEXT}${printValue(mapGet(sealed, 'value') ?? null)}`
  return secrets.mask(text)
}

type Answer = Extract<Event, { type: 'run-created' | 'evaluated' }>

function sealAnswer(event: Answer, secrets: TurnSecrets): Event {
  if (event.type === 'run-created')
    return event.value === undefined ? event : { ...event, value: sealText(event.value, secrets) }
  if (event.error !== undefined) return { ...event, error: secrets.mask(event.error) }
  return event.value === undefined ? event : { ...event, value: sealValue(event.value, secrets) }
}

function withOutputs<Bearer extends { readonly outputs?: ValueMap }>(bearer: Bearer, secrets: TurnSecrets): Bearer {
  return bearer.outputs === undefined ? bearer : { ...bearer, outputs: sealMap(bearer.outputs, secrets) }
}

function listsOf(
  { values, keys }: Extract<Event, { type: 'group-opened' }>,
  secrets: TurnSecrets,
): Pick<Extract<Event, { type: 'group-opened' }>, 'values' | 'keys'> {
  return {
    ...(values ? { values: sealTexts(values, secrets) } : {}),
    ...(keys ? { keys: keys.map(key => sealText(key, secrets)) } : {}),
  }
}

/** A million of them stay as they are, where none of them is secret. */
function sealTexts(texts: Texts, secrets: TurnSecrets): Texts {
  if (secrets.isEmpty) return texts
  return textsOf(Array.from(texts, text => sealText(text, secrets)))
}

function maskLabels(labels: readonly Label[], secrets: TurnSecrets): readonly Label[] {
  return labels.map(({ key, value }) => ({ key: secrets.mask(key), value: secrets.mask(value) }))
}

/** What looks encrypted, but was not encrypted for whoever brings it: a value that somebody made, and that nobody may have opened for him. */
export function disarm<Given extends Value>(value: Given, isOwn: (cipher: string) => boolean = () => false): Given {
  return trust<Given>(disarmed(value, isOwn))
}

function disarmed(value: Value, isOwn: (cipher: string) => boolean): Value {
  if (typeof value === 'string')
    return value.includes(ENCRYPTED_TYPE) ? value.replaceAll(ENCRYPTED_TYPE, DISARMED) : value
  if (value === null || typeof value !== 'object') return value
  if (isList(value)) {
    const items = value.map(item => disarmed(item, isOwn))
    return items.some((item, index) => item !== value[index]) ? items : value
  }
  if (!isMap(value) || (isEncrypted(value) && isOwn(printValue(mapGet(value, 'value') ?? null)))) return value
  let hasChanged = false
  const entries = Array.from(mapEntries(value), ([key, item]): [string, Value] => {
    const harmless: [string, Value] = [key.replaceAll(ENCRYPTED_TYPE, DISARMED), disarmed(item, isOwn)]
    if (harmless[0] !== key || harmless[1] !== item) hasChanged = true
    return harmless
  })
  return hasChanged ? mapFrom(entries) : value
}

const DISARMED = 'aes_encrypted'
