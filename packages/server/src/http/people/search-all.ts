// One search over whatever has a name. What is in memory is looked through; of the rest so much as takes no longer than a tenth of a second.
import { createdMsOf } from '@batuta/core'
import { NamespaceFiles } from '../../namespaces/namespace-files.ts'
import type { Caller } from '../../access/caller.ts'
import type { HttpDependencies } from '../dependencies.ts'
import { ownerOf } from '../owner-of.ts'
import { isSharedWith } from './settings.ts'

export interface Hit {
  readonly id: string
  readonly namespace?: string
  readonly title: string
  readonly detail?: string
  readonly state?: string
}

interface Group {
  readonly type: string
  readonly hits: readonly Hit[]
  readonly hasMore: boolean
}

interface Wish {
  /** In small letters. */
  readonly q: string
  readonly size: number
}

const SIZE = 5
const ID_LENGTH = 22
/** Namespaces whose files and keys are looked through. */
const NAMESPACES_MAX = 50
const TIME_MAX_MS = 80

export async function searchAll(
  { q, size = SIZE }: { readonly q: string; readonly size?: number },
  world: HttpDependencies,
  caller: Caller,
): Promise<readonly Group[]> {
  const wish = { q: q.trim().toLowerCase(), size }
  const untilMs = world.platform.elapsedMs() + TIME_MAX_MS
  const groups = [
    group('executions', await executionsOf(q.trim(), size, world), wish),
    group('flows', flowsOf(wish, world), wish),
    group('namespaces', namespacesOf(wish, world), wish),
    group('views', await viewsOf(wish, world, caller), wish),
    group('plugins', pluginsOf(wish, world), wish),
    group('keys', await keysOf(wish, untilMs, world), wish),
    group('files', await filesOf(wish, untilMs, world), wish),
  ]
  return groups.filter(({ hits }) => hits.length > 0)
}

function group(type: string, hits: readonly Hit[], { size }: Wish): Group {
  return { type, hits: hits.slice(0, size), hasMore: hits.length > size }
}

/** The beginning of an id is the moment of birth. */
async function executionsOf(q: string, size: number, { store, config }: HttpDependencies): Promise<readonly Hit[]> {
  if (!/^[0-9A-Za-z]{4,22}$/.test(q)) return []
  const first = createdMsOf(q.padEnd(ID_LENGTH, '0'))
  const last = createdMsOf(q.padEnd(ID_LENGTH, 'z'))
  if (!Number.isSafeInteger(first) || !Number.isSafeInteger(last)) return []
  const rows = await store.read.listExecutions({
    tenant: config.tenant,
    startFromMs: first,
    startToMs: last,
    limit: Math.max(100, size + 1),
  })
  return rows
    .filter(row => row.id.startsWith(q))
    .map(({ id, namespace, flowId, state }) => ({ id, namespace, title: id, detail: `${namespace}.${flowId}`, state }))
}

/** Names that begin with it first, then those that have it somewhere. */
function rank(name: string, q: string): number {
  const at = name.toLowerCase().indexOf(q)
  return at < 0 ? 3 : at === 0 ? 0 : /[^a-z0-9]/i.test(name[at - 1] ?? '') ? 1 : 2
}

function ranked<T>(all: Iterable<T>, nameOf: (item: T) => string, { q, size }: Wish): readonly T[] {
  const found: { readonly item: T; readonly rank: number; readonly name: string }[] = []
  for (const item of all) {
    const name = nameOf(item)
    const place = rank(name, q)
    if (place < 3) found.push({ item, rank: place, name })
  }
  return found
    .sort((a, b) => a.rank - b.rank || a.name.length - b.name.length || (a.name < b.name ? -1 : 1))
    .slice(0, size + 1)
    .map(({ item }) => item)
}

function flowsOf(wish: Wish, { flows, config }: HttpDependencies): readonly Hit[] {
  const own = [...flows.all()].filter(entry => entry.tenant === config.tenant)
  const byId = ranked(own, entry => entry.flowId, wish)
  const byName = ranked(own, ({ namespace, flowId }) => `${namespace}.${flowId}`, wish)
  return [...new Set([...byId, ...byName])].map(({ namespace, flowId }) => ({
    id: flowId,
    namespace,
    title: flowId,
    detail: namespace,
  }))
}

function allNamespaces({ flows, config, namespaces }: HttpDependencies): readonly string[] {
  const names = new Set<string>(namespaces.names())
  for (const { tenant, namespace } of flows.all()) if (tenant === config.tenant) names.add(namespace)
  return [...names].sort()
}

function namespacesOf(wish: Wish, world: HttpDependencies): readonly Hit[] {
  return ranked(allNamespaces(world), name => name, wish).map(name => ({ id: name, title: name }))
}

async function viewsOf(wish: Wish, { store, config }: HttpDependencies, caller: Caller): Promise<readonly Hit[]> {
  const owner = ownerOf(caller)
  const rows = await store.read.listUserSettings(config.tenant, 'view')
  const views = rows
    .map(row => ({ row, view: JSON.parse(row.body) }))
    .filter(({ row, view }) => row.owner === owner || isSharedWith(caller, view))
  return ranked(views, ({ view }) => String(view.name), wish).map(({ row, view }) => ({
    id: row.id,
    title: String(view.name),
    detail: String(view.page),
  }))
}

function pluginsOf(wish: Wish, { manifests }: HttpDependencies): readonly Hit[] {
  return ranked(manifests.types, ({ type }) => type.slice(type.lastIndexOf('.') + 1), wish).map(({ type }) => ({
    id: type,
    title: type.slice(type.lastIndexOf('.') + 1),
    detail: type,
  }))
}

async function keysOf(
  wish: Wish,
  untilMs: number,
  { store, config, platform }: HttpDependencies,
): Promise<readonly Hit[]> {
  const names = await store.read.listKeyNamespaces(config.tenant)
  const found: Hit[] = []
  for (const namespace of names.slice(0, NAMESPACES_MAX)) {
    if (platform.elapsedMs() > untilMs || found.length > wish.size) break
    const keys = await store.read.listKeys(config.tenant, namespace)
    const matching = ranked(keys, ({ key }) => key, wish)
    found.push(...matching.map(({ key }) => ({ id: key, namespace, title: key, detail: namespace })))
  }
  return found
}

async function filesOf(wish: Wish, untilMs: number, world: HttpDependencies): Promise<readonly Hit[]> {
  const found: Hit[] = []
  for (const namespace of allNamespaces(world).slice(0, NAMESPACES_MAX)) {
    if (world.platform.elapsedMs() > untilMs || found.length > wish.size) break
    const files = await new NamespaceFiles(world.files, namespace).list()
    const matching = ranked(files, ({ path }) => path, wish)
    found.push(...matching.map(({ path }) => ({ id: path, namespace, title: path, detail: namespace })))
  }
  return found
}
