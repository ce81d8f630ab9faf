// A flow as Kestra's JSON: what the source says, with labels as a list, and the facts that only the server knows.
import {
  encodeValue,
  isList,
  isMap,
  mapEntries,
  mapFrom,
  mapGet,
  parseYaml,
  printValue,
  type ApiDialect,
  type Value,
  type ValueMap,
} from '@batuta/core'
import type { FlowRow } from '../../storage/store.ts'

export interface FlowLook {
  readonly dialect: ApiDialect
  readonly isWithSource?: boolean
  readonly isDraft?: boolean
}

const LISTS: readonly string[] = [
  'inputs',
  'outputs',
  'tasks',
  'errors',
  'finally',
  'afterExecution',
  'triggers',
  'pluginDefaults',
  'sla',
  'checks',
]
const KEPT_MAX = 500

/** Sources of flows as they were read last; lists ask for the same flows again and again. */
const kept = new Map<string, ValueMap>()

export function presentFlow(row: FlowRow, { dialect, isWithSource = false, isDraft = false }: FlowLook): string {
  const { namespace, flowId, revision, source } = row
  const parsed = parsedOf(row)
  const entries: [string, Value][] = dialect === 'c' ? [['tenantId', row.tenant]] : []
  entries.push(['id', flowId], ['namespace', namespace], ['revision', revision])
  const known = new Set([
    'id',
    'namespace',
    'revision',
    'tenantId',
    'disabled',
    'deleted',
    'draft',
    'labels',
    'updated',
    'source',
  ])
  const labels = mapGet(parsed, 'labels')
  if (labels !== undefined && labels !== null) entries.push(['labels', labelsOf(labels)])
  for (const [key, value] of mapEntries(parsed)) if (!known.has(key) && value !== null) entries.push([key, value])
  entries.push(['disabled', row.isDisabled], ['deleted', row.isDeleted], ['updated', new Date(row.nowMs).toISOString()])
  if (isDraft) entries.push(['draft', true])
  if (isWithSource) entries.push(['source', source])
  return encodeValue(mapFrom(entries))
}

/** What one must know of a flow to execute it. */
export function presentFlowForExecution(row: FlowRow): string {
  const parsed = parsedOf(row)
  const entries: [string, Value][] = [
    ['id', row.flowId],
    ['namespace', row.namespace],
    ['revision', row.revision],
    ['disabled', row.isDisabled],
    ['deleted', row.isDeleted],
  ]
  for (const key of ['description', 'inputs', 'outputs', 'variables']) {
    const value = mapGet(parsed, key)
    if (value !== undefined && value !== null) entries.push([key, value])
  }
  for (const key of ['tasks', 'errors', 'finally', 'afterExecution', 'triggers']) {
    const value = mapGet(parsed, key)
    if (value !== undefined && isList(value)) entries.push([key, value.map(outlineOf)])
  }
  const labels = mapGet(parsed, 'labels')
  if (labels !== undefined && labels !== null) entries.push(['labels', labelsOf(labels)])
  return encodeValue(mapFrom(entries))
}

/** Of a task, or of a trigger: who it is, and its children. */
function outlineOf(task: Value): Value {
  if (!isMap(task)) return task
  const entries: [string, Value][] = []
  for (const [key, value] of mapEntries(task)) {
    if (key === 'id' || key === 'type' || key === 'version') entries.push([key, value])
    else if (isList(value) && value.some(item => isMap(item) && mapGet(item, 'type') !== undefined))
      entries.push([key, value.map(outlineOf)])
  }
  return mapFrom(entries)
}

function parsedOf({ tenant, namespace, flowId, revision, source, nowMs }: FlowRow): ValueMap {
  const key = `${tenant}/${namespace}/${flowId}/${revision}/${nowMs}`
  const known = kept.get(key)
  if (known) return known
  const { value } = parseYaml(source)
  const parsed = value !== undefined && isMap(value) ? value : {}
  if (kept.size >= KEPT_MAX) kept.delete(kept.keys().next().value ?? key)
  kept.set(key, listsOnly(parsed))
  return parsed
}

/** A section that is written but empty is no section. */
function listsOnly(parsed: ValueMap): ValueMap {
  return mapFrom([...mapEntries(parsed)].filter(([key, value]) => !(LISTS.includes(key) && value === null)))
}

function labelsOf(labels: Value): Value {
  if (isList(labels)) return labels
  if (!isMap(labels)) return []
  return [...mapEntries(labels)].map(([key, value]) => ({ key, value: printValue(value) }))
}
