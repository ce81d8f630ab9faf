// Whose request it is, for limits per client. A proxy says whom it speaks for, and is believed when it is this machine or one that the configuration trusts:
// the last address that a trusted hop did not add itself is the client's. What stands before it anybody may have written.
import { BlockList, isIP } from 'node:net'
import type { IncomingMessage } from 'node:http'
import { parseNetwork } from '@batuta/plugin-sdk'

/** Undefined for a program of this machine that speaks for itself: it needs no key to be heard. */
export type ClientAddress = (incoming: Pick<IncomingMessage, 'headers' | 'socket'>) => string | undefined

/** For locks and the audit: also of this machine. */
export function ipOf(
  incoming: IncomingMessage,
  { clientOf }: { readonly clientOf: ClientAddress },
): string | undefined {
  return clientOf(incoming) ?? incoming.socket.remoteAddress
}

const HOPS_MAX = 20

/** @param proxies addresses and networks beside this machine */
export function newClientAddress(proxies: readonly string[] = []): ClientAddress {
  const trusted = new BlockList()
  trusted.addSubnet('127.0.0.0', 8, 'ipv4')
  trusted.addAddress('::1', 'ipv6')
  for (const text of proxies) {
    const network = parseNetwork(text)
    if (network) trusted.addSubnet(network.address, network.prefix, network.family)
  }
  const isTrusted = (address: string): boolean => trusted.check(address, isIP(address) === 6 ? 'ipv6' : 'ipv4')
  return ({ headers, socket }) => {
    const peer = plainAddress(socket.remoteAddress ?? '')
    if (isIP(peer) === 0 || !isTrusted(peer)) return groupOf(peer)
    const hops = [headers['x-forwarded-for'] ?? []].flat().join(',').split(',').slice(-HOPS_MAX)
    const told = hops.map(plainAddress).filter(address => isIP(address) !== 0)
    const client = told.findLast(address => !isTrusted(address)) ?? told[0]
    return client === undefined ? undefined : groupOf(client)
  }
}

/** With a port or in brackets, as some proxies write it; IPv4 inside IPv6 as what it is. */
function plainAddress(written: string): string {
  const text = written.trim().replace(/^\[([^\]]*)\](?::\d+)?$/, '$1')
  const bare = /^\d+\.\d+\.\d+\.\d+:\d+$/.test(text) ? text.replace(/:\d+$/, '') : text
  return bare.replace(/^::ffff:(?=\d+\.)/i, '').toLowerCase()
}

/** Whoever has one address of IPv6 has 2⁶⁴ of them. */
function groupOf(address: string): string {
  if (isIP(address) !== 6) return address
  const [head = '', tail] = address.split('::')
  const front = head === '' ? [] : head.split(':')
  const back = tail === undefined || tail === '' ? [] : tail.split(':')
  const words = [...front, ...Array.from({ length: 8 - front.length - back.length }, () => '0'), ...back]
  return `${words
    .slice(0, 4)
    .map(word => word.replace(/^0+(?=.)/, ''))
    .join(':')}::/64`
}
