// Where tasks may connect to, as an installation says it: for all namespaces, and for some of them otherwise.

export interface EgressRules {
  /** `listed`: only what `allow` names. `none`: nowhere. */
  readonly mode: 'open' | 'listed' | 'none'
  /** Names, `*.names`, addresses and networks. Metadata services must be named one by one. */
  readonly allow: readonly string[]
  /** Goes before `allow`. */
  readonly deny: readonly string[]
  /** Of mode `open`: networks that are not the internet's. */
  readonly isPrivateOpen: boolean
  /** Of mode `open`: this machine. */
  readonly isLoopbackOpen: boolean
}

export interface EgressSettings extends EgressRules {
  /** For a namespace and those below it; the nearest counts. */
  readonly byNamespace: Readonly<Record<string, EgressRules>>
}

/** People call their own services: what is closed unless said is what hands out credentials of the machine. */
export const OPEN_EGRESS: EgressSettings = {
  mode: 'open',
  allow: [],
  deny: [],
  isPrivateOpen: true,
  isLoopbackOpen: true,
  byNamespace: {},
}

export function egressRulesOf(settings: EgressSettings, namespace: string): EgressRules {
  const { byNamespace } = settings
  for (let name = namespace; name !== ''; name = name.slice(0, Math.max(0, name.lastIndexOf('.')))) {
    const own = Object.hasOwn(byNamespace, name) ? byNamespace[name] : undefined
    if (own) return own
  }
  return settings
}
