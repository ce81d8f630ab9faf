/** Options that every command which speaks to a server takes, after flags, variables and the context are brought together. */
export interface GlobalOptions {
  readonly server: string
  readonly tenant: string
  /** `name:password` */
  readonly user?: string
  readonly apiToken?: string
  /** Sent with each request: `name=value`. */
  readonly header?: readonly string[]
  readonly verbose?: boolean
  readonly quiet?: boolean
  /** A document is to be printed, not a text for people: JSON, or YAML if that is what was asked for. */
  readonly json?: boolean
}
