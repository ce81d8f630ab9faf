// Limits that flows share: of a namespace with all below it, and of pools that flows name. Namespaces say them, or the configuration does; what is saved goes
// before what is configured.
import {
  BatutaError,
  isList,
  isMap,
  mapEntries,
  mapGet,
  type Concurrency,
  type Value,
  type ValueMap,
} from '@batuta/core'
import { withAncestors } from '../namespaces/ancestors.ts'
import type { SharedLimit } from './limit-rules.ts'

export interface PoolLimit {
  readonly limit: number
  /** Of a pool: when it says nothing, the flow does. */
  readonly behavior?: Concurrency['behavior']
}

/** What is said in one place. */
export interface SharedLimits {
  readonly own?: PoolLimit
  readonly pools: ReadonlyMap<string, PoolLimit>
}

export interface Pools {
  /** Nothing is shared: the way of most servers. */
  readonly isEmpty: boolean
  /** The namespaces with a limit that count for this one, the nearest first. */
  namespacesOver(namespace: string): readonly string[]
  /** Whose pool it is that a flow of the namespace means by this name; undefined when there is none. */
  ownerOf(namespace: string, pool: string): string | undefined
  limitOf(shared: SharedLimit): PoolLimit | undefined
  all(): Iterable<Omit<SharedLimit, 'tenant'> & PoolLimit>
}

/** All namespaces: where pools of the configuration stand. */
const EVERYWHERE = ''

export function newPools(
  saved: ReadonlyMap<string, SharedLimits>,
  configured: ReadonlyMap<string, SharedLimits>,
): Pools {
  const ownOf = (namespace: string): PoolLimit | undefined =>
    saved.get(namespace)?.own ?? configured.get(namespace)?.own
  const poolOf = (namespace: string, pool: string): PoolLimit | undefined =>
    saved.get(namespace)?.pools.get(pool) ?? configured.get(namespace)?.pools.get(pool)
  return {
    get isEmpty() {
      return saved.size === 0 && configured.size === 0
    },
    namespacesOver: namespace => withAncestors(namespace).filter(each => ownOf(each)),
    ownerOf: (namespace, pool) => [...withAncestors(namespace), EVERYWHERE].find(each => poolOf(each, pool)),
    limitOf: ({ namespace, pool }) => (pool === undefined ? ownOf(namespace) : poolOf(namespace, pool)),
    all: function* () {
      for (const namespace of new Set([...configured.keys(), ...saved.keys()])) {
        const own = ownOf(namespace)
        if (own) yield { namespace, ...own }
        const names = [
          ...(configured.get(namespace)?.pools.keys() ?? []),
          ...(saved.get(namespace)?.pools.keys() ?? []),
        ]
        for (const pool of new Set(names)) {
          const limit = poolOf(namespace, pool)
          if (limit) yield { namespace, pool, ...limit }
        }
      }
    },
  }
}

const NAME = /^[A-Za-z0-9][A-Za-z0-9._-]{0,99}$/
const LIMIT_MAX = 1_000_000
const BEHAVIORS: ReadonlySet<unknown> = new Set(['QUEUE', 'CANCEL', 'FAIL'])

/** Undefined when nothing is said. @throws {BatutaError} `config-invalid` with the place of what is no limit. */
export function readSharedLimits(
  place: string,
  { concurrency, pools }: { readonly concurrency: Value | undefined; readonly pools: Value | undefined },
): SharedLimits | undefined {
  const own = isAbsent(concurrency) ? undefined : readLimit(`${place}.concurrency`, concurrency)
  const named = isAbsent(pools) ? [] : entriesOf(`${place}.concurrencyPools`, pools)
  if (!own && named.length === 0) return undefined
  return { pools: new Map(named), ...(own ? { own } : {}) }
}

/** Of the configuration: `concurrency.pools` for all, `namespaces.<name>.concurrency` and `.concurrencyPools` for theirs. */
export function readConfiguredPools(
  global: Value | undefined,
  namespaces: Value | undefined,
): ReadonlyMap<string, SharedLimits> {
  const found = new Map<string, SharedLimits>()
  const everywhere = isAbsent(global) ? [] : entriesOf('concurrency.pools', global)
  if (everywhere.length > 0) found.set(EVERYWHERE, { pools: new Map(everywhere) })
  if (isAbsent(namespaces) || !isPlainMap(namespaces)) return found
  for (const [name, of] of mapEntries(namespaces)) {
    if (!isPlainMap(of)) continue
    const own = readSharedLimits(`namespaces.${name}`, {
      concurrency: mapGet(of, 'concurrency'),
      pools: mapGet(of, 'concurrencyPools') ?? mapGet(of, 'concurrency-pools'),
    })
    if (own) found.set(name, own)
  }
  return found
}

function entriesOf(place: string, value: Value): [string, PoolLimit][] {
  if (!isPlainMap(value)) throw wrong(place, 'it must be a map of names, each with {limit, behavior}')
  return Array.from(mapEntries(value), ([name, of]) => {
    if (!NAME.test(name))
      throw wrong(
        `${place}.${name.slice(0, 100)}`,
        'a name begins with a letter or digit and goes on with those, ".", "_" and "-"',
      )
    return [name, readLimit(`${place}.${name}`, of)]
  })
}

function readLimit(place: string, value: Value): PoolLimit {
  if (!isPlainMap(value)) throw wrong(place, 'it must be {limit, behavior}')
  for (const [key] of mapEntries(value))
    if (key !== 'limit' && key !== 'behavior') throw wrong(`${place}.${key}`, 'there are only limit and behavior')
  const limit = mapGet(value, 'limit')
  if (typeof limit !== 'number' || !Number.isInteger(limit) || limit < 1 || limit > LIMIT_MAX)
    throw wrong(`${place}.limit`, `it must be a whole number from 1 to ${LIMIT_MAX}`)
  const behavior = mapGet(value, 'behavior')
  if (isAbsent(behavior)) return { limit }
  if (!isBehavior(behavior)) throw wrong(`${place}.behavior`, 'it must be QUEUE, CANCEL or FAIL')
  return { limit, behavior }
}

function isBehavior(value: unknown): value is Concurrency['behavior'] {
  return BEHAVIORS.has(value)
}

function isAbsent(value: Value | undefined): value is undefined | null {
  return value === undefined || value === null
}

function isPlainMap(value: Value): value is ValueMap {
  return typeof value === 'object' && value !== null && !isList(value) && isMap(value)
}

function wrong(place: string, what: string): BatutaError {
  return new BatutaError('config-invalid', `${place} cannot be used: ${what}.`)
}
