import type { Diagnostic } from '../std/diagnostic.ts'

/** A diagnostic as Kestra's API lists it. */
export interface Violation {
  readonly message: string
  readonly path: string
}

/**
 * The errors among diagnostics, as the violations that clients of Kestra count and show. An unknown or absent type is two of them there –
 * the value, and the property that decides what the rest may be – and so is an absent id: it is null, and it breaks its pattern.
 */
export function violationsOf(diagnostics: readonly Diagnostic[]): readonly Violation[] {
  return diagnostics
    .filter(({ severity }) => severity === 'error')
    .flatMap(({ code, message, path }) => {
      const second = SECOND_MESSAGES.get(code)
      return second === undefined
        ? [{ message, path }]
        : [
            { message, path },
            { message: second, path },
          ]
    })
}

const SECOND_MESSAGES: ReadonlyMap<string, string> = new Map([
  ['unknown-type', 'The properties cannot be read without a known type.'],
  ['missing-type', 'The properties cannot be read without a known type.'],
  ['removed-type', 'The properties cannot be read without a known type.'],
  ['missing-id', 'An id must not be blank.'],
])
