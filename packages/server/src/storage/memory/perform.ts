import { createdMsOf } from '@batuta/core'
import { levelMaxOf, splitLines, type JobRow } from '../batch.ts'
import {
  REASONS_MAX,
  lateJoin,
  type FlowKey,
  type FlowRow,
  type FlowWrite,
  type Operations,
  type PurgeSlice,
  type Purged,
  type TriggerKey,
} from '../store.ts'
import { KEY_PERFORMERS } from './perform-keys.ts'
import { ACCESS_PERFORMERS } from './access.ts'
import { APP_PERFORMERS } from './apps.ts'
import { TEST_PERFORMERS } from './tests.ts'
import { BULK_PERFORMERS } from './bulks.ts'
import { SETTING_PERFORMERS } from './user-settings.ts'
import { SEALED_PERFORMERS } from './sealed.ts'
import { SNAPSHOT_PERFORMERS } from './snapshots.ts'
import { flowKeyOf, jobKeyOf, triggerKeyOf, type Tables } from './tables.ts'

export type Performers = {
  readonly [Name in keyof Operations]: (tables: Tables, args: Operations[Name]['args']) => Operations[Name]['result']
}

export function performInMemory<Name extends keyof Operations>(
  tables: Tables,
  name: Name,
  args: Operations[Name]['args'],
): Operations[Name]['result'] {
  return PERFORMERS[name](tables, args)
}

