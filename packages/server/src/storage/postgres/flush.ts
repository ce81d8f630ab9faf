// The write path: the batch becomes arrays of columns for the one statement that its lists need.
import { createdMsOf, trust } from '@batuta/core'
import type { Client } from 'pg'
import type { Batch, JobKey } from '../batch.ts'
import type { Hint } from '../cluster.ts'
import { FlushError, type FlushReceipt } from '../store.ts'
import { faultOf } from './fault-of.ts'
import { flushStatement, type FlushColumn } from './flush.sql.ts'

type Cell = string | number | boolean | null

export async function writeBatch(client: Client, batch: Batch): Promise<FlushReceipt> {
  const lists = listsOf(batch)
  const hints = hintsOf(batch)
  const { text, tables } = flushStatement([...lists.keys()], hints)
  const values: unknown[] = [batch.seq, batch.node, batch.incarnation]
  for (const table of tables) {
    const rows = lists.get(table.batch) ?? []
    for (const column of table.columns) values.push(rows.map(row => row[camel(column)] ?? null))
  }
  try {
    const { rows } = await client.query({ name: nameOf([...tables.map(table => table.batch), ...hints]), text, values })
    const nowMs = trust<{ now_ms?: string }>(rows[0] ?? {}).now_ms
    if (nowMs === undefined)
      throw new FlushError(
        'fenced',
        `the node "${batch.node}" is fenced: incarnation ${batch.incarnation}, flush ${batch.seq}`,
      )
    return { seq: batch.seq, dbNowMs: Number(nowMs) }
  } catch (error) {
    throw error instanceof FlushError
      ? error
      : new FlushError(faultOf(error), `the flush failed: ${error instanceof Error ? error.message : String(error)}`, {
          cause: error,
        })
  }
}

/** What other nodes may want to look at: signals to their executions, jobs that anybody may claim or that they must stop. */
function hintsOf(batch: Batch): readonly Hint[] {
  const hints: Hint[] = []
  if (batch.signals.length > 0) hints.push('signals')
  if (batch.jobsKilled.length > 0 || batch.jobs.some(job => job.node === null)) hints.push('jobs')
  return hints
}

type Row = Readonly<Record<string, Cell>>

/** The lists that have rows, each row with the birth of its execution, which names its partition. */
function listsOf(batch: Batch): Map<string, readonly Row[]> {
  const lists = new Map<string, readonly Row[]>()
  const add = (name: string, rows: readonly unknown[]): void => {
    if (rows.length > 0) lists.set(name, trust<readonly Row[]>(rows))
  }
  const placed = <T extends { readonly executionId: string }>(rows: readonly T[]): readonly unknown[] =>
    rows.map(row => ({ ...row, bornMs: createdMsOf(row.executionId) }))
  add(
    'births',
    batch.births.map(row => ({ ...row, bornMs: createdMsOf(row.id) })),
  )
  add(
    'heads',
    batch.heads.map(head => ({ ...head, bornMs: createdMsOf(head.id) })),
  )
  add('labels', placed(batch.labels))
  add('journal', placed(batch.journal))
  add('logs', placed(batch.logs))
  add('metrics', placed(batch.metrics))
  const ended = new Set(batch.jobsEnded.map(keyOf))
  const begun = new Set(batch.jobs.map(keyOf))
  add(
    'jobsEnded',
    batch.jobsEnded.filter(key => !begun.has(keyOf(key))),
  )
  add(
    'jobs',
    batch.jobs.filter(row => !ended.has(keyOf(row))),
  )
  add(
    'jobsReplaced',
    batch.jobs.filter(row => ended.has(keyOf(row))),
  )
  add('jobsKilled', batch.jobsKilled)
  add('timersEnded', batch.timersEnded)
  add('timers', batch.timers)
  add(
    'signalsTaken',
    batch.signalsTaken.map(id => ({ id })),
  )
  add('signals', batch.signals)
  add('operations', batch.operations)
  add('triggers', batch.triggers)
  return lists
}

function keyOf({ executionId, run, epoch }: JobKey): string {
  return `${executionId} ${run} ${epoch}`
}

const CAMEL = new Map<string, string>()

function camel({ name }: FlushColumn): string {
  const known = CAMEL.get(name)
  if (known !== undefined) return known
  const made = name.replace(/_([a-z])/g, (_whole, letter: string) => letter.toUpperCase())
  CAMEL.set(name, made)
  return made
}

function nameOf(lists: readonly string[]): string {
  return `flush ${lists.map(list => list.slice(0, 3) + list.length).join('')}`
}
