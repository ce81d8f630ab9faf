import { isInScope } from '@batuta/core'
import type { ExecutionRow, JobRow, JournalRowOf } from '../batch.ts'
import {
  WHOLE_JOURNAL,
  type ExecutionQuery,
  type FlowKey,
  type FlowRow,
  type Reads,
  type TallyQuery,
  type TallyRow,
} from '../store.ts'
import { logReads } from './log-reads.ts'
import { accessReads } from './access.ts'
import { appReads } from './apps.ts'
import { testReads } from './tests.ts'
import { bulkReads } from './bulks.ts'
import { latestReads } from './latest.ts'
import { settingReads } from './user-settings.ts'
import { sealedReads } from './sealed.ts'
import { snapshotReads } from './snapshots.ts'
import { jobKeyOf, flowKeyOf, keyKeyOf, triggerKeyOf, type Tables } from './tables.ts'

export function readsOf(tables: Tables): Reads {
  return {
    findFence: async node => {
      const known = tables.nodes.get(node)
      return known && { incarnation: known.incarnation, flushSeq: known.flushSeq }
    },
    measureSpace: async () => ({ sizeBytes: 0, freeBytes: 0 }),
    findFlow: async (key, revision) => {
      const rows = tables.flows.get(flowKeyOf(key)) ?? []
      if (revision !== undefined) return rows.find(row => row.revision === revision)
      return liveOf(rows)
    },
    listRevisions: async key => tables.flows.get(flowKeyOf(key)) ?? [],
    listFlows: async (after, limit) => listFlows(tables, after, limit),
    findExecution: async id => tables.executions.get(id),
    journalOf: async (id, { after, limit } = WHOLE_JOURNAL) =>
      journalOf(tables, id)
        .filter(row => row.turn > after)
        .slice(0, limit),
    journalsOf: async ids => new Map(ids.filter(id => tables.journal.has(id)).map(id => [id, journalOf(tables, id)])),
    listExecutions: async query => {
      const rows = match(tables, query)
      const from = query.offset ?? 0
      return rows.slice(from, from + query.limit)
    },
    ...latestReads(tables),
    countExecutions: async query => Math.min(match(tables, query).length, query.limit),
    tallyExecutions: async query => tally(match(tables, query).slice(0, query.limit), query),
    listReady: async (afterId, limit) =>
      sortedIds(
        [...tables.executions.values()].filter(row => row.waitsFor === 'nothing'),
        afterId,
      ).slice(0, limit),
    listTimers: async ({ untilMs, limit }) =>
      [...tables.timers.values()]
        .filter(timer => timer.atMs <= untilMs)
        .sort((a, b) => a.atMs - b.atMs)
        .slice(0, limit),
    listLimitMembers: async limitKey =>
      [...tables.limitMembers.values()].filter(row => row.limitKey === limitKey).sort((a, b) => a.rank - b.rank),
    listLimitKeys: async (afterKey, limit) =>
      [...new Set([...tables.limitMembers.values()].map(row => row.limitKey))]
        .filter(key => key > afterKey)
        .sort()
        .slice(0, limit),
    listSignals: async (afterId, limit) =>
      [...tables.signals.values()]
        .filter(row => row.id > afterId)
        .sort((a, b) => (a.id < b.id ? -1 : 1))
        .slice(0, limit),
    ...jobReads(tables),
    ...triggerReads(tables),
    listWindows: async flow =>
      [...tables.windows.values()].filter(
        row => row.body !== null && (flow === undefined || flowKeyOf(row) === flowKeyOf(flow)),
      ),
    listReasons: async (key, limit) =>
      [...tables.reasons.values()]
        .filter(row => triggerKeyOf(row) === triggerKeyOf(key))
        .sort((a, b) => b.lastMs - a.lastMs)
        .slice(0, limit),
    ...logReads(tables),
    findOperation: async key => tables.operations.get(key),
    ...keyReads(tables),
    ...peopleReads(tables),
    ...sealedReads(tables),
    ...bulkReads(tables),
    ...snapshotReads(tables),
  }
}

