// `DecimalFormat`: numbers by a pattern, with the symbols of a locale, rounded half to even on the exact value.
import { remember } from '../../std/remember.ts'
import { Decimal, isInteger } from '../../std/value.ts'
import { toNumber } from '../arithmetic.ts'
import type { Numeric } from '../arithmetic.ts'
import { roundScale } from '../decimal.ts'
import { AFFIX_MARKS, parseDecimalPattern } from './decimal-pattern.ts'
import type { DecimalPattern } from './decimal-pattern.ts'
import { exactDecimal, shortestDecimal } from './exact-decimal.ts'

interface Symbols {
  readonly zero: string
  readonly point: string
  readonly group: string
  readonly minus: string
  readonly percent: string
  readonly currency: string
}

const DEFAULT_PATTERN = '#,##0.###'

export function formatDecimal(value: Numeric, pattern: string | undefined, locale: string): string {
  const parsed = parseDecimalPattern(pattern ?? DEFAULT_PATTERN)
  const symbols = symbolsOf(locale)
  const double = toNumber(value)
  if (Number.isNaN(double)) return 'NaN'
  const isNegative = double < 0 || Object.is(double, -0)
  const body = Number.isFinite(double) ? formatSize(sizeOf(value, parsed.shift), parsed, symbols) : '∞'
  const prefix = isNegative ? parsed.negativePrefix : parsed.positivePrefix
  const suffix = isNegative ? parsed.negativeSuffix : parsed.positiveSuffix
  return fillAffix(prefix, symbols) + body + fillAffix(suffix, symbols)
}

/** A size that can be rounded to a scale. */
interface Size {
  readonly shortest: Decimal
  readonly exact: Decimal
}

/** Percent and per mille multiply doubles as doubles. */
function sizeOf(value: Numeric, shift: number): Size {
  if (value instanceof Decimal || isInteger(value)) {
    const decimal = value instanceof Decimal ? value : new Decimal(BigInt(value), 0)
    const unscaled = decimal.unscaled < 0n ? -decimal.unscaled : decimal.unscaled
    const shifted = new Decimal(unscaled, decimal.scale - shift)
    return { shortest: shifted, exact: shifted }
  }
  const double = Math.abs(toNumber(value)) * 10 ** shift
  return { shortest: shortestDecimal(double), exact: exactDecimal(double) }
}

/** The digits are the shortest that tell the double from its neighbours; only rounding looks at its exact value. */
function roundSize({ shortest, exact }: Size, scale: number): Decimal {
  return shortest.scale <= scale ? roundScale(shortest, scale) : roundScale(exact, scale)
}

const symbolsOf: (locale: string) => Symbols = remember(50, locale => {
  const format = new Intl.NumberFormat(locale, { minimumFractionDigits: 1, useGrouping: true })
  const parts = format.formatToParts(-1234567.5)
  const find = (type: string, fallback: string): string => parts.find(part => part.type === type)?.value ?? fallback
  const percent = new Intl.NumberFormat(locale, { style: 'percent' }).formatToParts(1)
  return {
    zero: new Intl.NumberFormat(locale).format(0),
    point: find('decimal', '.'),
    group: find('group', ','),
    minus: find('minusSign', '-'),
    percent: percent.find(part => part.type === 'percentSign')?.value ?? '%',
    currency: currencySymbol(locale),
  }
})

const CURRENCIES: Readonly<Record<string, string>> = {
  USD: 'US EC SV PR',
  EUR: 'AT BE CY DE EE ES FI FR GR HR IE IT LT LU LV MT NL PT SI SK',
  GBP: 'GB',
  CHF: 'CH LI',
  JPY: 'JP',
  CNY: 'CN',
  INR: 'IN',
  IDR: 'ID',
  CAD: 'CA',
  AUD: 'AU',
  NZD: 'NZ',
  BRL: 'BR',
  MXN: 'MX',
  SEK: 'SE',
  NOK: 'NO',
  DKK: 'DK',
  PLN: 'PL',
  CZK: 'CZ',
  TRY: 'TR',
  KRW: 'KR',
  ZAR: 'ZA',
}

