// Who did what. Whoever may read the audit of some namespaces reads what happened there; what belongs to no namespace is for those who may read all.
import type { NamespaceScope } from '@batuta/core'
import type { AuditAsked, StoredAuditEntry } from '../../access/audit-trail.ts'
import { dateOf, given } from '../access/present-people.ts'
import { forbidden } from '../access/powers.ts'
import { csvText } from '../csv.ts'
import type { HttpDependencies } from '../dependencies.ts'
import type { Handlers } from '../exchange.ts'
import { applyFilters, listOf, type Filter, type FilterTable } from '../read-filters.ts'
import { rangeOf } from '../range-of.ts'
import { json, type Reply } from '../reply.ts'
import { notFound } from '../request-error.ts'
import { parseMoment } from '../parse-moment.ts'
import { resourceNamed } from '../access/to-permissions.ts'
import { jsonPatch } from './json-patch.ts'
import { nameOfObject } from './name-of-object.ts'

type Document = Readonly<Record<string, unknown>>

/** Exactly up to here; beyond it a list says that there are more. */
const COUNTED_MAX = 10_001
const SIZE = 10
const HISTORY_MAX = 200
const EXPORT_PAGE = 1_000
const EXPORTED_MAX = 1_000_000
/** Rows that are looked through when a search asks for several texts at once. */
const LOOKED_MAX = 10_000

interface Found {
  readonly q?: string
  readonly namespace?: string
  readonly flowId?: string
  readonly executionId?: string
  readonly userId?: string
  readonly id?: string
  readonly resources?: readonly string[]
  readonly permission?: string
  readonly startDate?: string
  readonly endDate?: string
  readonly details?: readonly string[]
  readonly type?: string
}

/** What is asked, and the texts that rows must hold. */
interface Search {
  readonly asked: Omit<AuditAsked, 'limit'>
  readonly texts: readonly string[]
}

export function auditLogHandlers({ access, platform }: HttpDependencies): Handlers<'auditLogs'> {
  const { audit } = access
  const searched = async (search: Search, { page = 1, size = SIZE, sort }: Paged): Promise<Reply> => {
    const isAscending = sort?.includes('date:asc') ?? false
    const [text, ...more] = search.texts
    const asked = { ...search.asked, isAscending, ...(text === undefined ? {} : { text }) }
    if (more.length > 0) {
      const rows = (await audit.list({ ...asked, limit: LOOKED_MAX })).filter(entry => holdsAll(entry, more))
      return json({ results: rows.slice((page - 1) * size, page * size).map(present), total: rows.length })
    }
    const [rows, total] = await Promise.all([
      audit.list({ ...asked, limit: size, offset: (page - 1) * size }),
      audit.count(asked, COUNTED_MAX),
    ])
    return json({ results: rows.map(present), total })
  }
  const getEntry = async (id: string, scope: NamespaceScope): Promise<StoredAuditEntry> => {
    const [entry] = await audit.list({ id, scope, limit: 1 })
    if (!entry) throw notFound(`The entry "${id.slice(0, 100)}"`)
    return entry
  }
  const diffed = async (id: string, previousId: string | undefined, scope: NamespaceScope): Promise<Reply> => {
    const entry = await getEntry(id, scope)
    const before = previousId === undefined ? entry.before : stateAfter(await getEntry(previousId, scope))
    const after = previousId === undefined ? entry.after : stateAfter(entry)
    return json(given({ before: textOf(before), after: textOf(after) }))
  }
  const toSearch = (query: Found, filters: readonly Filter[], scope: NamespaceScope): Search =>
    applyFilters<Search>(flatSearch(query, scope), filters, filterTable(platform.nowMs()))
  return {
    search: async ({ query, filters, caller }) => await searched(toSearch(query, filters, scopeOf(caller)), query),
    searchAll: async ({ query, filters, caller }) => await searched(toSearch(query, filters, scopeOf(caller)), query),
    find: async ({ body, caller }) => {
      const resource = body.resource ?? body.permission ?? undefined
      const details = Object.entries(body.detail ?? {}).map(([key, value]) => `${key}:${String(value)}`)
      const query = { details, ...given({ type: body.type, permission: resource }) }
      const { asked, texts } = flatSearch(query, scopeOf(caller))
      const [text, ...more] = texts
      const rows = await audit.list({
        ...asked,
        ...(text === undefined ? {} : { text }),
        limit: more.length > 0 ? LOOKED_MAX : 1,
      })
      const entry = rows.find(row => holdsAll(row, more))
      if (!entry) throw notFound('An entry like this')
      return json(present(entry))
    },
    history: async ({ params: { detailId }, caller }) => {
      const rows = await audit.list({ itemId: detailId, scope: scopeOf(caller), limit: HISTORY_MAX })
      return json(rows.map(({ id, atMs, caller: { name } }) => ({ id, date: dateOf(atMs), username: name })))
    },
    diff: async ({ params: { id }, query, caller }) => await diffed(id, query.previousId, scopeOf(caller)),
    diffOfInstance: async ({ params: { id }, query, caller }) => await diffed(id, query.previousId, scopeOf(caller)),
    export: ({ query, filters, caller }) => exported(toSearch(query, filters, scopeOf(caller)), audit),
    exportAll: ({ query, filters, caller }) => exported(toSearch(query, filters, scopeOf(caller)), audit),
    verify: async ({ caller }) => {
      requireAll(caller)
      const { count, lastHash, broken } = await audit.verify()
      const problem = broken && `Entry ${broken.seq}: ${broken.reason}.`
      return json({ isSound: broken === undefined, count, head: lastHash, ...given({ problem }) })
    },
  }
}

