import type { IncomingMessage } from 'node:http'
import { isLoopback } from '../../config/user.ts'
import { SignInError } from '../../sign-in/sign-in-error.ts'
import type { HttpConfig } from '../dependencies.ts'

export interface Asking {
  readonly incoming: IncomingMessage
  /** By the name in the path. */
  readonly provider: string
}

/**
 * The address that providers send people back to. It is never made of what a request says, but for a browser on this machine: who could choose it could
 * have the answer sent elsewhere.
 */
export function baseUrl({ headers: { host } }: IncomingMessage, { url, host: ours }: HttpConfig): string {
  if (url !== undefined) return url
  const isHere = host !== undefined && isLoopback(ours) && isLoopback(host.replace(/:\d+$/, ''))
  if (isHere) return `http://${host}`
  throw new SignInError('misconfigured', 'Say with kestra.url (BATUTA_URL) by which address people know this server.')
}
