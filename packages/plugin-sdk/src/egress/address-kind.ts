// What an address is, whichever way it is written: an IPv4 address inside an IPv6 one (mapped, compatible, NAT64, 6to4, Teredo, ISATAP) counts as what it
// is, for that is where a packet to it may arrive.
import { BlockList, isIPv4, isIPv6 } from 'node:net'

/** `metadata`: where clouds give credentials to whoever asks from inside, and link-local addresses, where they do it. */
export type AddressKind = 'public' | 'private' | 'loopback' | 'metadata' | 'reserved'

type Net = readonly [network: string, prefix: number]

const METADATA_4: readonly Net[] = [
  ['169.254.0.0', 16],
  ['100.100.100.200', 32],
  ['168.63.129.16', 32],
  ['192.0.0.192', 32],
]
const METADATA_6: readonly Net[] = [
  ['fe80::', 10],
  ['fd00:ec2::', 32],
  ['fd20:ce::254', 128],
]
const LOOPBACK_4: readonly Net[] = [
  ['127.0.0.0', 8],
  // To "this network" means to this machine.
  ['0.0.0.0', 8],
]
const LOOPBACK_6: readonly Net[] = [['::', 127]]
const PRIVATE_4: readonly Net[] = [
  ['10.0.0.0', 8],
  ['100.64.0.0', 10],
  ['172.16.0.0', 12],
  ['192.168.0.0', 16],
]
const PRIVATE_6: readonly Net[] = [
  ['fc00::', 7],
  ['fec0::', 10],
  ['64:ff9b:1::', 48],
]
const RESERVED_4: readonly Net[] = [
  ['192.0.0.0', 24],
  ['192.0.2.0', 24],
  ['192.88.99.0', 24],
  ['198.18.0.0', 15],
  ['198.51.100.0', 24],
  ['203.0.113.0', 24],
  ['224.0.0.0', 3],
]
const RESERVED_6: readonly Net[] = [
  ['100::', 64],
  ['2001::', 23],
  ['2001:db8::', 32],
  ['3fff::', 20],
  ['5f00::', 16],
  ['ff00::', 8],
]

/** In this order: an address of the first list is nothing else. */
const KINDS: readonly (readonly [AddressKind, BlockList])[] = [
  ['metadata', listOf(METADATA_4, METADATA_6)],
  ['loopback', listOf(LOOPBACK_4, LOOPBACK_6)],
  ['private', listOf(PRIVATE_4, PRIVATE_6)],
  ['reserved', listOf(RESERVED_4, RESERVED_6)],
]

function listOf(nets4: readonly Net[], nets6: readonly Net[]): BlockList {
  const list = new BlockList()
  for (const [network, prefix] of nets4) list.addSubnet(network, prefix, 'ipv4')
  for (const [network, prefix] of nets6) list.addSubnet(network, prefix, 'ipv6')
  return list
}

/** What is no address at all is reserved: nobody should get there. */
export function kindOfAddress(written: string): AddressKind {
  const address = bareAddress(written)
  if (isIPv4(address)) return kindIn(address, 'ipv4')
  if (!isIPv6(address)) return 'reserved'
  const inner = ipv4Inside(address)
  const kind = kindIn(address, 'ipv6')
  if (inner === undefined || kind === 'metadata' || kind === 'loopback') return kind
  const innerKind = kindIn(inner, 'ipv4')
  return innerKind === 'public' ? kind : innerKind
}

/** Without the brackets of a URL, the zone of an interface and the dot at the end of a name. */
export function bareAddress(written: string): string {
  return written
    .trim()
    .replace(/^\[|\]$/g, '')
    .replace(/%.*$/s, '')
    .replace(/\.$/, '')
}

function kindIn(address: string, family: 'ipv4' | 'ipv6'): AddressKind {
  return KINDS.find(([, list]) => list.check(address, family))?.[0] ?? 'public'
}

const FULL = 0xffff

/** Undefined where there is none. */
function ipv4Inside(address: string): string | undefined {
  const words = wordsOf(address)
  const [first = 0, second = 0, third = 0, , , sixth = 0, seventh = 0, eighth = 0] = words
  const last = ipv4Of(seventh, eighth)
  const isZeroUpTo = (count: number): boolean => words.slice(0, count).every(word => word === 0)
  if (isZeroUpTo(5) && (sixth === FULL || sixth === 0) && (seventh !== 0 || eighth > 1)) return last
  if (isZeroUpTo(4) && words[4] === FULL && sixth === 0) return last
  if (first === 0x64 && second === 0xff9b && (third === 0 || third === 1)) return last
  if (first === 0x2002) return ipv4Of(second, third)
  if (first === 0x2001 && second === 0) return ipv4Of(seventh ^ FULL, eighth ^ FULL)
  if ((words[4] === 0 || words[4] === 0x200) && sixth === 0x5efe) return last
  return undefined
}

function ipv4Of(high: number, low: number): string {
  return [high >> 8, high & 255, low >> 8, low & 255].join('.')
}

/** The eight words of an address that is one. */
function wordsOf(address: string): readonly number[] {
  const [head = '', tail] = address.split('::')
  const front = partsOf(head)
  if (tail === undefined) return front
  const back = partsOf(tail)
  return [...front, ...Array.from({ length: 8 - front.length - back.length }, () => 0), ...back]
}

function partsOf(text: string): readonly number[] {
  if (text === '') return []
  return text.split(':').flatMap(part => {
    if (!part.includes('.')) return [Number.parseInt(part, 16)]
    const [a = 0, b = 0, c = 0, d = 0] = part.split('.').map(Number)
    return [a * 256 + b, c * 256 + d]
  })
}