type Paged = { readonly page?: number; readonly size?: number; readonly sort?: readonly string[] }
type Audit = HttpDependencies['access']['audit']
type WithGrants = Parameters<Handlers<'auditLogs'>['verify']>[0]['caller']

function scopeOf({ grants }: WithGrants): NamespaceScope {
  return grants.scope('AUDITLOG', 'READ')
}

function requireAll(caller: WithGrants): void {
  if (!scopeOf(caller).all)
    throw forbidden('The audit of the whole instance is for those who may read it in all namespaces.')
}

function flatSearch(query: Found, scope: NamespaceScope): Search {
  const { q, namespace, flowId, executionId, userId, id, permission, startDate, endDate, details = [], type } = query
  const resources = [...(query.resources ?? []), ...(permission === undefined ? [] : [permission])]
  const texts = [
    ...(q === undefined || q === '' ? [] : [q]),
    ...(flowId === undefined ? [] : [memberText('flowId', flowId)]),
    ...(executionId === undefined ? [] : [memberText('executionId', executionId)]),
  ]
  const bare: Search = {
    texts,
    asked: {
      scope,
      ...given({ namespace, actorId: userId, itemId: id }),
      ...(resources.length > 0 ? { resources: resources.map(nameOf) } : {}),
      ...(type === undefined ? {} : { actions: [type.toUpperCase()] }),
      ...(startDate === undefined ? {} : { fromMs: parseMoment(startDate, 'startDate') }),
      ...(endDate === undefined ? {} : { toMs: parseMoment(endDate, 'endDate') }),
    },
  }
  return details.reduce(withDetail, bare)
}

/** `id:…` and `namespace:…` are columns, anything else is looked for in the text. */
function withDetail({ asked, texts }: Search, detail: string): Search {
  const at = detail.indexOf(':')
  const [key, value] = at < 0 ? ['', detail] : [detail.slice(0, at), detail.slice(at + 1)]
  if (key === 'id') return { asked: { ...asked, itemId: value }, texts }
  if (key === 'namespace') return { asked: { ...asked, namespace: value }, texts }
  return { asked, texts: [...texts, key === '' ? value : memberText(key, value)] }
}

function memberText(name: string, value: string): string {
  return `${JSON.stringify(name)}:${JSON.stringify(value)}`
}

function nameOf(resource: string): string {
  return resourceNamed(resource) ?? resource.toUpperCase()
}

