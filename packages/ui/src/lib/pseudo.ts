// Languages that nobody speaks, to see what another one would break: texts grow by two fifths and bear marks, so that a text which is not translated, or is
// put together, or has no room, shows itself. `en-XA` runs as English does, `ar-XB` from right to left.

const MARKS: Readonly<Record<string, string>> = {
  a: 'á',
  c: 'ç',
  e: 'é',
  i: 'í',
  n: 'ñ',
  o: 'ö',
  s: 'š',
  u: 'ü',
  y: 'ý',
  A: 'Á',
  E: 'É',
  I: 'Í',
  O: 'Ö',
  S: 'Š',
  U: 'Ü',
}
const GROWTH = 0.4

/** What stands in braces stays. */
export function pseudoOf(text: string): string {
  const marked = text
    .split(/(\{\w+\})/)
    .map(part => (part.startsWith('{') ? part : part.replace(/[a-zA-Z]/g, letter => MARKS[letter] ?? letter)))
    .join('')
  return `⟦${marked}${'·'.repeat(Math.ceil(text.length * GROWTH))}⟧`
}