/** Without a country, or without one in the table, Java's sign for any currency. */
function currencySymbol(locale: string): string {
  const region = /[-_]([A-Z]{2})\b/.exec(locale)?.[1]
  const currency = Object.entries(CURRENCIES).find(([, regions]) => regions.split(' ').includes(region ?? '?'))?.[0]
  if (currency === undefined) return '¤'
  const parts = new Intl.NumberFormat(locale, { style: 'currency', currency }).formatToParts(1)
  return parts.find(part => part.type === 'currency')?.value ?? '¤'
}

function fillAffix(text: string, symbols: Symbols): string {
  return text
    .replaceAll(AFFIX_MARKS.minus, symbols.minus)
    .replaceAll(AFFIX_MARKS.percent, symbols.percent)
    .replaceAll(AFFIX_MARKS.perMille, '‰')
    .replaceAll(AFFIX_MARKS.currency, symbols.currency)
}

function formatSize(size: Size, pattern: DecimalPattern, symbols: Symbols): string {
  if (pattern.exponentMin !== undefined) return formatExponent(size, pattern, pattern.exponentMin, symbols)
  const rounded = roundSize(size, pattern.fractionMax)
  const digits = rounded.unscaled.toString().padStart(rounded.scale + 1, '0')
  const at = digits.length - rounded.scale
  const fraction = trimZeros(digits.slice(at), pattern.fractionMin)
  const bare = digits.slice(0, at).replace(/^0+/, '').padStart(pattern.integerMin, '0')
  // Where the pattern asks for no digit at all, a zero is still shown as one.
  const whole = bare === '' && fraction === '' ? '0' : bare
  const point = fraction !== '' || pattern.showsPoint ? symbols.point : ''
  return localize(group(whole, pattern.groupSize, symbols.group) + point + fraction, symbols)
}

function trimZeros(digits: string, lengthMin: number): string {
  let end = digits.length
  while (end > lengthMin && digits[end - 1] === '0') end--
  return digits.slice(0, end)
}

function group(digits: string, size: number, separator: string): string {
  if (size === 0) return digits
  const parts: string[] = []
  let end = digits.length
  for (; end > size; end -= size) parts.unshift(digits.slice(end - size, end))
  return [digits.slice(0, end), ...parts].join(separator)
}

function localize(text: string, { zero }: Symbols): string {
  if (zero === '0') return text
  const base = zero.codePointAt(0) ?? 48
  return text.replace(/\d/g, digit => String.fromCodePoint(base + Number(digit)))
}

/** With more integer digits than required, the exponent is a multiple of their number: engineering notation. */
function formatExponent(size: Size, pattern: DecimalPattern, exponentMin: number, symbols: Symbols): string {
  const { integerMin, integerMax, fractionMin, fractionMax } = pattern
  const { digits, pointAt } = significantDigits(size, integerMax + fractionMax)
  const isEngineering = integerMax > 1 && integerMax > integerMin
  let exponent = digits === '' ? 0 : pointAt - integerMin
  if (isEngineering && digits !== '') {
    exponent = Math.trunc((pointAt >= 1 ? pointAt - 1 : pointAt - integerMax) / integerMax) * integerMax
  }
  const integerDigits = digits === '' ? (isEngineering ? 1 : integerMin) : pointAt - exponent
  const length = Math.max(digits.length, integerMin + fractionMin, integerDigits)
  const padded = digits.padEnd(length, '0')
  const fraction = padded.slice(integerDigits)
  const point = fraction !== '' || pattern.showsPoint ? symbols.point : ''
  const power = String(Math.abs(exponent)).padStart(exponentMin, '0')
  const sign = exponent < 0 ? symbols.minus : ''
  return localize(`${padded.slice(0, integerDigits)}${point}${fraction}E${sign}${power}`, symbols)
}

/** Without zeros at the ends; the value is 0.digits × 10^pointAt. */
function significantDigits(size: Size, count: number): { readonly digits: string; readonly pointAt: number } {
  const { unscaled, scale } = size.shortest
  if (unscaled === 0n) return { digits: '', pointAt: 0 }
  const surplus = unscaled.toString().length - count
  const rounded = count > 0 && surplus > 0 ? roundSize(size, scale - surplus) : size.shortest
  const text = rounded.unscaled.toString()
  return { digits: text.replace(/0+$/, ''), pointAt: text.length - rounded.scale }
}
