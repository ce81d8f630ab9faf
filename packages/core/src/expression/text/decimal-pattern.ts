// Reads the patterns of `DecimalFormat`: `#,##0.00`, `0.0%`, `0.##E0`, `$#,##0;(#)`.
import { remember } from '../../std/remember.ts'
import { fail } from '../fault.ts'

export interface DecimalPattern {
  readonly positivePrefix: string
  readonly positiveSuffix: string
  readonly negativePrefix: string
  readonly negativeSuffix: string
  readonly integerMin: number
  readonly integerMax: number
  readonly fractionMin: number
  readonly fractionMax: number
  /** 0 without grouping. */
  readonly groupSize: number
  /** The pattern ends in a point, which is then always shown. */
  readonly showsPoint: boolean
  /** Decimal places the value is shifted by: 2 for percent, 3 for per mille. */
  readonly shift: number
  readonly exponentMin: number | undefined
}

/** What special characters of affixes become, so that quoted ones can be told from them. */
export const AFFIX_MARKS = { minus: '\ue000', percent: '\ue001', perMille: '\ue002', currency: '\ue003' } as const

const SPECIAL: Readonly<Record<string, string>> = {
  '-': AFFIX_MARKS.minus,
  '%': AFFIX_MARKS.percent,
  '‰': AFFIX_MARKS.perMille,
  '¤': AFFIX_MARKS.currency,
}

export const parseDecimalPattern: (text: string) => DecimalPattern = remember(200, text => {
  const [positive = '', negative] = splitSubpatterns(text)
  const { prefix, number, suffix } = splitAffixes(positive, text)
  const other = negative === undefined ? undefined : splitAffixes(negative, text)
  const isSame = other === undefined || (other.prefix === prefix && other.suffix === suffix)
  const affixes = prefix + suffix
  return {
    positivePrefix: prefix,
    positiveSuffix: suffix,
    negativePrefix: isSame ? AFFIX_MARKS.minus + prefix : other.prefix,
    negativeSuffix: isSame ? suffix : other.suffix,
    shift: affixes.includes(AFFIX_MARKS.percent) ? 2 : affixes.includes(AFFIX_MARKS.perMille) ? 3 : 0,
    ...parseNumber(number, text),
  }
})

function malformed(pattern: string): never {
  return fail('ARGUMENT', `\`${pattern}\` is not a number format`)
}

function splitSubpatterns(text: string): readonly string[] {
  const parts = ['']
  let isQuoted = false
  for (const character of text) {
    if (character === "'") isQuoted = !isQuoted
    if (character === ';' && !isQuoted) parts.push('')
    else parts[parts.length - 1] += character
  }
  return parts
}

function splitAffixes(subpattern: string, whole: string): { prefix: string; number: string; suffix: string } {
  const match = /^((?:'[^']*'|[^#0-9.,'])*)([#0-9.,]*(?:E0+)?)((?:'[^']*'|[^#0-9.,'])*)$/.exec(subpattern)
  if (match === null) return malformed(whole)
  const [, prefix = '', number = '', suffix = ''] = match
  return { prefix: readAffix(prefix), number, suffix: readAffix(suffix) }
}

function readAffix(text: string): string {
  return text.replace(/'([^']*)'|[-%‰¤]/g, (found, quoted: string | undefined) => {
    if (quoted !== undefined) return quoted === '' ? "'" : quoted
    return SPECIAL[found] ?? found
  })
}

type NumberPart = Pick<
  DecimalPattern,
  'integerMin' | 'integerMax' | 'fractionMin' | 'fractionMax' | 'groupSize' | 'showsPoint' | 'exponentMin'
>

/** Counts as Java does: `#` in front of the zeros, zeros, `#` behind them, wherever the point stands. */
function parseNumber(number: string, whole: string): NumberPart {
  const [digits = '', exponent] = number.split('E')
  let left = 0
  let zeros = 0
  let right = 0
  let pointAt = -1
  let group = -1
  for (const character of digits) {
    if (character === '.') {
      if (pointAt >= 0) return malformed(whole)
      pointAt = left + zeros + right
    } else if (character === ',') {
      if (pointAt >= 0) return malformed(whole)
      group = 0
    } else {
      if (group >= 0 && pointAt < 0) group++
      if (character === '#' && zeros > 0) right++
      else if (character === '#') left++
      else if (right > 0) return malformed(whole)
      else zeros++
    }
  }
  if (zeros === 0 && left > 0 && pointAt >= 0) {
    const place = Math.max(1, pointAt)
    right = left - place
    left = place - 1
    zeros = 1
  }
  const isMisplaced = pointAt >= 0 ? pointAt < left || pointAt > left + zeros : right > 0
  if (isMisplaced || group === 0) return malformed(whole)
  const total = left + zeros + right
  const integerMin = (pointAt >= 0 ? pointAt : total) - left
  return {
    integerMin,
    integerMax: left + integerMin,
    fractionMin: pointAt >= 0 ? left + zeros - pointAt : 0,
    fractionMax: pointAt >= 0 ? total - pointAt : 0,
    groupSize: Math.max(0, group),
    showsPoint: pointAt === 0 || pointAt === total,
    exponentMin: exponent?.length,
  }
}
