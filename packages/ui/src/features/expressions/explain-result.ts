// What became of an expression: a value with its type, or a mistake with the place where it is.

export type Outcome =
  | { readonly type: 'value'; readonly value: unknown; readonly typeName: string }
  | { readonly type: 'mistake'; readonly message: string; readonly line: number; readonly column: number }

export function valueOutcome(value: unknown): Outcome {
  return { type: 'value', value, typeName: typeNameOf(value) }
}

export function typeNameOf(value: unknown): string {
  if (value === null || value === undefined) return 'null'
  if (Array.isArray(value)) return `list of ${value.length}`
  if (typeof value === 'object') return `map of ${Object.keys(value).length}`
  if (typeof value === 'number') return Number.isInteger(value) ? 'integer' : 'number'
  return typeof value === 'bigint' ? 'integer' : typeof value
}

const PLACE = / in the expression `[^]*` at line (\d+), column (\d+)/

/** The server tells the place within the sentence. */
export function mistakeOf(message: string): Outcome {
  const place = PLACE.exec(message)
  return {
    type: 'mistake',
    message: message.replace(PLACE, ''),
    line: Number(place?.[1] ?? 1),
    column: Number(place?.[2] ?? 1),
  }
}

/** The line with the mistake, and a caret below it. */
export function caretLines(source: string, line: number, column: number): string {
  const text = source.split('\n')[line - 1] ?? ''
  return `${text}\n${' '.repeat(Math.max(0, column - 1))}^`
}
