// Runs the shared statements on PostgreSQL, a round trip each, in one transaction.
import { createdMsOf } from '@batuta/core'
import type { PoolClient } from 'pg'
import type { Operations } from '../store.ts'
import { performanceOf, type SqlDialect } from '../sql/perform.ts'

/** Any fixed number. */
const FLOWS_LOCK = 7_235_414

export const POSTGRES: SqlDialect = {
  beforeFlows: { text: 'select pg_advisory_xact_lock($1)', values: [FLOWS_LOCK] },
  afterFlows: { text: "select pg_notify('batuta', 'flows')", values: [] },
  claimJobs: ({ node, incarnation, nowMs, limit }) => ({ text: CLAIM_JOBS, values: [node, incarnation, nowMs, limit] }),
  journalOf: id => ({
    text: 'select turn, version, at_ms, events from journal where born_ms = $1 and execution_id = $2 order by turn',
    values: [createdMsOf(id), id],
  }),
  insertLog: row => ({
    text: `insert into logs (born_ms, execution_id, tenant, namespace, flow_id, at_ms, level_max, lines)
      values ($1, $2, $3, $4, $5, $6, $7, $8)`,
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

/** Index: jobs_free. What another claim has locked is passed over, not waited for. */
const CLAIM_JOBS = `with picked as materialized (
    select execution_id, run, epoch from jobs where node is null and not is_killed
    order by rank, execution_id, run, epoch limit $4 for update skip locked)
  update jobs j set node = $1, incarnation = $2, claimed_ms = $3 from picked p
  where j.execution_id = p.execution_id and j.run = p.run and j.epoch = p.epoch
  returning j.*`

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
