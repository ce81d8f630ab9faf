// Somebody of whom a stranger – an identity provider, a directory, a proxy – has said who they are.
export interface ExternalIdentity {
  /** Who says so: with `subject` it is the identity. An address of e-mail never is: it can be given to somebody else. */
  readonly provider: string
  readonly subject: string
  readonly username: string
  readonly email?: string
  readonly firstName?: string
  readonly lastName?: string
  /** As they are called outside; undefined when nobody said anything about groups. */
  readonly groups?: readonly string[]
}
