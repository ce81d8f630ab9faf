// Numbers that states give to people, with what tells them from other numbers: check digits where there are any, ranges that were never given out where
// there are none. Only forms are known here, no person.
import { isLuhn, isMod1110, isVerhoeff, mod97, weighted } from './check-digits.ts'

export interface NationalId {
  readonly country: string
  readonly pattern: RegExp
  isValid(text: string): boolean
}

export const NATIONAL_IDS: readonly NationalId[] = [
  { country: 'BR', pattern: /(?<![\w.-])\d{3}\.?\d{3}\.?\d{3}-?\d{2}(?![\w-])/g, isValid: isCpf },
  { country: 'CH', pattern: /(?<![\w.])756\.?\d{4}\.?\d{4}\.?\d{2}(?!\w)/g, isValid: isAhv },
  { country: 'DE', pattern: /(?<![\w.])\d{2} ?\d{3} ?\d{3} ?\d{3}(?!\w)/g, isValid: isTaxNumber },
  { country: 'ES', pattern: /(?<!\w)[\dXYZ]\d{7}-?[A-HJ-NP-TV-Z](?!\w)/gi, isValid: isDni },
  {
    country: 'FR',
    pattern: /(?<!\w)[12] ?\d{2} ?\d{2} ?(?:\d{2}|2[AB]) ?\d{3} ?\d{3} ?\d{2}(?!\w)/gi,
    isValid: isNir,
  },
  {
    country: 'GB',
    pattern: /(?<!\w)[A-CEGHJ-PR-TW-Z][A-CEGHJ-NPR-TW-Z] ?\d{2} ?\d{2} ?\d{2} ?[A-D](?!\w)/gi,
    isValid: text => !/^(?:BG|GB|NK|KN|TN|NT|ZZ)/i.test(text),
  },
  { country: 'IN', pattern: /(?<![\w.])[2-9]\d{3} ?\d{4} ?\d{4}(?!\w)/g, isValid: text => isVerhoeff(digitsOf(text)) },
  {
    country: 'IT',
    pattern: /(?<!\w)[A-Z]{6}[\dLMNP-V]{2}[A-EHLMPRST][\dLMNP-V]{2}[A-Z][\dLMNP-V]{3}[A-Z](?!\w)/gi,
    isValid: isFiscalCode,
  },
  { country: 'NL', pattern: /(?<![\w.])\d{9}(?!\w)/g, isValid: isBsn },
  { country: 'PL', pattern: /(?<![\w.])\d{11}(?!\w)/g, isValid: isPesel },
  {
    country: 'SE',
    pattern: /(?<![\w.])(?:\d{2})?\d{6}[-+]\d{4}(?!\w)/g,
    isValid: text => isLuhn(digitsOf(text).slice(-10)),
  },
  { country: 'US', pattern: /(?<![\w-])\d{3}-\d{2}-\d{4}(?![\w-])/g, isValid: isSsn },
]

export const COUNTRIES: readonly string[] = NATIONAL_IDS.map(({ country }) => country)

/** Those whose numbers are not met by chance in other ones: a check of one digit in ten is not enough where nothing else marks them. */
export const COUNTRIES_BY_DEFAULT: readonly string[] = COUNTRIES.filter(country => country !== 'NL')

function digitsOf(text: string): string {
  return text.replaceAll(/\D/g, '')
}

function isSsn(text: string): boolean {
  const [area = '', group, serial] = text.split('-')
  return !/^(?:000|666|9)/.test(area) && group !== '00' && serial !== '0000'
}

const DNI_LETTERS = 'TRWAGMYFPDXBNJZSQVHLCKE'

function isDni(text: string): boolean {
  const plain = text.replace('-', '').toUpperCase()
  const number = `${'XYZ'.indexOf(plain.charAt(0)) === -1 ? plain.charAt(0) : 'XYZ'.indexOf(plain.charAt(0))}${plain.slice(1, 8)}`
  return DNI_LETTERS[Number(number) % 23] === plain.at(-1)
}

