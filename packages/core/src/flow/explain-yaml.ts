// What the YAML reader refuses, in words that name the way out. The reader tells where it could not go on; the mistake often lies before.

export interface YamlExplanation {
  readonly message: string
  readonly offset: number
}

export function explainYaml(source: string, reason: string, offset: number): YamlExplanation {
  const start = source.lastIndexOf('\n', offset - 1) + 1
  const line = source.slice(start, endOfLine(source, start))
  if (reason.includes('tab characters')) return { message: `${sentence(reason)} Use spaces.`, offset }
  const quote = findOpenQuote(source, offset)
  if (quote !== undefined) {
    const mark = source.charAt(quote)
    return { message: `The quote ${mark} is never closed: put another ${mark} behind the text.`, offset: quote }
  }
  const bracket = findOpenBracket(source)
  if (bracket !== undefined) {
    const mark = source.charAt(bracket)
    return { message: `The bracket ${mark} is never closed with ${mark === '[' ? ']' : '}'}.`, offset: bracket }
  }
  if (/^\s*(?:- )?[\w.-]+:\s+[^\s"'|>[{&*#][^#]*:(?:\s|$)/.test(line))
    return { message: `${sentence(reason)} A text that holds ": " must stand in quotes.`, offset }
  if (reason.includes('indentation')) {
    const advice = 'Properties of one map begin in the same column, with two more spaces than what holds them.'
    return { message: `${sentence(reason)} ${advice}`, offset }
  }
  return { message: sentence(reason), offset }
}

export function sentence(reason: string): string {
  const text = reason.charAt(0).toUpperCase() + reason.slice(1)
  return text.endsWith('.') ? text : `${text}.`
}

function endOfLine(source: string, start: number): number {
  const end = source.indexOf('\n', start)
  return end < 0 ? source.length : end
}

const LOOK_BACK_MAX = 4_000

/** A value that begins with a quote which the rest of the document does not hold again. */
function findOpenQuote(source: string, offset: number): number | undefined {
  const from = Math.max(0, offset + 1 - LOOK_BACK_MAX)
  for (const match of source.slice(from, offset + 1).matchAll(/(?::\s+|-\s+|[[{,]\s*)(["'])/g)) {
    const at = from + match.index + match[0].length - 1
    const mark = match[1] ?? '"'
    if (isEscapedOrClosed(source, at, mark)) continue
    return at
  }
  return undefined
}

function isEscapedOrClosed(source: string, at: number, mark: string): boolean {
  const before = source.slice(source.lastIndexOf('\n', at) + 1, at)
  if ((before.split(mark).length - 1) % 2 === 1) return true
  for (let i = at + 1; i < source.length; i++) {
    if (mark === '"' && source.charAt(i) === '\\') i++
    else if (source.charAt(i) === mark) return true
  }
  return false
}

/** The last bracket of a flow collection that nothing closes, in texts without quotes and comments. */
function findOpenBracket(source: string): number | undefined {
  const open: number[] = []
  const bare = source.replaceAll(/"(?:[^"\\]|\\.)*"|'[^']*'|#[^\n]*/g, text => ' '.repeat(text.length))
  for (let i = 0; i < bare.length; i++) {
    const character = bare.charAt(i)
    if (character === '[' || character === '{') open.push(i)
    else if (character === ']' || character === '}') open.pop()
  }
  return open[0]
}
