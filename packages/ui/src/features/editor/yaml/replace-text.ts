import type { TextEdit } from './edit-yaml.ts'

/** Makes the one text of the other and touches only what is between what both begin and end with, so that the cursor stays where it was. */
export function replaceText(before: string, after: string): readonly TextEdit[] {
  if (before === after) return []
  let head = 0
  while (head < before.length && before.charCodeAt(head) === after.charCodeAt(head)) head++
  let tail = 0
  const room = Math.min(before.length, after.length) - head
  while (tail < room && before.charCodeAt(before.length - 1 - tail) === after.charCodeAt(after.length - 1 - tail))
    tail++
  return [{ from: head, to: before.length - tail, insert: after.slice(head, after.length - tail) }]
}