const PERFORMERS: Performers = {
  joinNode: (tables, { node, nowMs, follows = -1 }) => {
    const known = tables.nodes.get(node)
    if (known && follows >= 0 && known.incarnation !== follows) throw lateJoin(node)
    const entry = {
      incarnation: (known?.incarnation ?? 0) + 1,
      flushSeq: known?.flushSeq ?? 0,
      highWaterMs: Math.max(known?.highWaterMs ?? 0, nowMs),
    }
    tables.nodes.set(node, entry)
    return entry
  },
  saveFlow: (tables, write) => saveFlow(tables, write),
  reviseFlow: (tables, { follows, ...write }) => {
    const newest = newestOf(tables, write)
    if (newest === undefined || newest.isDeleted) return null
    return newest.revision === follows || isSame(newest, write) ? saveFlow(tables, write) : null
  },
  deleteFlow: (tables, { nowMs, ...key }) => {
    const newest = newestOf(tables, key)
    if (!newest || newest.isDeleted) return false
    tables.flows.get(flowKeyOf(key))?.push({ ...newest, revision: newest.revision + 1, isDeleted: true, nowMs })
    for (const id of tables.triggers.keys()) if (id.startsWith(`${flowKeyOf(key)}/`)) tables.triggers.delete(id)
    forgetBelongings(tables, `${flowKeyOf(key)}/`)
    return true
  },
  deleteRevisions: (tables, { revisions, ...key }) => {
    const rows = tables.flows.get(flowKeyOf(key)) ?? []
    const newest = rows.at(-1)?.revision ?? 0
    const isMeant = (row: FlowRow): boolean =>
      revisions.includes(row.revision) && row.revision < newest && !row.isDeleted
    const count = rows.filter(isMeant).length
    tables.flows.set(
      flowKeyOf(key),
      rows.map(row => (isMeant(row) ? { ...row, isDeleted: true } : row)),
    )
    return count
  },
  saveTriggers: (tables, { flow, triggers }) => {
    const prefix = `${flowKeyOf(flow)}/`
    const known = new Map([...tables.triggers].filter(([id]) => id.startsWith(prefix)))
    for (const [id, row] of known) {
      tables.triggers.delete(id)
      if (!triggers.some(({ triggerId, hash }) => triggerId === row.triggerId && hash === row.hash))
        forgetBelongings(tables, `${id}/`)
    }
    for (const { triggerId, nextMs, hash } of triggers) {
      const before = known.get(prefix + triggerId)
      const fresh = {
        ...flow,
        triggerId,
        hash,
        nextMs,
        lastMs: null,
        expectedNextMs: nextMs,
        executionId: null,
        state: null,
      }
      const row = before?.hash === hash ? before : { ...fresh, isDisabled: before?.isDisabled ?? false }
      tables.triggers.set(prefix + triggerId, row)
    }
    return null
  },
  setTriggerDisabled: (tables, { isDisabled, nextMs, ...key }) => {
    const known = tables.triggers.get(triggerKeyOf(key))
    if (known) tables.triggers.set(triggerKeyOf(key), { ...known, isDisabled, nextMs, expectedNextMs: nextMs })
    return known !== undefined
  },
  changeTrigger: (tables, { tenant, namespace, flowId, triggerId, expected, signal, ...change }) => {
    const key = triggerKeyOf({ tenant, namespace, flowId, triggerId })
    const known = tables.triggers.get(key)
    if (!known || (expected && (known.nextMs !== expected.nextMs || (known.state ?? null) !== expected.state)))
      return false
    const row = { ...known, ...change }
    tables.triggers.set(key, { ...row, expectedNextMs: row.nextMs })
    if (signal) tables.signals.set(signal.id, signal)
    return true
  },
  noteReasons: (tables, { rows }) => {
    for (const row of rows) {
      const key = `${triggerKeyOf(row)}/${JSON.stringify([row.code, row.reason])}`
      const known = tables.reasons.get(key)
      const count = (known?.count ?? 0) + row.count
      tables.reasons.set(key, { ...row, count, firstMs: known?.firstMs ?? row.firstMs })
    }
    for (const row of rows) forgetReasons(tables, row)
    return null
  },
  deleteReasons: (tables, key) => {
    const own = [...tables.reasons.keys()].filter(name => name.startsWith(`${triggerKeyOf(key)}/`))
    for (const name of own) tables.reasons.delete(name)
    return own.length
  },
  claimJobs: (tables, { node, incarnation, limit, nowMs, queues }) => {
    const free = [...tables.jobs.values()]
      .filter(job => job.node === null && !tables.jobsKilled.has(jobKeyOf(job)))
      .filter(job => (queues ? queues.includes(job.queue) : !job.queue.startsWith('@') || job.queue === `@${node}`))
      .sort(compareRank)
    return free.slice(0, limit).map(job => {
      const claimed = { ...job, node, incarnation, claimedMs: nowMs }
      tables.jobs.set(jobKeyOf(job), claimed)
      return claimed
    })
  },
  appendLogs: (tables, { rows }) => {
    for (const row of rows) tables.logs.set(row.executionId, [...(tables.logs.get(row.executionId) ?? []), row])
    return null
  },
  ...KEY_PERFORMERS,
  ...TEST_PERFORMERS,
  ...APP_PERFORMERS,
  ...ACCESS_PERFORMERS,
  ...SETTING_PERFORMERS,
  ...SEALED_PERFORMERS,
  ...BULK_PERFORMERS,
  ...SNAPSHOT_PERFORMERS,
  purgeLogs: (tables, purge) => {
    let count = 0
    const rows = (tables.logs.get(purge.executionId) ?? []).flatMap(row => {
      const { kept, purged } = splitLines(row.lines, purge)
      count += purged
      if (purged === 0) return [row]
      return kept.length === 0 ? [] : [{ ...row, lines: JSON.stringify(kept), levelMax: levelMaxOf(kept) }]
    })
    tables.logs.set(purge.executionId, rows)
    return count
  },
  purgeMetrics: (tables, { executionId }) => {
    const count = tables.metrics.get(executionId)?.length ?? 0
    tables.metrics.delete(executionId)
    return count
  },
  deleteExecution: (tables, args) => deleteExecution(tables, args.id, args),
  purgeExecutions: (tables, slice) => purgeExecutions(tables, slice),
  purgeOperations: (tables, { nowMs, limit }) => {
    const old = [...tables.operations.values()]
      .filter(row => row.expiresMs <= nowMs)
      .sort((a, b) => a.expiresMs - b.expiresMs)
    for (const row of old.slice(0, limit)) tables.operations.delete(row.key)
    return Math.min(old.length, limit)
  },
  claimOperation: (tables, { row, nowMs }) => {
    const known = tables.operations.get(row.key)
    if (known && known.expiresMs > nowMs) return known
    tables.operations.set(row.key, row)
    return null
  },
  changeOperation: (tables, { key, body, to }) => {
    const known = tables.operations.get(key)
    if (known?.body !== body) return false
    if (to) tables.operations.set(key, { ...known, ...to })
    else tables.operations.delete(key)
    return true
  },
}

