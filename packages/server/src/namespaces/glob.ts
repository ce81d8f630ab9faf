// Names and paths by patterns of the shell: `*`, `?`, and `**` for any number of folders. Every match takes time in proportion to the pattern and
// the name, whatever is written: patterns come from users.

/** `*` is any run of characters, `?` one. */
export function matchesName(name: string, pattern: string): boolean {
  let at = 0
  let of = 0
  let star = -1
  let mark = 0
  while (at < name.length) {
    if (pattern[of] === '*') {
      star = of++
      mark = at
    } else if (pattern[of] === '?' || (of < pattern.length && pattern[of] === name[at])) {
      of++
      at++
    } else if (star >= 0) {
      of = star + 1
      at = ++mark
    } else {
      return false
    }
  }
  while (pattern[of] === '*') of++
  return of === pattern.length
}

/**
 * A path by a pattern of Kestra's: one that begins with a slash stands for the whole path, any other for its end, from some folder on. `*` and `?`
 * stay inside a folder, `**` does not; `{a,b}` and `[a-c]` are understood; a slash at the end means all that is below.
 */
export function matchesPath(path: string, pattern: string): boolean {
  const written = pattern
    .trim()
    .replace(/^glob:/, '')
    .replace(/^\.\//, '')
  const whole = written.startsWith('/') || written.startsWith('**') ? written : `**/${written}`
  const full = whole.endsWith('/') ? `${whole}**` : whole
  const absolute = `/${path.replace(/^\/+/, '')}`
  return alternativesOf(full).some(one => matchesTokens(absolute, tokensOf(one)))
}

const ALTERNATIVES_MAX = 100

/** `a{b,c}` is `ab` and `ac`. */
function alternativesOf(pattern: string): readonly string[] {
  const match = /\{([^{}]*)\}/.exec(pattern)
  if (match === null) return [pattern]
  const before = pattern.slice(0, match.index)
  const after = pattern.slice(match.index + match[0].length)
  const parts = (match[1] ?? '').split(',')
  return parts.flatMap(part => alternativesOf(before + part + after)).slice(0, ALTERNATIVES_MAX)
}

type Token =
  | { readonly type: 'character'; readonly character: string }
  | { readonly type: 'one' | 'some' | 'any' }
  | { readonly type: 'class'; readonly members: string; readonly isNegated: boolean }

function tokensOf(pattern: string): readonly Token[] {
  const tokens: Token[] = []
  for (let at = 0; at < pattern.length; at++) {
    const character = pattern[at] ?? ''
    const set = character === '[' ? /^\[([!^]?)([^\]]+)\]/.exec(pattern.slice(at)) : null
    if (set !== null) {
      tokens.push({ type: 'class', members: set[2] ?? '', isNegated: set[1] !== '' })
      at += set[0].length - 1
    } else if (character === '*' && pattern[at + 1] === '*') {
      tokens.push({ type: 'any' })
      at++
    } else if (character === '*') tokens.push({ type: 'some' })
    else if (character === '?') tokens.push({ type: 'one' })
    else tokens.push({ type: 'character', character })
  }
  return tokens
}

/** Token by token: which beginnings of the text the tokens so far can stand for. */
function matchesTokens(text: string, tokens: readonly Token[]): boolean {
  let reached: boolean[] = [true]
  for (const token of tokens) {
    const isMany = token.type === 'any' || token.type === 'some'
    const next: boolean[] = [isMany && reached[0] === true]
    for (let at = 0; at < text.length; at++) {
      const isTaken = takes(token, text[at] ?? '')
      next[at + 1] = isMany
        ? reached[at + 1] === true || (next[at] === true && isTaken)
        : reached[at] === true && isTaken
    }
    reached = next
  }
  return reached[text.length] === true
}

function takes(token: Token, character: string): boolean {
  switch (token.type) {
    case 'character':
      return token.character === character
    case 'any':
      return true
    case 'some':
    case 'one':
      return character !== '/'
    case 'class':
      return character !== '/' && isMember(character, token.members) !== token.isNegated
  }
}

function isMember(character: string, members: string): boolean {
  for (let at = 0; at < members.length; at++) {
    const isRange = members[at + 1] === '-' && at + 2 < members.length
    const [from = '', to = ''] = isRange ? [members[at], members[at + 2]] : [members[at], members[at]]
    if (character >= from && character <= to) return true
    if (isRange) at += 2
  }
  return false
}
