// The write path: the batch becomes arrays of columns for the one statement that its lists need.
import { createdMsOf, trust } from '@batuta/core'
import type { Client } from 'pg'
import type { Batch, JobKey } from '../batch.ts'
import type { Hint } from '../cluster.ts'
import { FlushError, type FlushReceipt } from '../store.ts'
import { faultOf } from './fault-of.ts'
import { flushStatement, type FlushTable } from './flush.sql.ts'
import { sentHint } from './hint-text.ts'
import { packArray, type Element } from './pack-array.ts'

export async function writeBatch(client: Client, batch: Batch): Promise<FlushReceipt> {
  const lists = listsOf(batch)
  const receivers = receiversOf(batch)
  const hints = hintsOf(batch, receivers)
  const { name, text, tables } = flushStatement([...lists.keys()], hints)
  const values: unknown[] = [batch.seq, batch.node, batch.incarnation]
  for (const table of tables) values.push(...pack(table, lists.get(table.batch) ?? []))
  if (receivers.size > 0) values.push(sentHint(receivers))
  try {
    const { rows } = await client.query({ name, text, values })
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
function hintsOf(batch: Batch, receivers: ReadonlySet<string>): readonly Hint[] {
  const hints: Hint[] = []
  if (batch.signals.length > 0) hints.push('signals')
  if (batch.jobsKilled.length > 0 || batch.jobs.some(job => job.node === null)) hints.push('jobs')
  if (receivers.size > 0) hints.push('sent')
  return hints
}

/** The nodes whose workers jobs are handed to. */
function receiversOf(batch: Batch): ReadonlySet<string> {
  const nodes = new Set<string>()
  for (const { node } of batch.jobs) if (node !== null && node !== batch.node) nodes.add(node)
  return nodes
}

type Row = Readonly<Record<string, Element>>

/** The lists that have rows. */
function listsOf(batch: Batch): Map<string, readonly Row[]> {
  const lists = new Map<string, readonly Row[]>()
  const add = (name: string, rows: readonly unknown[]): void => {
    if (rows.length > 0) lists.set(name, trust<readonly Row[]>(rows))
  }
  add('births', batch.births)
  add('heads', batch.heads)
  add('labels', batch.labels)
  add('journal', batch.journal)
  add('logs', batch.logs)
  add('metrics', batch.metrics)
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
  add('limitMembersEnded', batch.limitMembersEnded)
  add('limitMembers', batch.limitMembers)
  add(
    'signalsTaken',
    batch.signalsTaken.map(id => ({ id })),
  )
  add('signals', batch.signals)
  add('operations', batch.operations)
  add('triggers', batch.triggers)
  add('windows', batch.windows)
  return lists
}

function keyOf({ executionId, run, epoch }: JobKey): string {
  return `${executionId} ${run} ${epoch}`
}

function pack({ columns }: FlushTable, rows: readonly Row[]): readonly Buffer[] {
  try {
    return columns.map(({ name, field, type }) =>
      packArray(
        type,
        // The birth of an execution names its partition, and its id tells it.
        rows.map(row =>
          name === 'born_ms' ? createdMsOf(String(row['executionId'] ?? row['id'])) : (row[field] ?? null),
        ),
      ),
    )
  } catch (error) {
    throw new FlushError('known', `a row cannot be sent: ${error instanceof Error ? error.message : String(error)}`, {
      cause: error,
    })
  }
}
