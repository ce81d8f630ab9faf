// What the guest says on its console, among the words of its kernel.
import type { Acknowledged } from '../torture/ledger.ts'

export type ConsoleLine =
  | { readonly type: 'ready' }
  | { readonly type: 'begun'; readonly token: string }
  | { readonly type: 'acknowledged'; readonly entry: Acknowledged }

const MARK = '@batuta '

export function lineOf(line: ConsoleLine): string {
  return `\n${MARK}${JSON.stringify(line)}\n`
}

/** Undefined when somebody else said it, or the power was cut in the middle of it. */
export function parseLine(text: string): ConsoleLine | undefined {
  const at = text.indexOf(MARK)
  if (at < 0) return undefined
  try {
    const line: ConsoleLine = JSON.parse(text.slice(at + MARK.length))
    return line
  } catch {
    return undefined
  }
}
