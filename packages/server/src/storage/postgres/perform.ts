// Runs the shared statements on PostgreSQL, a round trip each, in one transaction.
import { createdMsOf } from '@batuta/core'
import type { PoolClient } from 'pg'
import type { Operations } from '../store.ts'
import { performanceOf, type SqlDialect } from '../sql/perform.ts'

export const POSTGRES: SqlDialect = {
  journalOf: id => ({
    text: 'select turn, version, at_ms, events from journal where created_ms = $1 and execution_id = $2 order by turn',
    values: [createdMsOf(id), id],
  }),
  insertLog: row => ({
    text: `insert into logs (created_ms, execution_id, tenant, namespace, flow_id, at_ms, level_max, lines)
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