function isNir(text: string): boolean {
  const plain = text.replaceAll(' ', '').toUpperCase()
  const month = Number(plain.slice(3, 5))
  const number = BigInt(plain.slice(0, 13).replace('2A', '19').replace('2B', '18'))
  return month >= 1 && (month <= 12 || month >= 20) && 97n - (number % 97n) === BigInt(plain.slice(13))
}

/** Of the first ten digits one or two are there more than once. */
function isTaxNumber(text: string): boolean {
  const digits = digitsOf(text)
  const distinct = new Set(digits.slice(0, 10)).size
  return !digits.startsWith('0') && (distinct === 8 || distinct === 9) && isMod1110(digits)
}

function isCpf(text: string): boolean {
  const digits = digitsOf(text)
  if (new Set(digits).size === 1) return false
  const check = (length: number): number => {
    const weights = Array.from({ length }, (_, index) => length + 1 - index)
    return ((weighted(digits, weights) * 10) % 11) % 10
  }
  return check(9) === Number(digits[9]) && check(10) === Number(digits[10])
}

function isAhv(text: string): boolean {
  const digits = digitsOf(text)
  return (10 - (weighted(digits, [1, 3, 1, 3, 1, 3, 1, 3, 1, 3, 1, 3]) % 10)) % 10 === Number(digits[12])
}

function isBsn(text: string): boolean {
  return text !== '000000000' && weighted(text, [9, 8, 7, 6, 5, 4, 3, 2, -1]) % 11 === 0
}

/** The month tells the century: 80 to 92, 1 to 12, 21 to 32 … */
function isPesel(text: string): boolean {
  const [month, day] = [Number(text.slice(2, 4)) % 20, Number(text.slice(4, 6))]
  if (month < 1 || month > 12 || day < 1 || day > 31) return false
  return weighted(text, [1, 3, 7, 9, 1, 3, 7, 9, 1, 3, 1]) % 10 === 0
}

const ODD = [1, 0, 5, 7, 9, 13, 15, 17, 19, 21, 2, 4, 18, 20, 11, 3, 6, 8, 12, 14, 16, 10, 22, 25, 24, 23]

function isFiscalCode(text: string): boolean {
  const plain = text.toUpperCase()
  const sum = [...plain.slice(0, 15)].reduce((total, sign, index) => {
    const value = /\d/.test(sign) ? Number(sign) : sign.charCodeAt(0) - 65
    return total + (index % 2 === 0 ? (ODD[value] ?? 0) : value)
  }, 0)
  return String.fromCharCode(65 + (sum % 26)) === plain.at(-1)
}

export function isIban(text: string): boolean {
  const plain = text.replaceAll(/[ -]/g, '').toUpperCase()
  return IBAN_LENGTHS.get(plain.slice(0, 2)) === plain.length && mod97(`${plain.slice(4)}${plain.slice(0, 4)}`) === 1
}

export const IBAN_LENGTHS: ReadonlyMap<string, number> = new Map(
  `AD24 AE23 AL28 AT20 AZ28 BA20 BE16 BG22 BH22 BR29 BY28 CH21 CR22 CY28 CZ24 DE22 DK18 DO28 EE20 EG29 ES24 FI18 FO18 FR27 GB22 GE22 GI23
  GL18 GR27 GT28 HR21 HU28 IE22 IL23 IQ23 IS26 IT27 JO30 KW30 KZ20 LB28 LC32 LI21 LT20 LU20 LV21 LY25 MC27 MD24 ME22 MK19 MR27 MT31 MU30 NL18
  NO15 PK24 PL28 PS29 PT25 QA29 RO24 RS22 SA24 SC31 SE24 SI19 SK24 SM27 ST25 SV28 TL23 TN24 TR26 UA29 VA22 VG24 XK20`
    .split(/\s+/)
    .map(entry => [entry.slice(0, 2), Number(entry.slice(2))] as const),
)