/** Of what people write for the page, and of the people. */
function peopleReads(
  tables: Tables,
): ReturnType<typeof testReads> &
  ReturnType<typeof appReads> &
  ReturnType<typeof accessReads> &
  ReturnType<typeof settingReads> {
  return { ...testReads(tables), ...appReads(tables), ...accessReads(tables), ...settingReads(tables) }
}

function keyReads(
  tables: Tables,
): Pick<
  Reads,
  'findKey' | 'listKeys' | 'listKeyNamespaces' | 'listKeyVersions' | 'findSecret' | 'listSecrets' | 'listNamespaces'
> {
  return {
    findKey: async (tenant, namespace, key) => tables.keys.get(keyKeyOf({ tenant, namespace, key })),
    listKeys: async (tenant, namespace) =>
      [...tables.keys.values()]
        .filter(row => row.tenant === tenant && row.namespace === namespace)
        .sort((a, b) => (a.key < b.key ? -1 : 1)),
    listKeyNamespaces: async tenant =>
      [...new Set([...tables.keys.values()].filter(row => row.tenant === tenant).map(row => row.namespace))].sort(),
    listKeyVersions: async key => tables.keyVersions.get(keyKeyOf(key)) ?? [],
    findSecret: async (tenant, namespace, key) => tables.secrets.get(keyKeyOf({ tenant, namespace, key })),
    listSecrets: async (tenant, namespace) =>
      [...tables.secrets.values()]
        .filter(row => row.tenant === tenant && (namespace === undefined || row.namespace === namespace))
        .sort((a, b) => (a.namespace === b.namespace ? (a.key < b.key ? -1 : 1) : a.namespace < b.namespace ? -1 : 1)),
    listNamespaces: async tenant =>
      [...tables.namespaces.values()]
        .filter(row => row.tenant === tenant)
        .sort((a, b) => (a.namespace < b.namespace ? -1 : 1)),
  }
}

type JobReads = Pick<
  Reads,
  | 'listLostJobs'
  | 'listHeldJobs'
  | 'listKilledJobs'
  | 'listFreeQueues'
  | 'listFreeJobs'
  | 'countFreeJobs'
  | 'listFreePayloads'
>

function jobReads(tables: Tables): JobReads {
  return {
    listLostJobs: async (node, incarnation, limit) =>
      [...tables.jobs.values()].filter(job => job.node === node && job.incarnation !== incarnation).slice(0, limit),
    listHeldJobs: async ({ node, incarnation, beforeMs, limit }) =>
      [...tables.jobs.values()]
        .filter(job => job.node === node && job.incarnation === incarnation && (job.claimedMs ?? 0) <= beforeMs)
        .slice(0, limit)
        .map(({ executionId, run, epoch }) => ({ executionId, run, epoch })),
    listKilledJobs: async limit =>
      [...tables.jobs.values()]
        .filter(job => job.node === null && tables.jobsKilled.has(jobKeyOf(job)))
        .slice(0, limit)
        .map(({ executionId, run, epoch }) => ({ executionId, run, epoch })),
    listFreeQueues: async () => [...new Set(freeJobs(tables).map(job => job.queue))].sort(),
    listFreeJobs: async (queue, limit) =>
      freeJobs(tables)
        .filter(job => job.queue === queue)
        .sort((a, b) => a.rank - b.rank)
        .slice(0, limit),
    countFreeJobs: async () => freeJobs(tables).length,
    listFreePayloads: async (queue, limit) =>
      freeJobs(tables)
        .filter(job => job.queue === queue)
        .sort((left, right) => left.rank - right.rank)
        .slice(0, limit)
        .map(job => job.payload),
  }
}

function freeJobs(tables: Tables): readonly JobRow[] {
  return [...tables.jobs.values()].filter(job => job.node === null && !tables.jobsKilled.has(jobKeyOf(job)))
}

function journalOf(tables: Tables, id: string): readonly JournalRowOf[] {
  return (tables.journal.get(id) ?? []).toSorted((a, b) => a.turn - b.turn)
}

function liveOf(rows: readonly FlowRow[]): FlowRow | undefined {
  const newest = rows.at(-1)
  return newest?.isDeleted ? undefined : newest
}

