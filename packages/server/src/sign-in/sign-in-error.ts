import { SIGN_IN_FAILURES, type SignInFailure } from '@batuta/api'

/** Why somebody was not signed in. The code is what they are told; the message and the cause are for the log. */
export class SignInError extends Error {
  readonly code: SignInFailure

  constructor(code: SignInFailure, detail: string, cause?: unknown) {
    super(`${SIGN_IN_FAILURES[code]} ${detail}`.trim(), { cause })
    this.name = 'SignInError'
    this.code = code
  }
}
