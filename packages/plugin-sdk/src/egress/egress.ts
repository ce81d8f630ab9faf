// The door through which connections leave. What is judged is the address that is connected to, at the moment of the connection: a name that answers once
// with a public address and then with a private one gains nothing, and a redirect passes the same door again.
import { lookup as lookupName, type LookupAddress, type LookupOptions } from 'node:dns'
import { BlockList, isIP, type LookupFunction } from 'node:net'
import { TaskError } from '../task-error.ts'
import { bareAddress, kindOfAddress, type AddressKind } from './address-kind.ts'
import type { EgressRules } from './egress-rules.ts'

export interface Egress {
  readonly rules: EgressRules
  /**
   * Before a connection to a host as it is written: an address is judged, a name by what the rules say of names.
   * @throws {TaskError} when nobody may connect to it.
   */
  checkHost(host: string): void
  /** For sockets: finds the addresses of a name and gives those that may be connected to. */
  readonly lookup: LookupFunction
}

type LookupDone = (error: NodeJS.ErrnoException | null, address: string | LookupAddress[], family?: number) => void
/** How names are found; the system's way unless a test knows better. */
export type FindAddresses = (
  host: string,
  options: LookupOptions & { readonly all: true },
  done: (error: NodeJS.ErrnoException | null, addresses: LookupAddress[]) => void,
) => void

export function newEgress(rules: EgressRules, find: FindAddresses = lookupName): Egress {
  const judge = newJudge(rules)
  return {
    rules,
    checkHost: host => {
      const address = bareAddress(host)
      const refusal = isIP(address) === 0 ? judge.name(nameOf(host)) : judge.address(address, address)
      if (refusal !== undefined) throw refusalOf(host, refusal)
    },
    lookup: (host: string, options: LookupOptions, done: LookupDone) => {
      find(host, { ...options, all: true }, (error, addresses) => {
        if (error) return done(error, [])
        const name = nameOf(host)
        const verdicts = addresses.map(({ address }) => judge.address(address, name))
        const open = addresses.filter((_, at) => verdicts[at] === undefined)
        const [first] = open
        if (!first) return done(refusalOf(host, verdicts[0] ?? 'it has no address'), [])
        if (options.all === true) return done(null, open)
        return done(null, first.address, first.family)
      })
    },
  }
}

function refusalOf(host: string, reason: string): TaskError {
  return new TaskError(`"${host}" may not be called: ${reason}`)
}

const REASONS: Readonly<Record<Exclude<AddressKind, 'public'>, string>> = {
  metadata: 'it is a link-local address or a metadata service, which must be allowed by name (egress.allow)',
  loopback: 'it is a private address, of this machine itself, which tasks of this installation may not call',
  private: 'it is a private address, which tasks of this installation may not call',
  reserved: 'it is a private address, of a range that is nobody’s, which tasks of this installation may not call',
}
const NOWHERE = 'tasks of this namespace may call nobody (egress.mode)'
const UNLISTED = 'tasks of this namespace may call only what is listed (egress.allow)'
const DENIED = 'the installation forbids it (egress.deny)'

interface Judge {
  /** Why a host of that name may not be called, whatever its address is. */
  name(name: string): string | undefined
  address(address: string, name: string): string | undefined
}

function newJudge(rules: EgressRules): Judge {
  const { mode, isPrivateOpen, isLoopbackOpen } = rules
  const allowed = newEntries(rules.allow)
  const denied = newEntries(rules.deny)
  const isOpen: Readonly<Record<AddressKind, boolean>> = {
    public: true,
    private: isPrivateOpen,
    reserved: isPrivateOpen,
    loopback: isLoopbackOpen,
    metadata: false,
  }
  return {
    name: name => {
      if (mode === 'none') return NOWHERE
      if (denied.hasName(name)) return DENIED
      // A listed network may hold the address of an unlisted name.
      return mode === 'listed' && !allowed.hasName(name) && !allowed.hasNetworks ? UNLISTED : undefined
    },
    address: (address, name) => {
      if (mode === 'none') return NOWHERE
      if (denied.hasName(name) || denied.hasAddress(address)) return DENIED
      const kind = kindOfAddress(address)
      if (kind === 'metadata') return allowed.isNamedOutright(address, name) ? undefined : REASONS.metadata
      if (allowed.hasName(name) || allowed.hasAddress(address)) return undefined
      if (mode === 'listed') return UNLISTED
      return kind === 'public' || isOpen[kind] ? undefined : REASONS[kind]
    },
  }
}

interface Entries {
  readonly hasNetworks: boolean
  hasName(name: string): boolean
  hasAddress(address: string): boolean
  /** By itself, and not as a part of something wide. */
  isNamedOutright(address: string, name: string): boolean
}

function newEntries(texts: readonly string[]): Entries {
  const names = new Set<string>()
  const suffixes: string[] = []
  const networks = new BlockList()
  const single = new BlockList()
  let hasNetworks = false
  for (const text of texts) {
    const network = parseNetwork(text)
    if (network) {
      hasNetworks = true
      networks.addSubnet(network.address, network.prefix, network.family)
      if (network.isSingle) single.addAddress(network.address, network.family)
    } else if (text.startsWith('*.')) suffixes.push(nameOf(text.slice(1)))
    else names.add(nameOf(text))
  }
  return {
    hasNetworks,
    hasName: name => names.has(name) || suffixes.some(suffix => name.endsWith(suffix)),
    hasAddress: address => isIn(networks, address),
    isNamedOutright: (address, name) => names.has(name) || isIn(single, address),
  }
}

function isIn(list: BlockList, written: string): boolean {
  const address = bareAddress(written)
  const family = isIP(address)
  return family !== 0 && list.check(address, family === 6 ? 'ipv6' : 'ipv4')
}

function nameOf(host: string): string {
  return bareAddress(host).toLowerCase()
}

interface Network {
  readonly address: string
  readonly prefix: number
  readonly family: 'ipv4' | 'ipv6'
  readonly isSingle: boolean
}

/** Undefined for what is a name. */
export function parseNetwork(text: string): Network | undefined {
  const [address = '', written, more] = text.trim().split('/')
  const family = isIP(bareAddress(address))
  if (family === 0 || more !== undefined) return undefined
  const longest = family === 6 ? 128 : 32
  const prefix = written === undefined ? longest : Number(written)
  if (!Number.isInteger(prefix) || prefix < 0 || prefix > longest || written === '') return undefined
  return {
    address: bareAddress(address),
    prefix,
    family: family === 6 ? 'ipv6' : 'ipv4',
    isSingle: prefix === longest,
  }
}
