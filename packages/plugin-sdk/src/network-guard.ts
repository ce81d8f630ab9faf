// Keeps tasks away from addresses that only the server should reach: loopback, private ranges, link-local with its metadata service.
// The check looks at the address that is connected to, so that a name that resolves to a private address does not slip through.
import { lookup } from 'node:dns'
import type { LookupAddress, LookupOptions } from 'node:dns'
import { BlockList, isIP } from 'node:net'
import { TaskError } from './task-error.ts'

const PRIVATE = new BlockList()
const SUBNETS_4: readonly (readonly [string, number])[] = [
  ['0.0.0.0', 8],
  ['10.0.0.0', 8],
  ['100.64.0.0', 10],
  ['127.0.0.0', 8],
  ['169.254.0.0', 16],
  ['172.16.0.0', 12],
  ['192.0.0.0', 24],
  ['192.168.0.0', 16],
  ['198.18.0.0', 15],
  ['224.0.0.0', 3],
]
const SUBNETS_6: readonly (readonly [string, number])[] = [
  ['::', 127],
  ['64:ff9b::', 96],
  ['fc00::', 7],
  ['fe80::', 10],
  ['ff00::', 8],
]
for (const [network, prefix] of SUBNETS_4) PRIVATE.addSubnet(network, prefix, 'ipv4')
for (const [network, prefix] of SUBNETS_6) PRIVATE.addSubnet(network, prefix, 'ipv6')

/** IPv4 addresses written as IPv6 count as what they are. */
export function isPrivateAddress(address: string): boolean {
  return PRIVATE.check(address, isIP(address) === 6 ? 'ipv6' : 'ipv4')
}

export function checkPublicHost(host: string): void {
  const bare = host.replace(/^\[|\]$/g, '')
  if (isIP(bare) !== 0 && isPrivateAddress(bare)) throw privateAddress(host)
}

type LookupDone = (error: NodeJS.ErrnoException | null, address: string | LookupAddress[], family?: number) => void

/** For the `lookup` option of sockets: fails when any address of the name is private. */
export function lookupPublic(host: string, options: LookupOptions, done: LookupDone): void {
  lookup(host, { ...options, all: true }, (error, addresses) => {
    if (error) return done(error, [])
    if (addresses.some(({ address }) => isPrivateAddress(address))) return done(privateAddress(host), [])
    if (options.all === true) return done(null, addresses)
    const [first] = addresses
    return done(null, first?.address ?? '', first?.family)
  })
}

function privateAddress(host: string): TaskError {
  return new TaskError(`"${host}" is a private address, which tasks of this installation may not call`)
}
