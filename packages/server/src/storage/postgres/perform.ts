// Runs the shared statements on PostgreSQL, a round trip each, in one transaction.
import { createdMsOf } from '@batuta/core'
import type { PoolClient } from 'pg'
import type { Operations } from '../store.ts'
import { performanceOf, type SqlDialect } from '../sql/perform.ts'
import { CLAIM_JOBS, DATABASE_CLOCK, INSERT_LOG, JOURNAL_OF, LOCK_FLOWS, TELL_FLOWS } from './perform.sql.ts'

/** Any fixed number. */
const FLOWS_LOCK = 7_235_414

export const POSTGRES: SqlDialect = {
  beforeFlows: { text: LOCK_FLOWS, values: [FLOWS_LOCK] },
  afterFlows: { text: TELL_FLOWS, values: [] },
  ownClock: { text: DATABASE_CLOCK, values: [] },
  claimJobs: ({ node, incarnation, nowMs, limit }) => ({ text: CLAIM_JOBS, values: [node, incarnation, nowMs, limit] }),
  journalOf: id => ({
    text: JOURNAL_OF,
    values: [createdMsOf(id), id],
  }),
  insertLog: row => ({
    text: INSERT_LOG,
    values: [
      createdMsOf(row.executionId),
      row.executionId,
      row.tenant,
      row.namespace,
      row.flowId,
      row.atMs,
      row.levelMax,
      row.lines,
    ],
  }),
}

export async function performIn<Name extends keyof Operations>(
  client: PoolClient,
  { name, args }: { readonly name: Name; readonly args: Operations[Name]['args'] },
): Promise<Operations[Name]['result']> {
  await client.query('begin')
  try {
    const performance = performanceOf(name, args, POSTGRES)
    let step = performance.next([])
    while (!step.done) {
      const { rows } = await client.query(step.value.text, [...step.value.values])
      step = performance.next(rows)
    }
    await client.query('commit')
    return step.value
  } catch (error) {
    await client.query('rollback')
    throw error
  }
}
