// Signing in at an identity provider and out again. A browser is led to the page of the sign-in when something is wrong, with a word for what it is; a
// program is answered as everywhere.
import type { HttpDependencies } from '../dependencies.ts'
import type { Handlers } from '../exchange.ts'
import type { Reply } from '../reply.ts'
import { ofSignIn } from '../request-error.ts'
import { SignInError } from '../../sign-in/sign-in-error.ts'
import { beginSignIn } from '../../sign-in/pending-sign-in.ts'
import { readReturnPath } from '../../sign-in/return-path.ts'
import { baseUrl, type Asking } from './base-url.ts'
import { completeSignIn, providerOf } from './complete-sign-in.ts'
import { whoConnects } from './connect-identity.ts'
import { endSessionsOf, signOut } from './sign-out.ts'

export function signInHandlers(dependencies: HttpDependencies): Handlers<'signIn'> {
  return {
    begin: async ({ params, query, incoming }) =>
      await orFailure(dependencies, { incoming, provider: params.provider }, async () => {
        const provider = providerOf(params.provider, dependencies)
        const base = baseUrl(incoming, dependencies.config)
        const connects = query.connect === true ? whoConnects(incoming, dependencies) : undefined
        const about = { returnTo: readReturnPath(query.returnTo), nowMs: dependencies.platform.nowMs(), connects }
        const { pending, cookie } = beginSignIn(provider.config, { ...about, isSecure: base.startsWith('https:') })
        const location = await provider.begin(pending, `${base}/oauth/callback/${params.provider}`)
        return leadTo(location, [cookie])
      }),
    complete: async ({ params, incoming }) =>
      await orFailure(dependencies, { incoming, provider: params.provider }, async () => {
        const { location, cookies } = await completeSignIn({ incoming, provider: params.provider }, dependencies)
        return leadTo(location, cookies)
      }),
    endThere: async ({ params, incoming }) =>
      await endSessionsOf({ incoming, provider: params.provider }, dependencies),
    signOut: async ({ incoming }) => {
      const { location, cookies } = await signOut(incoming, dependencies)
      return leadTo(location, cookies)
    },
  }
}

function leadTo(location: string, cookies: readonly string[] = []): Reply {
  return { type: 'empty', status: 303, headers: { location }, cookies }
}

async function orFailure(
  { log }: HttpDependencies,
  { incoming, provider }: Asking,
  go: () => Promise<Reply>,
): Promise<Reply> {
  try {
    return await go()
  } catch (error) {
    if (!(error instanceof SignInError)) throw error
    log.warn(`nobody was signed in by "${provider}": ${error.message}`)
    if (!(incoming.headers.accept ?? '').includes('text/html')) throw ofSignIn(error)
    const query = new URLSearchParams({ error: error.code, provider })
    return leadTo(`/ui/login?${query.toString()}`)
  }
}
