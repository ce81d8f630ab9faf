import type { FlowKey, FlowRow, FlowWrite, Operations } from '../store.ts'
import { flowKeyOf, jobKeyOf, type Tables } from './tables.ts'

type Performers = {
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
  joinNode: (tables, { node, nowMs }) => {
    const known = tables.nodes.get(node)
    const entry = {
      incarnation: (known?.incarnation ?? 0) + 1,
      flushSeq: known?.flushSeq ?? 0,
      highWaterMs: Math.max(known?.highWaterMs ?? 0, nowMs),
    }
    tables.nodes.set(node, entry)
    return entry
  },
  saveFlow: (tables, write) => saveFlow(tables, write),
  deleteFlow: (tables, { nowMs, ...key }) => {
    const newest = newestOf(tables, key)
    if (!newest || newest.isDeleted) return false
    tables.flows.get(flowKeyOf(key))?.push({ ...newest, revision: newest.revision + 1, isDeleted: true, nowMs })
    for (const id of tables.triggers.keys()) if (id.startsWith(`${flowKeyOf(key)}/`)) tables.triggers.delete(id)
    return true
  },
  saveTriggers: (tables, { flow, triggers }) => {
    const prefix = `${flowKeyOf(flow)}/`
    const known = new Map([...tables.triggers].filter(([id]) => id.startsWith(prefix)))
    for (const id of known.keys()) tables.triggers.delete(id)
    for (const { triggerId, nextMs, hash } of triggers) {
      const before = known.get(prefix + triggerId)
      const isSame = before?.hash === hash
      tables.triggers.set(
        prefix + triggerId,
        isSame
          ? before
          : {
              ...flow,
              triggerId,
              hash,
              nextMs,
              lastMs: null,
              expectedNextMs: null,
              executionId: null,
              isDisabled: false,
            },
      )
    }
    return null
  },
  setTriggerDisabled: (tables, { isDisabled, nextMs, ...key }) => {
    const id = `${flowKeyOf(key)}/${key.triggerId}`
    const known = tables.triggers.get(id)
    if (known) tables.triggers.set(id, { ...known, isDisabled, nextMs })
    return known !== undefined
  },
  claimJobs: (tables, { node, incarnation, limit, nowMs }) => {
    const free = [...tables.jobs.values()]
      .filter(job => job.node === null)
      .sort((a, b) => a.rank - b.rank || (a.executionId < b.executionId ? -1 : 1))
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
  setKey: (tables, row) => {
    tables.keys.set(`${row.tenant}/${row.namespace}/${row.key}`, row)
    return null
  },
  deleteKey: (tables, { tenant, namespace, key }) => tables.keys.delete(`${tenant}/${namespace}/${key}`),
  deleteExecution: (tables, { id }) => {
    for (const table of [tables.journal, tables.labels, tables.logs, tables.metrics]) table.delete(id)
    for (const [key, timer] of tables.timers) if (timer.executionId === id) tables.timers.delete(key)
    for (const [key, job] of tables.jobs) if (job.executionId === id) tables.jobs.delete(key)
    return tables.executions.delete(id)
  },
  purgeOperations: (tables, { nowMs, limit }) => {
    const old = [...tables.operations.values()].filter(row => row.expiresMs <= nowMs).slice(0, limit)
    for (const row of old) tables.operations.delete(row.key)
    return old.length
  },
}

function newestOf(tables: Tables, key: FlowKey): FlowRow | undefined {
  return tables.flows.get(flowKeyOf(key))?.at(-1)
}

/** Saving what is already there changes nothing; numbering goes on after a deletion. */
function saveFlow(tables: Tables, write: FlowWrite): FlowRow {
  const newest = newestOf(tables, write)
  if (newest && !newest.isDeleted && newest.source === write.source && newest.parsed === write.parsed) return newest
  const row: FlowRow = { ...write, revision: (newest?.revision ?? 0) + 1, isDeleted: false }
  tables.flows.set(flowKeyOf(write), [...(tables.flows.get(flowKeyOf(write)) ?? []), row])
  return row
}
