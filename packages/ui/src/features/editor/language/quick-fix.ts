// The change that a diagnostic offers by itself: it names the wrong word and the right one.
import type { TextEdit } from '../yaml/edit-yaml.ts'

export interface FixableDiagnostic {
  readonly message: string
}

/** `offset` is where the diagnostic stands. */
export function quickFix({ message }: FixableDiagnostic, text: string, offset: number): TextEdit | undefined {
  const [wrong, right] = wordsOf(message)
  if (wrong === undefined || right === undefined) return undefined
  const lineFrom = text.lastIndexOf('\n', offset - 1) + 1
  const lineEnd = text.indexOf('\n', offset)
  const end = lineEnd < 0 ? text.length : lineEnd
  const at = [text.indexOf(wrong, offset), text.indexOf(wrong, lineFrom)].find(found => found >= 0 && found < end)
  return at === undefined ? undefined : { from: at, to: at + wrong.length, insert: right }
}

/** The word in quotes before the question, and the one in it. */
function wordsOf(message: string): readonly (string | undefined)[] {
  const question = /did you mean [`"]([^`"]+)[`"]\?/i.exec(message)
  if (!question) return []
  const before = message.slice(0, question.index)
  const wrong = [...before.matchAll(/[`"]([^`"]+)[`"]/g)].map(([, word]) => word)
  const right = question[1]
  // `outputs.load` has no field "x": the last one is wrong. `bad` in a flow …: the only one is.
  return [wrong.at(-1), right]
}
