// `:name` in a statement becomes `$1`. Casts (`::date`), slices (`a[1:n]`), strings and comments are left alone.
import { TaskError } from '@batuta/plugin-sdk'
import { codeSpans } from './scan-sql.ts'

export interface BoundStatement {
  readonly text: string
  /** The names behind `$1`, `$2`, …: a name that occurs twice is one parameter. */
  readonly names: readonly string[]
  /** From a position in `text` to the one in the statement that the author wrote. */
  readonly originalPosition: (position: number) => number
}

const NAMED = /:([A-Za-z_]\w*)/g

export function bindNamedParameters(statement: string, known: (name: string) => boolean): BoundStatement {
  const names: string[] = []
  const shifts: { readonly at: number; readonly by: number }[] = []
  let text = ''
  let copied = 0
  for (const { start, end } of codeSpans(statement)) {
    for (const match of statement.slice(start, end).matchAll(NAMED)) {
      const at = start + match.index
      const name = match[1] ?? ''
      if (!isParameter(statement, at, known(name))) continue
      if (!known(name)) throw new TaskError(`the statement uses :${name}, but \`parameters\` has no "${name}"`)
      if (!names.includes(name)) names.push(name)
      text += `${statement.slice(copied, at)}$${names.indexOf(name) + 1}`
      copied = at + match[0].length
      shifts.push({ at: text.length, by: copied - text.length })
    }
  }
  text += statement.slice(copied)
  const originalPosition = (position: number): number =>
    position + (shifts.findLast(shift => shift.at <= position)?.by ?? 0)
  return { text, names, originalPosition }
}

function isParameter(statement: string, at: number, isKnown: boolean): boolean {
  const before = statement.charAt(at - 1)
  if (before === ':') return false
  // `a[lo:hi]`: what follows a word or a bracket is the other end of a slice, unless the author gave a parameter of that name.
  return isKnown || !/[\w\])"]/.test(before)
}
