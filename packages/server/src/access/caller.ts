// Who makes a request, as every route is told.
import { NO_GRANTS, OPEN_GRANTS, type Grants } from '@batuta/core'

export interface Caller {
  /** everybody: nobody has to log in. link: whoever has an address or key that was given away. */
  readonly kind: 'everybody' | 'user' | 'service' | 'link'
  readonly userId?: string
  readonly name: string
  readonly grants: Grants
  readonly via: 'open' | 'basic' | 'session' | 'token' | 'proxy'
  readonly tokenId?: string
  readonly sessionId?: string
  /** The user who acts as this one. */
  readonly impersonatedBy?: string
  readonly ip?: string
}

/** On a server that nobody has to log in to. */
export const EVERYBODY: Caller = { kind: 'everybody', name: 'anonymous', grants: OPEN_GRANTS, via: 'open' }

/** On routes that are public, or whose path carries the secret. */
export const BEARER_OF_LINK: Caller = { kind: 'link', name: 'anonymous', grants: NO_GRANTS, via: 'open' }
