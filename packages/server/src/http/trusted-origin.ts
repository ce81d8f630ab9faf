// The browser of somebody who visits a hostile page must not be able to use the API for that page. Two ways in are closed: a foreign name that resolves
// to this machine (the Host header tells), and a foreign page that sends a request (Origin and Sec-Fetch-Site tell). With a user the first is closed by
// itself: a browser sends no password to a name that it does not know. The second is closed in every mode, for browsers send cookies and remembered
// passwords by themselves. Whoever is no browser sends none of these headers and is let through, unless it shows a cookie.
import type { IncomingHttpHeaders } from 'node:http'
import { newCors } from './cors.ts'
import type { HttpConfig } from './dependencies.ts'
import { RequestError } from './request-error.ts'

const LOCAL_NAMES: readonly string[] = ['127.0.0.1', 'localhost', '[::1]']
const SAFE_METHODS: ReadonlySet<string> = new Set(['GET', 'HEAD', 'OPTIONS'])
const KNOWN_HOSTS_MAX = 1_000
/** What a form of any page can send without a question before it; and what a browser says when it is not asked. */
const FORM_TYPE = /^\s*(?:application\/x-www-form-urlencoded|multipart\/form-data|text\/plain)\s*(?:;|$)/i
/** No form can set them. */
const SCRIPT_HEADERS: readonly string[] = ['x-requested-with', 'x-csrf-token']

export interface OriginHeaders {
  readonly method: string
  readonly headers: IncomingHttpHeaders
}

export interface OriginCheck {
  /** Undefined when the request may go on. */
  (request: OriginHeaders): RequestError | undefined
}

/** `hasUsers`: somebody must log in. */
export function newOriginCheck(
  config: HttpConfig,
  hasUsers: () => boolean = () => config.user !== undefined,
): OriginCheck {
  const isTrusted = newHostCheck(config)
  const cors = newCors(config.cors ?? [])
  const ownOrigin = config.url === undefined ? undefined : originOf(config.url)
  return ({ method, headers }) => {
    const { host, origin } = headers
    if (host !== undefined && !hasUsers() && !isTrusted(host)) {
      return new RequestError(403, 'unknown-host', 'The request names a host that this server is not known by.')
    }
    if (SAFE_METHODS.has(method)) return undefined
    if (origin !== undefined && cors.lets(origin, method)) return undefined
    const isOwn = (from: string): boolean =>
      from === `http://${host}` || from === `https://${host}` || (from === ownOrigin && ownOrigin !== undefined)
    if (origin !== undefined && !isOwn(origin)) return foreign()
    const site = [headers['sec-fetch-site']].flat()[0]
    if (site === 'cross-site' || site === 'same-site') return foreign()
    if (origin !== undefined || site !== undefined || headers.cookie === undefined) return undefined
    return isProven(method, headers, isOwn) ? undefined : foreign()
  }
}

function foreign(): RequestError {
  return new RequestError(403, 'cross-site', 'The request comes from a page of another site.')
}

/** A cookie from a browser so old that it tells nothing of the page: the request must be one that only our own page can make. */
function isProven(method: string, headers: IncomingHttpHeaders, isOwn: (origin: string) => boolean): boolean {
  if (method !== 'POST') return true
  if (SCRIPT_HEADERS.some(name => headers[name] !== undefined)) return true
  const type = headers['content-type']
  if (type !== undefined && !FORM_TYPE.test(type)) return true
  return headers.referer !== undefined && isOwn(originOf(headers.referer) ?? '')
}

function originOf(url: string): string | undefined {
  return URL.canParse(url) ? new URL(url).origin : undefined
}

function newHostCheck(config: HttpConfig): (host: string) => boolean {
  const trusted = new Set(LOCAL_NAMES)
  trusted.add(config.host)
  if (config.url !== undefined) trusted.add(hostNameOf(config.url.replace(/^[a-z]+:\/\//i, '').replace(/\/.*$/s, '')))
  const known = new Map<string, boolean>()
  return host => {
    const answer = known.get(host)
    if (answer !== undefined) return answer
    if (known.size >= KNOWN_HOSTS_MAX) known.clear()
    const isKnown = trusted.has(hostNameOf(host))
    known.set(host, isKnown)
    return isKnown
  }
}

/** Without the port. */
function hostNameOf(host: string): string {
  return host.toLowerCase().replace(/:\d+$/, '')
}
