// What every reply tells the browser about itself: errors, files and streams too. A reply that knows better, as a page does of its own policy, says so
// in its headers and wins. The lists are made once: a reply of the API costs a copy of one of them.
import type { Reply } from './reply.ts'

/** Documents of the API show nothing, load nothing, and may not be framed: whoever opens one in a browser sees text. */
const API_POLICY = "default-src 'none'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'; sandbox"

const ALWAYS: readonly string[] = [
  ...['x-content-type-options', 'nosniff'],
  ...['cross-origin-opener-policy', 'same-origin'],
  ...['cross-origin-resource-policy', 'same-origin'],
  ...['permissions-policy', 'camera=(), display-capture=(), geolocation=(), microphone=(), payment=(), usb=()'],
]

/** Said unless the reply says otherwise. */
const UNLESS_SAID: readonly (readonly [string, string])[] = [
  ['content-security-policy', API_POLICY],
  ['x-frame-options', 'DENY'],
  ['referrer-policy', 'no-referrer'],
  ['cache-control', 'no-store'],
]

const YEAR_S = 31_536_000
const HSTS: readonly string[] = ['strict-transport-security', `max-age=${YEAR_S}`]

/** Names and values in turn. */
export type SecurityHeaders = (reply: Reply) => string[]

/** `url`: how people know the server. Behind https a browser is told never to try without. */
export function newSecurityHeaders(url?: string): SecurityHeaders {
  const always = url?.startsWith('https:') === true ? [...ALWAYS, ...HSTS] : ALWAYS
  const ofMost = [...always, ...UNLESS_SAID.flat()]
  return ({ headers }) => {
    if (headers === undefined) return [...ofMost]
    const list = [...always]
    for (const [name, value] of UNLESS_SAID) if (headers[name] === undefined) list.push(name, value)
    return list
  }
}
