// Where a task stands in the source of its flow. A search by text: the source is as its author wrote it, and ids are unique in a flow.

export interface TaskLines {
  /** From 1. */
  readonly line: number
  readonly text: string
}

export function taskInSource(source: string, taskId: string): TaskLines | undefined {
  const lines = source.split('\n')
  const at = lines.findIndex(line => idOf(line) === taskId && isOfTask(lines, lines.indexOf(line)))
  if (at < 0) return undefined
  const begin = beginOf(lines, at)
  const indent = indentOf(lines[begin] ?? '')
  let end = begin + 1
  while (end < lines.length && isInside(lines[end] ?? '', indent)) end++
  while (end > begin + 1 && (lines[end - 1] ?? '').trim() === '') end--
  const text = lines.slice(begin, end).map(line => line.slice(Math.min(indent, indentOf(line))))
  return { line: at + 1, text: text.join('\n') }
}

const ID = /^\s*(?:-\s*)?(?:\{\s*)?id:\s*(?:"([^"]*)"|'([^']*)'|([^\s#,}]+))/

function idOf(line: string): string | undefined {
  const match = ID.exec(line)
  return match?.[1] ?? match?.[2] ?? match?.[3]
}

/** The id of the flow itself stands at the margin. */
function isOfTask(lines: readonly string[], at: number): boolean {
  return indentOf(lines[at] ?? '') > 0 || /^\s*-/.test(lines[at] ?? '')
}

/** The dash of the list item that the line is in. */
function beginOf(lines: readonly string[], at: number): number {
  if (/^\s*-/.test(lines[at] ?? '')) return at
  const indent = indentOf(lines[at] ?? '')
  for (let above = at - 1; above >= 0; above--) {
    const line = lines[above] ?? ''
    if (/^\s*-/.test(line) && indentOf(line) < indent) return above
    if (line.trim() !== '' && indentOf(line) < indent && !/^\s*-/.test(line)) break
  }
  return at
}

function isInside(line: string, indent: number): boolean {
  return line.trim() === '' || indentOf(line) > indent
}

function indentOf(line: string): number {
  return line.length - line.trimStart().length
}
