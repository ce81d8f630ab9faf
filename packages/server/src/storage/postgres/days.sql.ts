// The statements around the partitions of a day. Names of tables are made of our own words and of digits.
import { PARTITIONED } from './schema.sql.ts'

/** Nobody should queue up behind us for long: neither for the locks, nor while a table is read through of which a few rows are wanted. */
export const WAIT_BRIEFLY =
  "set local lock_timeout = '250ms'; set local enable_seqscan = off; set local enable_hashjoin = off; set local enable_mergejoin = off"
/** One node at a time. */
export const LOCK_DAYS = 'select pg_advisory_xact_lock(7235415)'

/** Partitions of a table, and those that were detached and not dropped yet. */
export const LIST_DAYS = `select c.relname as name, c.relispartition as is_attached from pg_class c
  where c.relnamespace = current_schema()::regnamespace and c.relkind = 'r' and c.relname ~ '^(${PARTITIONED.join('|')})_\\d{8}$'
  order by c.relname`

export function createDay(table: string, day: DayBounds): string {
  const options =
    table === 'executions'
      ? ' with (autovacuum_vacuum_scale_factor = 0.05, autovacuum_analyze_scale_factor = 0.05)'
      : ''
  return `create table if not exists ${table}_${day.name} partition of ${table} for values from (${day.fromMs}) to (${day.toMs})${options}`
}

export interface DayBounds {
  /** Eight digits. */
  readonly name: string
  readonly fromMs: number
  readonly toMs: number
}

/** Rows that came before their day had a place. */
export function hasStrays(table: string, { fromMs, toMs }: DayBounds): string {
  return `select 1 from ${table}_other where born_ms >= ${fromMs} and born_ms < ${toMs} limit 1`
}
export function takeStrays(table: string, { fromMs, toMs }: DayBounds): readonly string[] {
  const where = `where born_ms >= ${fromMs} and born_ms < ${toMs}`
  return [
    `create temporary table strays on commit drop as select * from ${table}_other ${where}`,
    `delete from ${table}_other ${where}`,
  ]
}
export function putStrays(table: string): readonly string[] {
  return [`insert into ${table} overriding system value select * from strays`, 'drop table strays']
}

const IS_KEPT = '(waits_for is not null or end_ms is null or end_ms > $1)'
export function countKept(day: string): string {
  return `select count(*) as total, count(*) filter (where ${IS_KEPT}) as kept from executions_${day}`
}
export function listKept(day: string): string {
  return `select born_ms, id from executions_${day} where ${IS_KEPT}`
}
/** Index: executions_open of the partition. Those that were restarted while they were counted. */
export function countAwake(day: string): string {
  return `select count(*) as awake from executions_${day} where waits_for is not null and not id = any($1::text[])`
}
export function detach(table: string, day: string): string {
  return `alter table ${table} detach partition ${table}_${day}`
}
/** The default partition takes what is kept. */
export function moveKept(table: string, day: string): string {
  const id = table === 'executions' ? 'id' : 'execution_id'
  return `insert into ${table} overriding system value select d.* from ${table}_${day} d
    where (d.born_ms, d.${id}) in (select * from unnest($1::bigint[], $2::text[]))`
}
