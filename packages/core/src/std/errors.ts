// The catalogue of what may go wrong in the world or in what users wrote. A code is stable, a message is for people. Add a code here,
// with its meaning in one line, before you throw it.

export const ERROR_CODES = {
  'expression-syntax': 'The text of an expression cannot be read.',
  'expression-undefined': 'An expression reads a variable, attribute or index that does not exist.',
  'expression-type': 'An operator or a filter met a value of a type it cannot work with.',
  'expression-argument': 'An argument of a filter, function, test or macro is missing, superfluous or invalid.',
  'expression-unknown': 'An expression names a filter, function, test or tag that does not exist.',
  'expression-value':
    'A text in an expression cannot be parsed: number, JSON, YAML, date, regular expression or base64.',
  'expression-limit': 'An expression used up its fuel: steps, depth or size of the output.',
  'backup-failed': 'A backup could not be written, or a restore could not be done.',
  'backup-invalid': 'A backup is not whole, damaged, or of another version.',
  'config-invalid': 'An option of the configuration is missing or out of bounds.',
  'database-unreachable': 'The database does not answer.',
  'execution-not-found': 'An execution that a task names does not exist.',
  'execution-refused': 'An execution refuses what a task wants of it.',
  'file-not-found': 'A file of the internal storage does not exist.',
  'file-refused': 'A path or URI of a file is malformed, or belongs to somebody else.',
  'file-too-large': 'A file is larger than an expression may read.',
  'key-exists': 'A key of the key-value store exists already and is not to be overwritten.',
  'key-invalid': 'The name of a key of the key-value store is not allowed.',
  'key-not-found': 'A key of the key-value store does not exist or has expired.',
  'key-value-invalid': 'A value cannot be kept under a key: it is not of its type, too large, or its life is negative.',
  'namespace-not-found': 'A namespace has no flow, no key and no file.',
  'outbound-refused':
    'The server was told to call an address that it must not call, or the answer was beyond its bounds.',
  'policy-invalid': 'A policy cannot be read, or is not to be changed here.',
  'question-malformed': 'A function that asks the world lacks an argument.',
  'question-unknown': 'An expression or task asks something that this server does not answer.',
  'secret-not-found': 'A secret does not exist.',
  'secret-unavailable': 'A manager of secrets does not answer, or refuses what it is asked.',
  'journal-newer-version': 'A journal row was written by a newer version than this node runs.',
  'journal-without-birth': 'The journal of an execution does not begin with its creation.',
  'plugin-invalid': 'A plugin cannot be installed, or is not installed.',
  'tool-missing': 'A program that a command needs is not on the machine.',
  'value-malformed': 'A text that should hold a value is not valid JSON.',
  'value-too-deep': 'A value is nested deeper than values may be.',
  'value-too-large': 'The text of a value would not fit into memory.',
  'value-unsupported': 'A plugin returned something that is not data, for instance a function.',
} as const satisfies Record<string, string>

export type ErrorCode = keyof typeof ERROR_CODES

export class BatutaError extends Error {
  override readonly name: string = 'BatutaError'
  readonly code: ErrorCode

  constructor(code: ErrorCode, message: string, options?: { readonly cause?: unknown }) {
    super(message, options)
    this.code = code
  }
}

export type ExpressionErrorKind = 'SYNTAX' | 'UNDEFINED' | 'TYPE' | 'ARGUMENT' | 'UNKNOWN' | 'VALUE' | 'LIMIT'

const CODE_OF_KIND: Readonly<Record<ExpressionErrorKind, ErrorCode>> = {
  SYNTAX: 'expression-syntax',
  UNDEFINED: 'expression-undefined',
  TYPE: 'expression-type',
  ARGUMENT: 'expression-argument',
  UNKNOWN: 'expression-unknown',
  VALUE: 'expression-value',
  LIMIT: 'expression-limit',
}

export interface ExpressionErrorDetails {
  readonly kind: ExpressionErrorKind
  readonly message: string
  /** 1-based, inside the template. */
  readonly line: number
  /** 1-based, inside the line. */
  readonly column: number
  /** The part of the template around the position, at most 200 characters. */
  readonly excerpt: string
  /** A name in scope that the author may have meant. */
  readonly suggestion?: string
  readonly cause?: unknown
}

export class ExpressionError extends BatutaError {
  override readonly name = 'ExpressionError'
  readonly kind: ExpressionErrorKind
  readonly line: number
  readonly column: number
  readonly excerpt: string
  readonly suggestion: string | undefined
  /** The message without position and source, for callers that show those themselves. */
  readonly reason: string

  constructor(details: ExpressionErrorDetails) {
    const hint = details.suggestion === undefined ? '' : `; did you mean \`${details.suggestion}\`?`
    const place = `in the expression \`${details.excerpt}\` at line ${details.line}, column ${details.column}`
    super(CODE_OF_KIND[details.kind], `${details.message} ${place}${hint}`, { cause: details.cause })
    this.kind = details.kind
    this.line = details.line
    this.column = details.column
    this.excerpt = details.excerpt
    this.suggestion = details.suggestion
    this.reason = details.message
  }
}
