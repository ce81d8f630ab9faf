// The key-value store as flows and people see it: names, lives, namespaces and their parents. The rows are the store's.
import { BatutaError } from '@batuta/core'
import type { FileStore } from '@batuta/plugin-sdk'
import { isAtOrAbove, withAncestors } from '../namespaces/ancestors.ts'
import { matchesName } from '../namespaces/glob.ts'
import { filesFolder } from '../namespaces/files-folder.ts'
import type { KeyKey, KeyRow, Store } from '../storage/store.ts'
import { storedText, type TypedValue } from './key-value.ts'

export interface KeyWorld {
  readonly store: Store
  readonly files: FileStore
  readonly flows: FlowNames
  nowMs(): number
}

/** Which flows there are, as far as a namespace is concerned. */
export interface FlowNames {
  all(): Iterable<{ readonly tenant: string; readonly namespace: string }>
}

export interface NewKey extends KeyKey {
  readonly content: TypedValue
  readonly description?: string | undefined
  readonly ttlMs?: number | undefined
  readonly isOverwriting: boolean
}

const KEY = /^[a-zA-Z0-9][a-zA-Z0-9._-]*$/
const KEY_CHARS_MAX = 256
/** The last one that a date can be. */
const MOMENT_MAX_MS = 8_640_000_000_000_000

export async function setKey(world: KeyWorld, { content, ttlMs, description, ...key }: NewKey): Promise<KeyRow> {
  checkKey(key.key)
  if (ttlMs !== undefined && ttlMs < 0)
    throw new BatutaError('key-value-invalid', `The ttl of the key "${key.key}" is negative: leave it out to keep it.`)
  const updatedMs = world.nowMs()
  const expiresMs = ttlMs === undefined ? null : updatedMs + Math.ceil(ttlMs)
  if (expiresMs !== null && !(expiresMs <= MOMENT_MAX_MS))
    throw new BatutaError('key-value-invalid', `The ttl of the key "${key.key}" is too long: leave it out to keep it.`)
  const row = await world.store.perform('setKey', {
    ...key,
    value: storedText(content),
    type: content.type,
    description: description ?? null,
    expiresMs,
    updatedMs,
  })
  if (row) return row
  throw new BatutaError(
    'key-exists',
    `The key "${key.key}" of the namespace "${key.namespace}" exists already, and it is not to be overwritten.`,
  )
}

function checkKey(key: string): void {
  if (key.length <= KEY_CHARS_MAX && KEY.test(key)) return
  throw new BatutaError(
    'key-invalid',
    `"${key.slice(0, KEY_CHARS_MAX)}" cannot be a key: it begins with a letter or digit, goes on with letters, digits, ".", "_" and "-", and has at most ${KEY_CHARS_MAX} characters.`,
  )
}

/** Also one that has expired, until somebody tidies it up. */
export async function findStoredKey(
  { store }: KeyWorld,
  { tenant, namespace, key }: KeyKey,
): Promise<KeyRow | undefined> {
  return await store.read.findKey(tenant, namespace, key)
}

/** In the namespace itself. */
export async function findOwnKey(world: KeyWorld, key: KeyKey): Promise<KeyRow | undefined> {
  const row = await findStoredKey(world, key)
  return row && isAlive(row, world) ? row : undefined
}

/** In the namespace, or else in the nearest one above it. */
export async function findKey(world: KeyWorld, { tenant, namespace, key }: KeyKey): Promise<KeyRow | undefined> {
  for (const each of withAncestors(namespace)) {
    const row = await world.store.read.findKey(tenant, each, key)
    if (row && isAlive(row, world)) return row
  }
  return undefined
}

export function isAlive({ expiresMs }: KeyRow, { nowMs }: Pick<KeyWorld, 'nowMs'>): boolean {
  return expiresMs === null || expiresMs > nowMs()
}

export async function listKeys(world: KeyWorld, tenant: string, namespace: string): Promise<readonly KeyRow[]> {
  return (await world.store.read.listKeys(tenant, namespace)).filter(row => isAlive(row, world))
}

