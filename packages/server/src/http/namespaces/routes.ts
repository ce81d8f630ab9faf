// Namespaces are there when something is in them, or when somebody said something about them: nobody has to make one.
import {
  NAMESPACE_VARIABLES,
  encodeValue,
  fromPlain,
  isList,
  isMap,
  mapSize,
  namespaceRoot,
  toPlain,
} from '@batuta/core'
import { withAncestors } from '../../namespaces/ancestors.ts'
import { NamespaceFiles } from '../../namespaces/namespace-files.ts'
import type { Settings } from '../../namespaces/namespace-settings.ts'
import type { TallyRow } from '../../storage/store.ts'
import type { HttpDependencies } from '../dependencies.ts'
import type { Handlers } from '../exchange.ts'
import { applyFilters, type FilterTable } from '../read-filters.ts'
import { empty, json, jsonText } from '../reply.ts'
import { notFound } from '../request-error.ts'

export function namespaceHandlers(dependencies: HttpDependencies): Handlers<'namespaces'> {
  const { namespaces } = dependencies
  const matching = (q: string | undefined): readonly string[] => {
    const wanted = q?.toLowerCase() ?? ''
    return knownIn(dependencies).filter(name => name.toLowerCase().includes(wanted))
  }
  return {
    search: async ({ query: { q, page = 1, size = 10, sort = [], counts: isCounted = false }, filters }) => {
      const wanted = applyFilters([q?.toLowerCase() ?? ''], filters, FILTERS)
      const all = withParents([...knownIn(dependencies), ...(await filledIn(dependencies))])
      const found = all.filter(name => wanted.every(text => name.toLowerCase().includes(text)))
      const ordered = sort.includes('id:desc') ? found.toReversed() : found
      const counts = countFlows(dependencies)
      const runs = isCounted ? await countRuns(dependencies) : undefined
      const results = ordered
        .slice((page - 1) * size, page * size)
        .map(id => ({ id, deleted: false, flows: counts.get(id) ?? 0, ...(runs && (runs.get(id) ?? NO_RUNS)) }))
      return json({ results, total: found.length })
    },
    get: async ({ params: { id }, dialect }) => {
      // Another node may have saved it.
      await namespaces.load()
      if (dialect === 'c' && !(await isThere(id, dependencies))) throw notFound(`The namespace "${id}"`)
      return jsonText(textOf(id, namespaces.find(id)))
    },
    create: async ({ body }) => jsonText(textOf(body.id, await namespaces.save(body.id, fromPlain(body)))),
    update: async ({ params: { id }, body }) => {
      const before = namespaces.find(id)
      const settings = before === undefined ? {} : { ...before, variables: toPlain(before.variables) }
      return jsonText(textOf(id, await namespaces.save(id, fromPlain({ ...settings, ...body }))))
    },
    delete: async ({ params: { id } }) => {
      if (!(await namespaces.delete(id))) throw notFound(`What was said about the namespace "${id}"`)
      return empty(204)
    },
    inheritedVariables: async ({ params: { id } }) => {
      await namespaces.load()
      const above = id.includes('.') ? id.slice(0, id.lastIndexOf('.')) : ''
      const roots = new Map([[NAMESPACE_VARIABLES, namespaces.variables]])
      return jsonText(encodeValue(namespaceRoot(roots, above) ?? {}))
    },
    autocomplete: ({ query, body }) => {
      const found = matching(body.q ?? query.q)
      return json([...new Set([...found, ...(body.ids ?? [])])])
    },
  }
}

/** With those above them. */
function knownIn({ flows, config, namespaces }: HttpDependencies): readonly string[] {
  const own = new Set<string>()
  for (const { tenant, namespace } of flows.all()) if (tenant === config.tenant) own.add(namespace)
  return withParents([...namespaces.names(), ...own])
}

const TEXT = (wanted: readonly string[], value: string): readonly string[] => [...wanted, value.toLowerCase()]
/** All that are known are there. */
const ANY = (wanted: readonly string[]): readonly string[] => wanted
const FILTERS: FilterTable<readonly string[]> = {
  q: { EQUALS: TEXT, CONTAINS: TEXT },
  existingOnly: { EQUALS: ANY, NOT_EQUALS: ANY },
}

/** Until 1.3 any namespace is answered. */
async function isThere(id: string, dependencies: HttpDependencies): Promise<boolean> {
  if (knownIn(dependencies).includes(id) || withParents(await filledIn(dependencies)).includes(id)) return true
  return ((await new NamespaceFiles(dependencies.files, id).children('/')) ?? []).length > 0
}

/** Those that hold keys or secrets. */
async function filledIn({ store, config: { tenant } }: HttpDependencies): Promise<readonly string[]> {
  const secrets = await store.read.listSecrets(tenant)
  return [...(await store.read.listKeyNamespaces(tenant)), ...secrets.map(({ namespace }) => namespace)]
}

function withParents(given: readonly string[]): readonly string[] {
  return [...new Set(given.flatMap(withAncestors))].sort()
}

function countFlows({ flows, config }: HttpDependencies): ReadonlyMap<string, number> {
  const counts = new Map<string, number>()
  for (const { tenant, namespace } of flows.all())
    if (tenant === config.tenant) counts.set(namespace, (counts.get(namespace) ?? 0) + 1)
  return counts
}

interface Runs {
  readonly runs: number
  readonly failures: number
}

const NO_RUNS: Runs = { runs: 0, failures: 0 }
const DAY_MS = 86_400_000
const COUNTED_MAX = 100_000

/** Of the last day, by namespace; undefined when there were too many. */
async function countRuns(dependencies: HttpDependencies): Promise<ReadonlyMap<string, Runs> | undefined> {
  const rows = await tallyDay(dependencies)
  if (rows.reduce((sum, { count }) => sum + count, 0) >= COUNTED_MAX) return undefined
  const found = new Map<string, Runs>()
  for (const { namespace = '', state, count } of rows) {
    const { runs, failures } = found.get(namespace) ?? NO_RUNS
    found.set(namespace, { runs: runs + count, failures: failures + (state === 'FAILED' ? count : 0) })
  }
  return found
}

/** What charts have counted is not counted again; what they have not is counted whole, while they count on. */
async function tallyDay({ store, config, platform, tallies }: HttpDependencies): Promise<readonly TallyRow[]> {
  const { tenant } = config
  const toMs = platform.nowMs()
  const fromMs = toMs - DAY_MS
  const kept = await tallies?.tally({ tenant, by: 'namespace' }, { fromMs, toMs })
  if (kept && kept.countedFromMs <= fromMs) return kept.rows
  return await store.read.tallyExecutions({
    tenant,
    startFromMs: fromMs,
    slotMs: DAY_MS,
    by: 'namespace',
    limit: COUNTED_MAX,
  })
}

function textOf(id: string, settings: Settings | undefined): string {
  if (settings === undefined) return encodeValue({ id, deleted: false })
  const { variables, pluginDefaults, ...said } = settings
  // None are none: clients that compare with what they saved take an empty list for a difference.
  return encodeValue({
    id,
    deleted: false,
    ...said,
    ...(isMap(variables) && mapSize(variables) > 0 && { variables }),
    ...(isList(pluginDefaults) && pluginDefaults.length > 0 && { pluginDefaults }),
  })
}
