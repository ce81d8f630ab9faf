// As long as nobody has to log in, the browser of somebody who visits a hostile page must not be able to use the API for that page. Two ways
// in are closed: a foreign name that resolves to this machine (the Host header tells), and a foreign page that sends a request (Origin and
// Sec-Fetch-Site tell). With a user the first is closed by itself: a browser sends no password to a name that it does not know.
import type { HttpConfig } from './dependencies.ts'
import { RequestError } from './request-error.ts'

const LOCAL_NAMES: readonly string[] = ['127.0.0.1', 'localhost', '[::1]']
const SAFE_METHODS: ReadonlySet<string> = new Set(['GET', 'HEAD', 'OPTIONS'])
const KNOWN_HOSTS_MAX = 1_000

export interface OriginHeaders {
  readonly method: string
  readonly host: string | undefined
  readonly origin: string | undefined
  readonly fetchSite: string | undefined
}

export interface OriginCheck {
  /** Undefined when the request may go on. */
  (headers: OriginHeaders): RequestError | undefined
}

export function newOriginCheck(config: HttpConfig): OriginCheck {
  const trusted = new Set(LOCAL_NAMES)
  trusted.add(config.host)
  if (config.url !== undefined) trusted.add(hostNameOf(config.url.replace(/^[a-z]+:\/\//i, '').replace(/\/.*$/s, '')))
  const known = new Map<string, boolean>()
  const isTrusted = (host: string): boolean => {
    const answer = known.get(host)
    if (answer !== undefined) return answer
    if (known.size >= KNOWN_HOSTS_MAX) known.clear()
    const isKnown = config.user !== undefined || trusted.has(hostNameOf(host))
    known.set(host, isKnown)
    return isKnown
  }
  return ({ method, host, origin, fetchSite }) => {
    if (host !== undefined && !isTrusted(host)) {
      return new RequestError(403, 'unknown-host', 'The request names a host that this server is not known by.')
    }
    if (SAFE_METHODS.has(method)) return undefined
    const isForeign = origin !== undefined && origin !== `http://${host}` && origin !== `https://${host}`
    if (!isForeign && fetchSite !== 'cross-site') return undefined
    return new RequestError(403, 'cross-site', 'The request comes from a page of another site.')
  }
}

/** Without the port. */
function hostNameOf(host: string): string {
  return host.toLowerCase().replace(/:\d+$/, '')
}
