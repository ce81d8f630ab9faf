// A secret that is a number leaves as one, too: `{{ secret('PIN') | number }}`. It is known by its value, in whatever way it is written.
import { Double, Float, isNumber, printValue, type Value } from '@batuta/core'

/** Shorter ones are codes, counts and years of everybody. */
const DIGITS_MIN = 4
const NUMBER = /^([+-]?)(\d+)(?:\.(\d+))?(?:[eE]([+-]?\d{1,3}))?$/

/** The ways to write the number that a text spells; none where it spells none. */
export function numberForms(text: string): readonly string[] {
  const [, sign = '', whole = '', part] = NUMBER.exec(text) ?? []
  if (valueOf(text) === undefined) return []
  const plain = `${sign === '-' ? '-' : ''}${whole.replace(/^0+(?=\d)/, '')}`
  const number = Number(text)
  return [
    ...(/[eE]/.test(text) ? [] : [part === undefined ? plain : `${plain}.${part}`]),
    ...(Number.isFinite(number) ? [printValue(new Double(number)), printValue(new Float(Math.fround(number)))] : []),
  ]
}

/** The same for all ways to write one number. Undefined for what is none, or too small to be a secret. */
export function numberKey(value: Value): string | undefined {
  return isNumber(value) ? valueOf(printValue(value)) : undefined
}

export function numberKeys(text: string): readonly string[] {
  return [text, ...numberForms(text)].flatMap(form => valueOf(form) ?? [])
}

function valueOf(text: string): string | undefined {
  const [, sign, whole = '', part = '', power = '0'] = NUMBER.exec(text) ?? []
  const all = `${whole}${part}`.replace(/^0+/, '')
  const digits = all.replace(/0+$/, '')
  const exponent = Number(power) - part.length + all.length - digits.length
  if (digits === '' || Math.max(digits.length, digits.length + exponent) < DIGITS_MIN) return undefined
  return `${sign === '-' ? '-' : ''}${digits}e${exponent}`
}
