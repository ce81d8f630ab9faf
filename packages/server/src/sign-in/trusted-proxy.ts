// A proxy that has asked people already who they are, and tells it in headers. Whoever can reach the server can send such headers: they count from the
// addresses of the configuration alone, and nothing else of the request – no `X-Forwarded-For` – says where it comes from.
import { BlockList, isIP, isIPv4 } from 'node:net'
import type { IncomingHttpHeaders } from 'node:http'
import type { ProxyConfig } from '../config/sign-in.ts'
import type { ExternalIdentity } from './external-identity.ts'

export const PROXY_PROVIDER = 'proxy'
const TEXT_MAX = 256
const GROUPS_LENGTH_MAX = 16_384

/** Whether the other end of the connection is one of them. */
export type IsTrusted = (address: string | undefined) => boolean

export function newTrust(networks: readonly string[]): IsTrusted {
  const list = new BlockList()
  for (const network of networks) {
    const [address = '', bits] = network.split('/')
    const family = isIPv4(address) ? 'ipv4' : 'ipv6'
    if (bits === undefined) list.addAddress(address, family)
    else list.addSubnet(address, Number(bits), family)
  }
  return given => {
    if (networks.length === 0 || given === undefined) return false
    const address = given.replace(/^::ffff:(?=\d+\.\d+\.\d+\.\d+$)/i, '').replace(/%.*$/, '')
    const version = isIP(address)
    return version !== 0 && list.check(address, version === 4 ? 'ipv4' : 'ipv6')
  }
}

/** Undefined when it is no proxy that sent the request, or the proxy names nobody. */
export function proxyIdentity(
  { headers, peer }: { readonly headers: IncomingHttpHeaders; readonly peer: string | undefined },
  { headers: names }: ProxyConfig,
  isTrusted: IsTrusted,
): ExternalIdentity | undefined {
  if (headers[names.user] === undefined || !isTrusted(peer)) return undefined
  const user = oneText(headers[names.user])
  if (user === undefined) return undefined
  const email = oneText(headers[names.email])
  const groups = listOf(headers[names.groups])
  return {
    provider: PROXY_PROVIDER,
    subject: user,
    username: oneText(headers[names.name]) ?? user,
    ...(email === undefined ? {} : { email }),
    ...(groups === undefined ? {} : { groups }),
  }
}

/** A header that came twice names two people: then it names nobody. Node joins such headers by a comma. */
function oneText(value: string | readonly string[] | undefined): string | undefined {
  if (typeof value !== 'string') return undefined
  const text = decoded(value.trim())
  return text === '' || text.length > TEXT_MAX || text.includes(',') || hasControls(text) ? undefined : text
}

function listOf(value: string | readonly string[] | undefined): readonly string[] | undefined {
  if (value === undefined) return undefined
  const text = typeof value === 'string' ? value : value.join(',')
  if (text.length > GROUPS_LENGTH_MAX) return undefined
  return decoded(text)
    .split(/[,;]/)
    .map(name => name.trim())
    .filter(name => name !== '')
}

/** Headers are bytes, and Node reads them as Latin-1: names beyond it travel as UTF-8. */
function decoded(value: string): string {
  const bytes = Buffer.from(value, 'latin1')
  const text = bytes.toString('utf8')
  return text.includes('�') ? value : text
}

function hasControls(text: string): boolean {
  return /[\u0000-\u001f\u007f]/.test(text)
}
