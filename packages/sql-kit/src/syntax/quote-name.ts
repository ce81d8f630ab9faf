/**
 * A name as an author writes it in `table` or `columns`, made safe for a statement: what is all lower case is quoted, so that reserved
 * words work; what has capitals, dots or quotes of its own is SQL already and stays as it is.
 */
export function quoteWritten(name: string, quote: '"' | '`' = '"'): string {
  return /^[a-z_][a-z0-9_]*$/.test(name) ? `${quote}${name}${quote}` : name
}

/** A name exactly as the database has it. */
export function quoteExact(name: string, quote: '"' | '`' = '"'): string {
  return `${quote}${name.replaceAll(quote, quote + quote)}${quote}`
}
