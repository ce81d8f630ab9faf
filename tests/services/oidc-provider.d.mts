export interface ProviderPerson {
  readonly preferred_username: string
  readonly email?: string
  groups?: readonly string[]
}

export interface ProviderClient {
  readonly client_id: string
  readonly client_secret: string
  readonly redirect_uris: readonly string[]
  readonly post_logout_redirect_uris?: readonly string[]
  readonly backchannel_logout_uri?: string
  readonly backchannel_logout_session_required?: boolean
}

export interface OidcProvider {
  readonly issuer: string
  /** By subject, which is what they type as their name; any password is right. */
  readonly people: Map<string, ProviderPerson>
  /**
   * Before the first sign-in: the addresses of the client are known only when it runs. `lives`: how many seconds its ID tokens are good, by client; ten
   * minutes unless said.
   */
  serve(clients: readonly ProviderClient[], lives?: Readonly<Record<string, number>>): void
  stop(): Promise<void>
}

export function startOidcProvider(): Promise<OidcProvider>
