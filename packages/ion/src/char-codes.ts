/** Character codes that Ion text gives a meaning to. */
export const TAB = 9
export const NEWLINE = 10
export const RETURN = 13
export const SPACE = 32
export const QUOTE = 34
export const DOLLAR = 36
export const APOSTROPHE = 39
export const OPEN_ROUND = 40
export const CLOSE_ROUND = 41
export const STAR = 42
export const PLUS = 43
export const COMMA = 44
export const MINUS = 45
export const DOT = 46
export const SLASH = 47
export const ZERO = 48
export const NINE = 57
export const COLON = 58
export const OPEN_SQUARE = 91
export const BACKSLASH = 92
export const CLOSE_SQUARE = 93
export const UNDERSCORE = 95
export const OPEN_CURLY = 123
export const CLOSE_CURLY = 125
export const BYTE_ORDER_MARK = 0xfeff

export function isDigitCode(code: number): boolean {
  return code >= ZERO && code <= NINE
}

/** Letters, digits, `_` and `$`: what names are made of. */
export function isWordCode(code: number): boolean {
  const letter = code | 32
  return (letter >= 97 && letter <= 122) || isDigitCode(code) || code === UNDERSCORE || code === DOLLAR
}

/** What numbers and timestamps are made of. */
export function isTokenCode(code: number): boolean {
  return isWordCode(code) || code === DOT || code === MINUS || code === PLUS || code === COLON
}
