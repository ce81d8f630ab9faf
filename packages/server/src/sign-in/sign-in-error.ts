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

export const SIGN_IN_STATUS: Readonly<Record<SignInFailure, number>> = {
  'provider-unknown': 404,
  'provider-unreachable': 503,
  'provider-refused': 503,
  misconfigured: 503,
  denied: 401,
  'not-begun': 401,
  'answer-invalid': 401,
  'not-allowed': 403,
  'not-invited': 403,
  'name-taken': 403,
  'identity-taken': 403,
  'not-signed-in': 401,
  disabled: 403,
  'set-up-needed': 503,
}
