// What access control refuses, for whoever turns it into an answer.

export const ACCESS_FAULTS = {
  conflict: 'The name is taken, or somebody else has changed it meanwhile.',
  'not-invited': 'Nobody has made a user for this identity, and none is made by itself.',
  'name-taken': 'Another user has this name and no such identity.',
  disabled: 'The user is switched off.',
  'login-failed': 'Name or password are wrong.',
  'locked-out': 'There were too many wrong passwords: none is looked at for a while.',
  busy: 'Too many passwords are looked at already: try again in a moment.',
  'set-up-needed': 'There is no user yet: the server waits for its set-up.',
  'set-up-invalid': 'The set-up token is wrong, used or too old.',
} as const satisfies Readonly<Record<string, string>>

export type AccessFault = keyof typeof ACCESS_FAULTS

export class AccessError extends Error {
  override readonly name = 'AccessError'
  readonly fault: AccessFault
  /** When it may be tried again. */
  readonly retryAfterS: number | undefined

  constructor(
    fault: AccessFault,
    message: string = ACCESS_FAULTS[fault],
    more: { readonly retryAfterS?: number } = {},
  ) {
    super(message)
    this.fault = fault
    this.retryAfterS = more.retryAfterS
  }
}