/** What namespaces above this one have and it has not, the nearest one's word counting. */
export async function listInheritedKeys(
  world: KeyWorld,
  tenant: string,
  namespace: string,
): Promise<readonly KeyRow[]> {
  const found = new Map<string, KeyRow>()
  const own = new Set((await listKeys(world, tenant, namespace)).map(({ key }) => key))
  for (const above of withAncestors(namespace).slice(1))
    for (const row of await listKeys(world, tenant, above))
      if (!own.has(row.key) && !found.has(row.key)) found.set(row.key, row)
  return [...found.values()].sort((a, b) => (a.key < b.key ? -1 : 1))
}

export async function deleteKey(world: KeyWorld, key: KeyKey): Promise<boolean> {
  const row = await findStoredKey(world, key)
  const isGone = await world.store.perform('deleteKey', key)
  return isGone && row !== undefined && isAlive(row, world)
}

/**
 * A task may use the keys of its own namespace and of those above it; another one must exist: it has flows, keys or files. A typing mistake would
 * else make a namespace of its own.
 */
export async function expectNamespace(
  world: KeyWorld,
  of: { readonly tenant: string; readonly namespace: string },
  from: string,
): Promise<void> {
  const { tenant, namespace } = of
  if (isAtOrAbove(namespace, from) || hasFlows(world.flows, of)) return
  if ((await world.store.read.listKeys(tenant, namespace)).length > 0) return
  for await (const _ of world.files.list(filesFolder(namespace))) return
  throw new BatutaError(
    'namespace-not-found',
    `The namespace "${namespace}" does not exist: it has no flow, no key and no file.`,
  )
}

function hasFlows(
  flows: FlowNames,
  { tenant, namespace }: { readonly tenant: string; readonly namespace: string },
): boolean {
  for (const flow of flows.all()) if (flow.tenant === tenant && isAtOrAbove(namespace, flow.namespace)) return true
  return false
}

export interface KeyPurge {
  readonly tenant: string
  /** Exactly these; with `hasChildren` those below them, too. */
  readonly namespaces?: readonly string[] | undefined
  readonly namespacePattern?: string | undefined
  readonly hasChildren: boolean
  readonly keyPattern?: string | undefined
  readonly behavior: KeyPurgeBehavior
}

export type KeyPurgeBehavior =
  | { readonly type: 'key'; readonly isExpiredOnly: boolean }
  | { readonly type: 'version'; readonly beforeMs: number | null; readonly keptMin: number }

/** Tells how many keys, or versions of keys, went. */
export async function purgeKeys(world: KeyWorld, purge: KeyPurge): Promise<number> {
  const { tenant, keyPattern } = purge
  let count = 0
  for (const namespace of await world.store.read.listKeyNamespaces(tenant)) {
    if (!isWanted(namespace, purge)) continue
    for (const row of await world.store.read.listKeys(tenant, namespace))
      if (keyPattern === undefined || matchesName(row.key, keyPattern))
        count += await purgeKey(world, row, purge.behavior)
  }
  return count
}

export function isWanted(
  namespace: string,
  { namespaces, namespacePattern, hasChildren }: Pick<KeyPurge, 'namespaces' | 'namespacePattern' | 'hasChildren'>,
): boolean {
  if (namespacePattern !== undefined) return matchesName(namespace, namespacePattern)
  if (namespaces === undefined) return true
  return namespaces.some(each => each === namespace || (hasChildren && isAtOrAbove(each, namespace)))
}

async function purgeKey({ store, nowMs }: KeyWorld, row: KeyRow, behavior: KeyPurgeBehavior): Promise<number> {
  const { tenant, namespace, key } = row
  if (behavior.type === 'version') {
    const { beforeMs, keptMin } = behavior
    return await store.perform('purgeKeyVersions', { tenant, namespace, key, beforeMs, keptMin })
  }
  const bound = behavior.isExpiredOnly ? { expiredByMs: nowMs() } : {}
  return Number(await store.perform('deleteKey', { tenant, namespace, key, ...bound }))
}
