const STRIP_START = /^[\t-\r\x1c-\x20\u1680\u2000-\u2006\u2008-\u200a\u2028\u2029\u205f\u3000]+/
const WHITE = /[\t-\r\x1c-\x20\u1680\u2000-\u2006\u2008-\u200a\u2028\u2029\u205f\u3000]/

export function isWhiteSpace(character: string): boolean {
  return WHITE.test(character)
}

/** Without the characters up to U+0020 at both ends. */
export function trimText(text: string): string {
  let start = 0
  let end = text.length
  while (start < end && text.charCodeAt(start) <= 32) start++
  while (end > start && text.charCodeAt(end - 1) <= 32) end--
  return text.slice(start, end)
}

/** Without white space, in Unicode's sense, at the ends. */
export function stripText(text: string, side: 'start' | 'end' | 'both' = 'both'): string {
  let result = side === 'end' ? text : text.replace(STRIP_START, '')
  if (side === 'start') return result
  while (result !== '' && isWhiteSpace(result.slice(-1))) result = result.slice(0, -1)
  return result
}

const DIGRAPHS: Readonly<Record<string, string>> = { ǆ: 'ǅ', ǉ: 'ǈ', ǌ: 'ǋ', ǳ: 'ǲ' }

/** The title case of one character; characters that would become several stay as they are. */
export function titleCase(character: string): string {
  const digraph = Object.hasOwn(DIGRAPHS, character) ? DIGRAPHS[character] : undefined
  if (digraph !== undefined) return digraph
  const upper = character.toUpperCase()
  return upper.length === character.length ? upper : character
}
