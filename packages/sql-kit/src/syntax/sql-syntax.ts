// In what the texts of databases differ for whoever looks into statements: what opens a string, a name or a comment, and how the place of
// a value is written.

export interface SqlSyntax {
  /** `\'` does not close a string. */
  readonly hasBackslashes: boolean
  /** `E'…'`, in which a backslash counts although it does not otherwise. */
  readonly hasEscapeStrings: boolean
  /** `$$…$$`, or also `$tag$…$tag$`. */
  readonly dollarQuotes: 'none' | 'plain' | 'tagged'
  /** `` `name` ``. */
  readonly hasBackticks: boolean
  /** `[name]`. */
  readonly hasBrackets: boolean
  /** `q'[…]'`. */
  readonly hasQuoteOperator: boolean
  /** What begins a comment that ends with the line. */
  readonly lineComments: readonly string[]
  /** A comment may hold another one. */
  readonly nestsComments: boolean
  /** `begin … end` outside of a routine is one statement, whose last semicolon belongs to it. */
  readonly hasBlocks: boolean
}

/** What the standard says, and what most databases add nothing to. */
export const STANDARD: SqlSyntax = {
  hasBackslashes: false,
  hasEscapeStrings: false,
  dollarQuotes: 'none',
  hasBackticks: false,
  hasBrackets: false,
  hasQuoteOperator: false,
  lineComments: ['--'],
  nestsComments: false,
  hasBlocks: false,
}

export const POSTGRESQL: SqlSyntax = {
  ...STANDARD,
  hasEscapeStrings: true,
  dollarQuotes: 'tagged',
  nestsComments: true,
}
