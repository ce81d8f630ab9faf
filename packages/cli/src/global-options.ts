/** Options that every command which speaks to a server takes. */
export interface GlobalOptions {
  readonly server: string
  readonly tenant: string
  /** `name:password` */
  readonly user?: string
  readonly apiToken?: string
  readonly json?: boolean
}
