// Everybody who vouches for people: identity providers, a directory, a proxy. What they say of somebody becomes what the book of users is told: which
// groups, which role for who is new, whether that is an administrator.
import type { OutsidePasswords } from '../access/authenticate.ts'
import type { SignedIn } from '../access/sign-in.ts'
import type { GroupRules } from '../config/group-rules.ts'
import type { NewcomerRules, SignInConfig } from '../config/sign-in.ts'
import { newDirectory } from './directory.ts'
import type { ExternalIdentity } from './external-identity.ts'
import { IdentityProvider } from './identity-provider.ts'
import { membershipOf } from './map-groups.ts'
import { newTrust, proxyIdentity } from './trusted-proxy.ts'
import type { IncomingMessage } from 'node:http'

export interface Outside {
  readonly config: SignInConfig
  /** By the name in their paths; none when this way is not allowed. */
  readonly providers: ReadonlyMap<string, IdentityProvider>
  readonly passwords: OutsidePasswords
  /** Whom a trusted proxy names. */
  named(incoming: Pick<IncomingMessage, 'headers' | 'socket'>): SignedIn | undefined
  /** What one of the providers has said of somebody. */
  signedIn(identity: ExternalIdentity, provider: IdentityProvider): SignedIn
  /** People come from outside: the server is not for everybody who reaches it. */
  readonly isAsked: boolean
}

export function newOutside(config: SignInConfig, nowMs: () => number): Outside {
  const { ways, newcomers, directory, proxy } = config
  const usable = ways.has('oidc') ? [...config.providers] : []
  const providers = new Map(usable.map(([id, options]) => [id, new IdentityProvider(options, nowMs)]))
  const people = directory && ways.has('ldap') ? newDirectory(directory) : undefined
  const isTrusted = proxy && ways.has('proxy') ? newTrust(proxy.from) : undefined
  return {
    config,
    providers,
    isAsked: ['oidc', 'ldap', 'proxy'].some(way => [...ways].some(allowed => allowed === way)),
    passwords: {
      areOwnTaken: ways.has('password'),
      find: async (username, password) => {
        const found = await people?.find(username, password)
        return found && directory && asSignedIn(found, directory.groups, newcomers)
      },
    },
    named: ({ headers, socket }) => {
      if (!proxy || !isTrusted) return undefined
      const found = proxyIdentity({ headers, peer: socket.remoteAddress }, proxy, isTrusted)
      return found && asSignedIn(found, proxy.groups, newcomers)
    },
    signedIn: (identity, { config: { groups, newcomers: own } }) =>
      asSignedIn(identity, groups, { ...newcomers, ...own }),
  }
}

function asSignedIn(identity: ExternalIdentity, rules: GroupRules, newcomers: NewcomerRules): SignedIn {
  const { groups } = identity
  const facts = { ...identity, isNewUserMade: newcomers.areCreated, newUserRole: newcomers.role }
  if (groups === undefined) return facts
  const isSuperAdmin = rules.admins?.some(admin => groups.includes(admin) || groups.includes(`/${admin}`))
  return { ...facts, isMemberOf: membershipOf(groups, rules), isSuperAdmin }
}
