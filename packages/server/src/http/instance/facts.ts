// What the server is configured with, as it may be shown: of a secret only that it is there, of an address nothing that signs somebody in.
import { SIGN_IN_FAILURES } from '@batuta/api'
import type { DirectoryConfig } from '../../config/directory.ts'
import type { GroupRules } from '../../config/group-rules.ts'
import type { OidcConfig } from '../../config/oidc.ts'
import type { NewcomerRules, ProxyConfig, SignInConfig } from '../../config/sign-in.ts'
import { SignInError } from '../../sign-in/sign-in-error.ts'
import type { HttpDependencies } from '../dependencies.ts'
import type { Handlers } from '../exchange.ts'
import { json } from '../reply.ts'
import { notFound } from '../request-error.ts'

type Shown = Readonly<Record<string, unknown>>

export function factHandlers(
  dependencies: HttpDependencies,
): Pick<Handlers<'instance'>, 'storage' | 'signIn' | 'checkProvider'> {
  const { store, instance, config, outside } = dependencies
  return {
    storage: async () => {
      const { executionsKeptMs } = config.storage ?? {}
      const [space, disk] = await Promise.all([store.read.measureSpace(), instance.disk?.()])
      return json({
        retention: executionsKeptMs === undefined ? {} : { executionsMs: executionsKeptMs },
        database: { kind: store.kind, ...space },
        ...(disk ? { disk } : {}),
        requestsPerMinute: config.requestsPerMinute ?? 0,
      })
    },
    signIn: () => json(presentSignIn(outside.config, config.url)),
    checkProvider: async ({ params: { provider: id } }) => {
      const provider = outside.providers.get(id)
      if (!provider) throw notFound(`The identity provider "${id}"`)
      try {
        return json({ isWell: true, ...(await provider.describe()) })
      } catch (error) {
        if (!(error instanceof SignInError)) throw error
        // Whoever may ask this may read the log as well: they are told what is wrong.
        return json({ isWell: false, code: error.code, message: error.message || SIGN_IN_FAILURES[error.code] })
      }
    },
  }
}

function presentSignIn({ ways, newcomers, providers, directory, proxy }: SignInConfig, url: string | undefined): Shown {
  return {
    ways: [...ways],
    ...(url === undefined ? {} : { url }),
    newcomers: presentNewcomers(newcomers),
    providers: [...providers.values()].map(provider => ({
      ...presentProvider(provider, url ?? ''),
      isUsed: ways.has('oidc'),
      newcomers: presentNewcomers({ ...newcomers, ...provider.newcomers }),
    })),
    ...(directory ? { directory: { ...presentDirectory(directory), isUsed: ways.has('ldap') } } : {}),
    ...(proxy ? { proxy: { ...presentProxy(proxy), isUsed: ways.has('proxy') } } : {}),
  }
}

function presentProvider(provider: OidcConfig, base: string): Shown {
  const { id, title, clientId, authMethod, scopes, algorithms, sessionEnds, signsOutThere } = provider
  const { areGroupsExpected: _, ...claims } = provider.claims
  return {
    ...{ id, title, clientId, authMethod, scopes, algorithms, claims, sessionEnds, signsOutThere },
    issuer: withoutName(provider.issuer),
    hasSecret: provider.clientSecret !== undefined,
    required: Object.fromEntries(provider.required),
    // Values may be anything that a provider wants to hear.
    parameters: Object.keys(provider.parameters),
    groups: presentGroups(provider.groups),
    callbackUrl: `${base}/oauth/callback/${id}`,
    logoutUrl: `${base}/oauth/backchannel-logout/${id}`,
  }
}

function presentDirectory({
  url,
  startsTls,
  bindDn,
  bindPassword,
  users,
  groupSearch,
  groups,
}: DirectoryConfig): Shown {
  return {
    ...{ url: withoutName(url), startsTls, hasPassword: bindPassword !== undefined },
    ...(bindDn === undefined ? {} : { bindDn }),
    ...{ userBase: users.base, userFilter: users.filter },
    ...(groupSearch ? { groupBase: groupSearch.base } : {}),
    groups: presentGroups(groups),
  }
}

function presentProxy({ from, headers, groups, signOutUrl }: ProxyConfig): Shown {
  return { from, headers, groups: presentGroups(groups), ...(signOutUrl === undefined ? {} : { signOutUrl }) }
}

function presentGroups({ isByName, table, admins }: GroupRules): Shown {
  return { isByName, table: Object.fromEntries(table), ...(admins === undefined ? {} : { admins }) }
}

function presentNewcomers({ areCreated, role }: NewcomerRules): Shown {
  return { areCreated, ...(role === undefined ? {} : { role }) }
}

/** An address may carry a name and a password before its host. */
function withoutName(text: string): string {
  if (!URL.canParse(text)) return text
  const url = new URL(text)
  if (url.username === '' && url.password === '') return text
  url.username = ''
  url.password = ''
  return url.href
}
