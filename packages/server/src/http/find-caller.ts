// Who asks: nobody in particular on a server that is open, and whoever the headers tell on any other.
import type { IncomingHttpHeaders, IncomingMessage } from 'node:http'
import { AccessError } from '../access/access-error.ts'
import { EVERYBODY, type Caller } from '../access/caller.ts'
import { ipOf } from './client-address.ts'
import type { HttpDependencies } from './dependencies.ts'
import { loginRequired } from './login.ts'

/** A promise only while a password is checked, or somebody comes for the first time. @throws {RequestError} 401 when nobody is known who asks. */
export function findCaller(
  incoming: IncomingMessage,
  { access, proxies, clientOf }: Pick<HttpDependencies, 'access' | 'proxies' | 'clientOf'>,
): Caller | Promise<Caller> {
  if (access.book.isOpen) return EVERYBODY
  const { authorization, cookie } = incoming.headers
  const ip = ipOf(incoming, { clientOf })
  const named = authorization === undefined ? proxies?.find(incoming) : undefined
  const found = named ?? access.authenticate({ authorization, cookie, ip })
  if (!(found instanceof Promise)) return expectCaller(found, ip, incoming)
  return found.then(
    caller => expectCaller(caller, ip, incoming),
    (error: unknown) => askAgain(error, incoming),
  )
}

/** For the page, which anybody may open: whether its questions will be refused. Whom a header or a proxy names is not looked up for that. */
export function strangerCheck({
  access,
  proxies,
}: Pick<HttpDependencies, 'access' | 'proxies'>): (headers: IncomingHttpHeaders) => boolean {
  return ({ authorization, cookie }: IncomingHttpHeaders): boolean =>
    !access.book.isOpen &&
    proxies === undefined &&
    authorization === undefined &&
    access.authenticate({ authorization, cookie, ip: undefined }) === undefined
}

/** A wrong password is told as none: the client asks for another one. */
function askAgain(error: unknown, { headers }: IncomingMessage): never {
  throw error instanceof AccessError && error.fault === 'login-failed' ? loginRequired(headers) : error
}

function expectCaller(caller: Caller | undefined, ip: string | undefined, { headers }: IncomingMessage): Caller {
  if (!caller) throw loginRequired(headers)
  return ip === undefined ? caller : { ...caller, ip }
}