function filterTable(nowMs: number): FilterTable<Search> {
  const asking =
    (part: (value: string) => Partial<Search['asked']>) =>
    (search: Search, value: string): Search => ({
      ...search,
      asked: { ...search.asked, ...part(value) },
    })
  const text =
    (name: string) =>
    (search: Search, value: string): Search => ({
      ...search,
      texts: [...search.texts, memberText(name, value)],
    })
  const from = asking(value => ({ fromMs: parseMoment(value, 'startDate') }))
  const to = asking(value => ({ toMs: parseMoment(value, 'endDate') }))
  const namespace = asking(value => ({ namespace: value }))
  const resources = asking(value => ({ resources: listOf(value).map(nameOf) }))
  const actions = asking(value => ({ actions: listOf(value).map(each => each.toUpperCase()) }))
  return {
    q: { EQUALS: (search, value) => ({ ...search, texts: [...search.texts, value] }) },
    namespace: { EQUALS: namespace, PREFIX: namespace, STARTS_WITH: namespace },
    flowId: { EQUALS: text('flowId') },
    executionId: { EQUALS: text('executionId') },
    userId: { EQUALS: asking(value => ({ actorId: value })) },
    id: { EQUALS: asking(value => ({ itemId: value })) },
    resources: { EQUALS: resources, IN: resources },
    type: { EQUALS: actions, IN: actions },
    action: { EQUALS: actions, IN: actions },
    status: { EQUALS: asking(value => ({ outcome: value })) },
    details: { EQUALS: (search, value, key) => withDetail(search, key === undefined ? value : `${key}:${value}`) },
    startDate: { EQUALS: from, GREATER_THAN: from, GREATER_THAN_OR_EQUAL_TO: from },
    endDate: { EQUALS: to, LESS_THAN: to, LESS_THAN_OR_EQUAL_TO: to },
    timeRange: { EQUALS: asking(value => ({ fromMs: nowMs - rangeOf(value) })) },
  }
}

function present(entry: StoredAuditEntry): Document {
  const { id, atMs, caller, resource, action, outcome, itemId, namespace, flowId, executionId, detail } = entry
  const { userId = '', name, via, tokenId, impersonatedBy, ip } = caller
  const ids = given({ id: itemId, namespace, flowId, executionId, name: nameOfObject(stateAfter(entry)) })
  const detailed = { permission: resource, resource, resourceType: resource, type: resource.toLowerCase(), ...ids }
  return {
    auditLog: {
      id,
      type: action,
      userId,
      ...given({ impersonatedBy, ipAddress: ip }),
      date: dateOf(atMs),
      detail: { ...detail, ...detailed, outcome, via, ...given({ tokenId }) },
      appliedPatch: jsonPatch(entry.before, entry.after),
      revertPatch: jsonPatch(entry.after, entry.before),
    },
    user: { id: userId, username: name },
  }
}

/** What it was when the entry had been written. */
function stateAfter({ before, after }: StoredAuditEntry): unknown {
  return after ?? before
}

function textOf(value: unknown): string | undefined {
  return value === undefined || value === null ? undefined : JSON.stringify(value, undefined, 2)
}

function holdsAll(entry: StoredAuditEntry, texts: readonly string[]): boolean {
  if (texts.length === 0) return true
  const whole = JSON.stringify(entry).toLowerCase()
  return texts.every(text => whole.includes(text.toLowerCase()))
}

const HEAD = [
  'date',
  'id',
  'type',
  'resource',
  'item',
  'namespace',
  'flow',
  'execution',
  'user',
  'ip',
  'outcome',
  'detail',
]

function exported({ asked, texts }: Search, audit: Audit): Reply {
  return {
    type: 'stream',
    status: 200,
    contentType: 'text/csv; charset=utf-8',
    chunks: csvOf({ asked, texts }, audit),
    headers: { 'content-disposition': 'attachment; filename="audit-logs.csv"' },
  }
}

async function* csvOf({ asked, texts }: Search, audit: Audit): AsyncGenerator<string> {
  yield csvText([HEAD])
  const [text, ...more] = texts
  let afterSeq: number | undefined
  for (let count = 0; count < EXPORTED_MAX; count += EXPORT_PAGE) {
    const rows = await audit.list({
      ...asked,
      ...(text === undefined ? {} : { text }),
      ...(afterSeq === undefined ? {} : { afterSeq }),
      limit: EXPORT_PAGE,
    })
    yield csvText(rows.filter(row => holdsAll(row, more)).map(cellsOf))
    afterSeq = rows.at(-1)?.seq
    if (rows.length < EXPORT_PAGE) return
  }
}

function cellsOf(entry: StoredAuditEntry): readonly string[] {
  const { id, atMs, action, resource, itemId = '', namespace = '', flowId = '', executionId = '', outcome } = entry
  const { name, ip = '' } = entry.caller
  const detail = entry.detail === undefined ? '' : JSON.stringify(entry.detail)
  return [dateOf(atMs), id, action, resource, itemId, namespace, flowId, executionId, name, ip, outcome, detail]
}
