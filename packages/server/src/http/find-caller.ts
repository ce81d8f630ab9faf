// Who asks: nobody in particular on a server that is open, and whoever the headers tell on any other.
import type { IncomingMessage } from 'node:http'
import { AccessError } from '../access/access-error.ts'
import { EVERYBODY, type Caller } from '../access/caller.ts'
import type { HttpDependencies } from './dependencies.ts'
import { loginRequired } from './login.ts'

/** A promise only while a password is checked, or somebody comes for the first time. @throws {RequestError} 401 when nobody is known who asks. */
export function findCaller(
  incoming: IncomingMessage,
  { access, proxies }: Pick<HttpDependencies, 'access' | 'proxies'>,
): Caller | Promise<Caller> {
  if (access.book.isOpen) return EVERYBODY
  const { authorization, cookie } = incoming.headers
  const ip = incoming.socket.remoteAddress
  const named = authorization === undefined ? proxies?.find(incoming) : undefined
  const found = named ?? access.authenticate({ authorization, cookie, ip })
  if (!(found instanceof Promise)) return expectCaller(found, incoming)
  return found.then(
    caller => expectCaller(caller, incoming),
    (error: unknown) => askAgain(error, incoming),
  )
}

/** A wrong password is told as none: the client asks for another one. */
function askAgain(error: unknown, { headers }: IncomingMessage): never {
  throw error instanceof AccessError && error.fault === 'login-failed' ? loginRequired(headers) : error
}

function expectCaller(caller: Caller | undefined, { headers, socket }: IncomingMessage): Caller {
  if (!caller) throw loginRequired(headers)
  const ip = socket.remoteAddress
  return ip === undefined ? caller : { ...caller, ip }
}
