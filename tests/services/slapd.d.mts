export interface Slapd {
  /** `ldap://127.0.0.1:PORT` */
  readonly url: string
  /** The certificate that it shows after StartTLS. */
  readonly caFile: string
  stop(): Promise<void>
}

/** @throws when there is no slapd: the message says how to get one. */
export function startSlapd(ldif: string): Promise<Slapd>

export const SLAPD_ADMIN: { readonly dn: string; readonly password: string }
