// How somebody is told that it must be known who asks.
import { createHash, timingSafeEqual } from 'node:crypto'
import type { IncomingHttpHeaders } from 'node:http'
import type { ConfiguredUser } from '../config/user.ts'
import { RequestError } from './request-error.ts'

/** Undefined when the request may go on. */
export type LoginCheck = (authorization: string | undefined) => RequestError | undefined

/** HTTP Basic with the one user of the configuration: for the management port, which knows no other. */
export function newLoginCheck(user: ConfiguredUser | undefined): LoginCheck {
  if (user === undefined) return () => undefined
  const expected = digest(`Basic ${Buffer.from(`${user.name}:${user.password}`).toString('base64')}`)
  return authorization =>
    authorization !== undefined && timingSafeEqual(digest(inOneShape(authorization)), expected)
      ? undefined
      : loginRequired()
}

/** The scheme may be written in any case. */
function inOneShape(authorization: string): string {
  return authorization.replace(/^basic\s+/i, 'Basic ')
}

/** Of one length, whatever was sent. */
function digest(text: string): Buffer {
  return createHash('sha256').update(text).digest()
}

/** To what a page asks by a program the scheme is not named: the browser would lay its own window over the page of the sign-in. */
export function loginRequired(headers: IncomingHttpHeaders = {}): RequestError {
  const isOfPage = headers['sec-fetch-dest'] === 'empty' || headers['x-requested-with'] === 'XMLHttpRequest'
  return new RequestError(401, 'login-required', 'Name and password of a user are needed.', {
    headers: isOfPage ? {} : { 'www-authenticate': 'Basic realm="Batuta"' },
  })
}
