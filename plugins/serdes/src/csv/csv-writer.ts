// Puts fields together to lines of CSV.
export type QuoteMode = 'ALWAYS' | 'REQUIRED' | 'NON_NUMERIC'

export interface CsvStyle {
  readonly fieldSeparator: string
  readonly textDelimiter: string
  readonly lineDelimiter: string
  readonly quoteMode: QuoteMode
}

/** Null is an empty field. */
export interface CsvField {
  readonly text: string
  readonly isNumber: boolean
}

export function lineWriter(style: CsvStyle): (fields: readonly CsvField[]) => string {
  const write = fieldWriter(style)
  const { fieldSeparator, lineDelimiter } = style
  return fields => {
    let line = ''
    for (let at = 0; at < fields.length; at++) {
      const field = fields[at]
      if (at > 0) line += fieldSeparator
      if (field !== undefined) line += write(field)
    }
    return line + lineDelimiter
  }
}

function fieldWriter({ fieldSeparator, textDelimiter, quoteMode }: CsvStyle): (field: CsvField) => string {
  const quote = (text: string): string =>
    textDelimiter + text.replaceAll(textDelimiter, textDelimiter + textDelimiter) + textDelimiter
  if (quoteMode === 'ALWAYS') return ({ text }) => quote(text)
  const needsQuotes = (text: string): boolean =>
    text.includes(fieldSeparator) || text.includes(textDelimiter) || text.includes('\n') || text.includes('\r')
  if (quoteMode === 'NON_NUMERIC') {
    return ({ text, isNumber }) => (isNumber && !needsQuotes(text) ? text : quote(text))
  }
  return ({ text }) => (needsQuotes(text) ? quote(text) : text)
}