function listFlows(tables: Tables, after: FlowKey | undefined, limit: number): readonly FlowRow[] {
  return [...tables.flows.values()]
    .flatMap(rows => liveOf(rows) ?? [])
    .filter(row => after === undefined || compareFlows(after, row) < 0)
    .sort(compareFlows)
    .slice(0, limit)
}

/** Part by part: joined texts would sort "a.b" before "a". */
function compareFlows(a: FlowKey, b: FlowKey): number {
  if (a.tenant !== b.tenant) return a.tenant < b.tenant ? -1 : 1
  if (a.namespace !== b.namespace) return a.namespace < b.namespace ? -1 : 1
  if (a.flowId !== b.flowId) return a.flowId < b.flowId ? -1 : 1
  return 0
}

function sortedIds(rows: readonly ExecutionRow[], afterId: string): string[] {
  return rows
    .map(row => row.id)
    .filter(id => id > afterId)
    .sort()
}

function match(tables: Tables, query: ExecutionQuery): ExecutionRow[] {
  const rows = [...tables.executions.values()].filter(row => matches(tables, row, query))
  return rows.sort((a, b) => (a.id < b.id ? -1 : 1) * (query.isAscending ? 1 : -1))
}

function tally(rows: readonly ExecutionRow[], { slotMs, by }: TallyQuery): readonly TallyRow[] {
  const groups = Map.groupBy(rows, ({ createdMs, state, namespace, flowId }) => {
    const names = by === 'flow' ? [namespace, flowId] : by === 'namespace' ? [namespace] : []
    return [Math.floor(createdMs / slotMs), state, ...names].join('\u0000')
  })
  return [...groups.values()].flatMap(group => {
    const [first] = group
    if (!first) return []
    const took = group.flatMap(({ endMs, createdMs }) => (endMs === null ? [] : [endMs - createdMs]))
    return [
      {
        slotMs: Math.floor(first.createdMs / slotMs) * slotMs,
        state: first.state,
        ...(by === undefined ? {} : { namespace: first.namespace }),
        ...(by === 'flow' ? { flowId: first.flowId } : {}),
        count: group.length,
        ended: took.length,
        tookMs: took.reduce((sum, ms) => sum + ms, 0),
      },
    ]
  })
}

function matches(tables: Tables, row: ExecutionRow, query: ExecutionQuery): boolean {
  if (row.tenant !== query.tenant) return false
  if (
    query.namespace !== undefined &&
    row.namespace !== query.namespace &&
    !(query.isPrefix && row.namespace.startsWith(`${query.namespace}.`))
  )
    return false
  if (query.scope !== undefined && !isInScope(query.scope, row.namespace)) return false
  if (query.flowId !== undefined && row.flowId !== query.flowId) return false
  if (query.states && !query.states.includes(row.state)) return false
  if (query.startFromMs !== undefined && row.createdMs < query.startFromMs) return false
  if (query.startToMs !== undefined && row.createdMs > query.startToMs) return false
  if (query.parentId !== undefined && row.parentId !== query.parentId) return false
  if (query.afterId !== undefined && (query.isAscending ? row.id <= query.afterId : row.id >= query.afterId))
    return false
  const labels = tables.labels.get(row.id) ?? []
  return (query.labels ?? []).every(({ key, value }) =>
    labels.some(label => label.key === key && label.value === value),
  )
}

function triggerReads({
  triggers,
}: Pick<Tables, 'triggers'>): Pick<Reads, 'listTriggers' | 'listDueTriggers' | 'listDisabledTriggers'> {
  return {
    listTriggers: async flow =>
      [...triggers.values()].filter(row => flow === undefined || flowKeyOf(row) === flowKeyOf(flow)),
    listDueTriggers: async beforeMs =>
      [...triggers.values()].filter(({ isDisabled, nextMs }) => !isDisabled && nextMs !== null && nextMs < beforeMs),
    listDisabledTriggers: async () => [...triggers.values()].filter(({ isDisabled }) => isDisabled),
  }
}
