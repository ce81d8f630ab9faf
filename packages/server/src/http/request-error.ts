// What the API refuses, as an error that knows its status. Thrown by routes, caught at their border only.
import { SIGN_IN_FAILURES } from '@batuta/api'
import { BatutaError } from '@batuta/core'
import { AccessError, type AccessFault } from '../access/access-error.ts'
import { SIGN_IN_STATUS, SignInError } from '../sign-in/sign-in-error.ts'
import { FlushError } from '../storage/store.ts'
import { SubmitError, type SubmitFault } from '../inbox/inbox.ts'

export interface ErrorDetail {
  readonly message: string
  readonly path?: string
}

export class RequestError extends Error {
  readonly status: number
  /** Stable word for machines. */
  readonly code: string
  readonly details: readonly ErrorDetail[]
  readonly headers: Readonly<Record<string, string>>
  /** Fields that belong to the body of this refusal, such as `invalids`. */
  readonly fields: Readonly<Record<string, unknown>>

  constructor(status: number, code: string, message: string, more: Partial<ErrorParts> = {}) {
    super(message, { cause: more.cause })
    this.name = 'RequestError'
    this.status = status
    this.code = code
    this.details = more.details ?? []
    this.headers = more.headers ?? {}
    this.fields = more.fields ?? {}
  }
}

interface ErrorParts {
  readonly details: readonly ErrorDetail[]
  readonly headers: Readonly<Record<string, string>>
  readonly fields: Readonly<Record<string, unknown>>
  readonly cause: unknown
}

export function notFound(what: string): RequestError {
  return new RequestError(404, 'not-found', `${what} does not exist.`)
}

export function unprocessable(code: string, message: string, details: readonly ErrorDetail[] = []): RequestError {
  return new RequestError(422, code, message, { details })
}

const RETRY_AFTER_S = '1'

const OF_FAULT: Readonly<
  Record<SubmitFault, { readonly status: number; readonly code: string; readonly message: string }>
> = {
  overloaded: {
    status: 429,
    code: 'overloaded',
    message: 'The server has more to do than it can keep up with: try again in a moment.',
  },
  maintenance: {
    status: 503,
    code: 'maintenance',
    message: 'The server is in maintenance and begins nothing new: try again when it is over.',
  },
  unavailable: { status: 503, code: 'unavailable', message: 'The store does not answer now: try again in a moment.' },
  stopped: { status: 503, code: 'stopping', message: 'The server is shutting down: try again in a moment.' },
  'disk-full': {
    status: 507,
    code: 'disk-full',
    message: 'The disk of the server is full: nothing was stored. Free some space in its data folder and try again.',
  },
  failed: { status: 500, code: 'failed', message: 'The execution could not go on; the log of the server tells why.' },
}

/** Whatever was thrown, as a refusal. `isOurs`: nobody foresaw it, so the log must tell. */
export function refusalOf(error: unknown): { readonly refusal: RequestError; readonly isOurs: boolean } {
  if (error instanceof RequestError) return { refusal: error, isOurs: false }
  if (error instanceof SubmitError) return { refusal: ofFault(error), isOurs: error.fault === 'failed' }
  if (error instanceof FlushError) {
    const fault = error.fault === 'full' ? 'disk-full' : 'unavailable'
    return { refusal: ofFault(new SubmitError(fault, error.message, { cause: error })), isOurs: true }
  }
  if (error instanceof AccessError) return { refusal: ofAccess(error), isOurs: false }
  if (error instanceof SignInError) return { refusal: ofSignIn(error), isOurs: false }
  if (error instanceof BatutaError) return { refusal: unprocessable(error.code, error.message), isOurs: false }
  const message = 'The server made a mistake; its log tells more.'
  return { refusal: new RequestError(500, 'internal', message, { cause: error }), isOurs: true }
}

function ofFault(error: SubmitError): RequestError {
  const { status, code, message } = OF_FAULT[error.fault]
  const headers: Record<string, string> = status === 429 || status === 503 ? { 'retry-after': RETRY_AFTER_S } : {}
  return new RequestError(status, code, message, { headers, cause: error })
}

const TITLES: Readonly<Record<number, string>> = {
  400: 'Bad request',
  401: 'Not logged in',
  403: 'Forbidden',
  404: 'Not found',
  405: 'Method not allowed',
  409: 'Conflict',
  410: 'Gone',
  412: 'Precondition failed',
  413: 'Too large',
  415: 'Unsupported media type',
  422: 'Invalid',
  429: 'Too many requests',
  500: 'Internal error',
  503: 'Unavailable',
  507: 'Disk full',
}

/** Kestra's shape of an error, with a stable code and a title. */
export function errorText(refusal: RequestError, href: string): string {
  const { status, code, message, details, fields } = refusal
  const errors = details.length > 0 ? details : [{ message }]
  const title = TITLES[status] ?? 'Error'
  return JSON.stringify({
    message,
    code,
    title,
    ...fields,
    _links: { self: { href, templated: false } },
    _embedded: { errors },
  })
}

const STATUS_OF_ACCESS: Readonly<Record<AccessFault, number>> = {
  conflict: 409,
  'not-invited': 403,
  'name-taken': 403,
  disabled: 403,
  'login-failed': 401,
  'locked-out': 429,
  busy: 429,
  'set-up-needed': 503,
  'set-up-invalid': 403,
}

function ofAccess(error: AccessError): RequestError {
  const headers = error.retryAfterS === undefined ? {} : { 'retry-after': String(error.retryAfterS) }
  return new RequestError(STATUS_OF_ACCESS[error.fault], error.fault, error.message, { headers, cause: error })
}

/** What exactly is wrong stands in the log. */
export function ofSignIn(error: SignInError): RequestError {
  return new RequestError(SIGN_IN_STATUS[error.code], error.code, SIGN_IN_FAILURES[error.code], { cause: error })
}
