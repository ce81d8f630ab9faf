// The user's mistake, as data: returned, never thrown, all of them at once.
export interface Diagnostic {
  readonly severity: 'error' | 'warning' | 'info' | 'deprecation'
  /** Stable word for machines, e.g. `unknown-property`. */
  readonly code: string
  /** A sentence that names the value and the way out. */
  readonly message: string
  /** Place in the document, e.g. `tasks[0].then[1].message`; empty for the whole document. */
  readonly path: string
  /** 1-based; absent when the place has no text of its own. */
  readonly line?: number
  readonly column?: number
}
