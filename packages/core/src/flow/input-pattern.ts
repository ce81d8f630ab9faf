// Regular expressions that users write for their inputs: on an engine whose time is linear in the text, so that none can hang it.
import { RE2JS, RE2JSException } from 're2js'
import { Fault } from '../expression/fault.ts'
import { translateRegex } from '../expression/text/regex-syntax.ts'

const PATTERNS_MAX = 500
const PATTERN_LENGTH_MAX = 2000
const compiled = new Map<string, RE2JS>()

export type PatternParse =
  { readonly type: 'pattern'; readonly pattern: RE2JS } | { readonly type: 'problem'; readonly problem: string }

export function parsePattern(source: string): PatternParse {
  const known = compiled.get(source)
  if (known !== undefined) return { type: 'pattern', pattern: known }
  if (source.length > PATTERN_LENGTH_MAX)
    return { type: 'problem', problem: `longer than ${PATTERN_LENGTH_MAX} characters` }
  try {
    const translated = translateRegex(source)
    const pattern = RE2JS.compile(translated.pattern, translated.hasLookbehind ? RE2JS.LOOKBEHINDS : 0)
    if (compiled.size >= PATTERNS_MAX) compiled.clear()
    compiled.set(source, pattern)
    return { type: 'pattern', pattern }
  } catch (error) {
    if (error instanceof Fault) return { type: 'problem', problem: error.message }
    if (!(error instanceof RE2JSException) && !(error instanceof SyntaxError)) throw error
    return { type: 'problem', problem: error.message.replace(/^error parsing regexp: /, '') }
  }
}