/** Windows and reasons of triggers whose keys begin so. */
function forgetBelongings(tables: Tables, prefix: string): void {
  for (const table of [tables.windows, tables.reasons])
    for (const id of table.keys()) if (id.startsWith(prefix)) table.delete(id)
}

/** All but the latest. */
function forgetReasons(tables: Tables, key: TriggerKey): void {
  const prefix = `${triggerKeyOf(key)}/`
  const rows = [...tables.reasons].filter(([id]) => id.startsWith(prefix)).sort(([, a], [, b]) => b.lastMs - a.lastMs)
  const oldestMs = rows[REASONS_MAX - 1]?.[1].lastMs ?? 0
  for (const [id, row] of rows) if (row.lastMs < oldestMs) tables.reasons.delete(id)
}

function deleteExecution(
  tables: Tables,
  id: string,
  { keepsLogs = false, keepsMetrics = false }: Partial<Operations['deleteExecution']['args']> = {},
): boolean {
  for (const table of [tables.journal, tables.snapshots, tables.labels]) table.delete(id)
  if (!keepsLogs) tables.logs.delete(id)
  if (!keepsMetrics) tables.metrics.delete(id)
  for (const [key, timer] of tables.timers) if (timer.executionId === id) tables.timers.delete(key)
  for (const [key, member] of tables.limitMembers) if (member.executionId === id) tables.limitMembers.delete(key)
  for (const [key, job] of tables.jobs) {
    if (job.executionId !== id) continue
    tables.jobs.delete(key)
    tables.jobsKilled.delete(key)
  }
  // Signals to it stay: whoever takes them tells those that wait for an answer.
  return tables.executions.delete(id)
}

function purgeExecutions(tables: Tables, { endedBeforeMs, afterId, limit }: PurgeSlice): Purged {
  const looked = [...tables.executions.values()]
    .filter(row => row.id > afterId && createdMsOf(row.id) < endedBeforeMs)
    .sort((a, b) => (a.id < b.id ? -1 : 1))
    .slice(0, limit)
  const ended = looked.filter(row => row.waitsFor === null && row.endMs !== null && row.endMs < endedBeforeMs)
  for (const { id } of ended) deleteExecution(tables, id)
  const executions = ended.map(({ id, namespace, flowId }) => ({ id, namespace, flowId }))
  return { executions, nextAfterId: looked.length < limit ? null : (looked.at(-1)?.id ?? null) }
}

/** By rank, those of one rank by execution, run and epoch. */
function compareRank(a: JobRow, b: JobRow): number {
  if (a.rank !== b.rank) return a.rank - b.rank
  if (a.executionId !== b.executionId) return a.executionId < b.executionId ? -1 : 1
  return a.run - b.run || a.epoch - b.epoch
}

function newestOf(tables: Tables, key: FlowKey): FlowRow | undefined {
  return tables.flows.get(flowKeyOf(key))?.at(-1)
}

/** Saving what is already there changes nothing; numbering goes on after a deletion. */
function saveFlow(tables: Tables, write: FlowWrite): FlowRow {
  const newest = newestOf(tables, write)
  if (newest && !newest.isDeleted && isSame(newest, write)) return newest
  const row: FlowRow = { ...write, revision: (newest?.revision ?? 0) + 1, isDeleted: false }
  tables.flows.set(flowKeyOf(write), [...(tables.flows.get(flowKeyOf(write)) ?? []), row])
  return row
}

function isSame(newest: FlowRow, write: FlowWrite): boolean {
  return newest.source === write.source && newest.parsed === write.parsed
}
