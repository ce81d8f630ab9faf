// The flush, as one statement: it begins with the fence, and every write selects from it. A common table expression that did not would write
// although the fence matched nothing (a test reads the statement for that). Rows come as one array per column.

import type { Hint } from '../cluster.ts'
import type { ElementType } from './pack-array.ts'

export interface FlushColumn {
  readonly name: string
  /** What the batch calls it. */
  readonly field: string
  readonly type: ElementType
}

const FENCE = `fence as (
  update nodes set flush_seq = $1, high_water_ms = greatest(high_water_ms, (extract(epoch from clock_timestamp()) * 1000)::bigint),
    lease_until = clock_timestamp() + interval '10 seconds'
  where id = $2 and incarnation = $3 and flush_seq = $1 - 1 and not fenced
  returning (extract(epoch from clock_timestamp()) * 1000)::bigint as now_ms)`

/** Parameters $1 to $3 are the fence's. */
const FENCE_PARAMETERS = 3

/** The statements that write the rows, given as a subselect that is empty unless the fence matched. */
type Part = (rows: string) => string | readonly string[]

export interface FlushTable {
  readonly batch: string
  readonly columns: readonly FlushColumn[]
  readonly write: Part
  /** Every row must have met its counterpart: else the flush is refused whole. */
  readonly mustMatch?: boolean
}

const text = (name: string): FlushColumn => columnOf(name, 'text')
const bigint = (name: string): FlushColumn => columnOf(name, 'bigint')
const integer = (name: string): FlushColumn => columnOf(name, 'integer')
const smallint = (name: string): FlushColumn => columnOf(name, 'smallint')

function columnOf(name: string, type: ElementType): FlushColumn {
  return { name, type, field: name.replace(/_([a-z])/g, (_whole, letter: string) => letter.toUpperCase()) }
}

function insert(table: string, columns: readonly FlushColumn[], conflict = ''): Part {
  const names = columns.map(column => column.name).join(', ')
  return rows => `insert into ${table} (${names}) select ${names} from ${rows} as r${conflict}`
}

const BIRTH: readonly FlushColumn[] = [
  bigint('born_ms'),
  text('id'),
  text('tenant'),
  text('namespace'),
  text('flow_id'),
  integer('revision'),
  text('state'),
  bigint('created_ms'),
  bigint('end_ms'),
  text('waits_for'),
  integer('turn'),
  smallint('shard'),
  text('trigger_id'),
  text('trigger_type'),
  text('parent_id'),
  text('original_id'),
]
const HEAD: readonly FlushColumn[] = [
  bigint('born_ms'),
  text('id'),
  text('state'),
  bigint('end_ms'),
  text('waits_for'),
  integer('turn'),
]
const LABEL: readonly FlushColumn[] = [bigint('born_ms'), text('key'), text('value'), text('execution_id')]
const JOURNAL: readonly FlushColumn[] = [
  bigint('born_ms'),
  text('execution_id'),
  integer('turn'),
  integer('version'),
  bigint('at_ms'),
  text('events'),
]
const LOG: readonly FlushColumn[] = [
  bigint('born_ms'),
  text('execution_id'),
  text('tenant'),
  text('namespace'),
  text('flow_id'),
  bigint('at_ms'),
  smallint('level_max'),
  text('lines'),
]
const METRIC: readonly FlushColumn[] = [
  bigint('born_ms'),
  text('execution_id'),
  integer('run'),
  text('task_id'),
  text('name'),
  text('type'),
  columnOf('value', 'double precision'),
  text('tags'),
  bigint('at_ms'),
]
const JOB: readonly FlushColumn[] = [
  text('execution_id'),
  integer('run'),
  integer('epoch'),
  smallint('shard'),
  text('queue'),
  bigint('rank'),
  text('node'),
  bigint('incarnation'),
  bigint('claimed_ms'),
  text('payload'),
]
const JOB_KEY: readonly FlushColumn[] = [text('execution_id'), integer('run'), integer('epoch')]
const TIMER: readonly FlushColumn[] = [text('execution_id'), text('name'), smallint('shard'), bigint('at_ms')]
const TIMER_KEY: readonly FlushColumn[] = [text('execution_id'), text('name')]
const LIMIT_MEMBER: readonly FlushColumn[] = [
  text('limit_key'),
  text('execution_id'),
  smallint('is_holding'),
  bigint('rank'),
  text('share'),
  text('keys'),
]
const LIMIT_MEMBER_KEY: readonly FlushColumn[] = [text('limit_key'), text('execution_id')]
const SIGNAL: readonly FlushColumn[] = [text('id'), smallint('shard'), text('execution_id'), text('body')]
const OPERATION: readonly FlushColumn[] = [
  text('key'),
  text('entity'),
  text('body_hash'),
  integer('status'),
  text('body'),
  bigint('expires_ms'),
]
const TRIGGER: readonly FlushColumn[] = [
  bigint('next_ms'),
  bigint('last_ms'),
  text('execution_id'),
  text('state'),
  text('tenant'),
  text('namespace'),
  text('flow_id'),
  text('trigger_id'),
  bigint('expected_next_ms'),
]
const WINDOW: readonly FlushColumn[] = [
  text('tenant'),
  text('namespace'),
  text('flow_id'),
  text('trigger_id'),
  text('set_id'),
  text('body'),
]

const TABLES: readonly FlushTable[] = [
  { batch: 'births', columns: BIRTH, write: insert('executions', BIRTH) },
  {
    // An execution that was deleted meanwhile has no row: nothing of it is written any more.
    batch: 'heads',
    columns: HEAD,
    mustMatch: true,
    write:
      rows => `update executions e set state = r.state, end_ms = r.end_ms, waits_for = r.waits_for, turn = r.turn from ${rows} as r
      where e.born_ms = r.born_ms and e.id = r.id`,
  },
  {
    // The labels of an execution are written whole: those that are not among the rows go.
    batch: 'labels',
    columns: LABEL,
    write: rows => [
      `delete from execution_labels l using (select distinct born_ms, execution_id from ${rows} as r) as d
      where l.born_ms = d.born_ms and l.execution_id = d.execution_id and not exists (
        select 1 from ${rows} as r where r.execution_id = l.execution_id and r.key = l.key and r.value = l.value)`,
      `insert into execution_labels (born_ms, key, value, execution_id) select born_ms, key, value, execution_id from ${rows} as r on conflict do nothing`,
    ],
  },
  { batch: 'journal', columns: JOURNAL, write: insert('journal', JOURNAL) },
  { batch: 'logs', columns: LOG, write: insert('logs', LOG) },
  { batch: 'metrics', columns: METRIC, write: insert('metrics', METRIC) },
  {
    batch: 'jobsEnded',
    columns: JOB_KEY,
    write: rows =>
      `delete from jobs j using ${rows} as r where j.execution_id = r.execution_id and j.run = r.run and j.epoch = r.epoch`,
  },
  {
    // By whom, and with which flush: so a worker finds what was handed to it since its last look.
    batch: 'jobs',
    columns: JOB,
    write: rows => {
      const names = JOB.map(column => column.name).join(', ')
      return `insert into jobs (${names}, sender, sent_seq) select ${names}, $2, $1 from ${rows} as r`
    },
  },
  {
    // The same key ended and began anew in one batch: a delete and an insert of one key do not go together in one statement.
    batch: 'jobsReplaced',
    columns: JOB,
    write:
      rows => `update jobs j set shard = r.shard, queue = r.queue, rank = r.rank, node = r.node, incarnation = r.incarnation,
      claimed_ms = r.claimed_ms, payload = r.payload, is_killed = false, sender = $2, sent_seq = $1 from ${rows} as r
      where j.execution_id = r.execution_id and j.run = r.run and j.epoch = r.epoch`,
  },
  {
    batch: 'jobsKilled',
    columns: JOB_KEY,
    write: rows =>
      `update jobs j set is_killed = true from ${rows} as r where j.execution_id = r.execution_id and j.run = r.run and j.epoch = r.epoch`,
  },
  {
    batch: 'timersEnded',
    columns: TIMER_KEY,
    write: rows => `delete from timers t using ${rows} as r where t.execution_id = r.execution_id and t.name = r.name`,
  },
  {
    batch: 'timers',
    columns: TIMER,
    write: insert('timers', TIMER, ' on conflict (execution_id, name) do update set at_ms = excluded.at_ms'),
  },
  {
    batch: 'limitMembersEnded',
    columns: LIMIT_MEMBER_KEY,
    write: rows =>
      `delete from limit_members m using ${rows} as r where m.limit_key = r.limit_key and m.execution_id = r.execution_id`,
  },
  {
    batch: 'limitMembers',
    columns: LIMIT_MEMBER,
    write: insert(
      'limit_members',
      LIMIT_MEMBER,
      ' on conflict (limit_key, execution_id) do update set is_holding = excluded.is_holding, rank = excluded.rank, keys = excluded.keys',
    ),
  },
  {
    batch: 'signalsTaken',
    columns: [text('id')],
    mustMatch: true,
    write: rows => `delete from signals s using ${rows} as r where s.id = r.id`,
  },
  { batch: 'signals', columns: SIGNAL, write: insert('signals', SIGNAL) },
  { batch: 'operations', columns: OPERATION, write: insert('operations', OPERATION) },
  {
    // Compare and set: a cursor that stands elsewhere meets no row.
    batch: 'triggers',
    columns: TRIGGER,
    mustMatch: true,
    write:
      rows => `update triggers t set next_ms = r.next_ms, last_ms = r.last_ms, execution_id = r.execution_id, state = r.state from ${rows} as r
      where t.tenant = r.tenant and t.namespace = r.namespace and t.flow_id = r.flow_id and t.trigger_id = r.trigger_id
      and t.next_ms is not distinct from r.expected_next_ms`,
  },
  {
    batch: 'windows',
    columns: WINDOW,
    write: insert(
      'windows',
      WINDOW,
      ' on conflict (tenant, namespace, flow_id, trigger_id, set_id) do update set body = excluded.body',
    ),
  },
]

/** All lists, in the order in which they are written. */
export const LISTS: readonly string[] = TABLES.map(table => table.batch)

export interface FlushStatement {
  /** Under which it is prepared, at most 63 characters. */
  readonly name: string
  readonly text: string
  /** The lists of the batch that it writes, in the order of their parameters. */
  readonly tables: readonly FlushTable[]
}

const STATEMENTS = new Map<string, FlushStatement>()

/**
 * The statement for a batch that has rows for exactly these lists. There are few such sets in practice, and each is prepared once. `hints` are
 * told to the other nodes with the commit; what is said with `sent` is the last parameter.
 */
export function flushStatement(lists: readonly string[], hints: readonly Hint[]): FlushStatement {
  const key = [...lists, '|', ...hints].join(' ')
  const known = STATEMENTS.get(key)
  if (known) return known
  const tables = TABLES.filter(table => lists.includes(table.batch))
  const statement = { name: `flush ${STATEMENTS.size + 1}`, text: textOf(tables, hints), tables }
  STATEMENTS.set(key, statement)
  return statement
}

function textOf(tables: readonly FlushTable[], hints: readonly Hint[]): string {
  let parameter = FENCE_PARAMETERS
  const parts: string[] = []
  const checks: string[] = []
  for (const table of tables) {
    // Functions among the results hand on row by row what functions in `from` would first collect: an eighth of the database's time.
    const columns = table.columns.map(({ name, type }) => `unnest($${++parameter}::${type}[]) as ${name}`).join(', ')
    const rows = `(select ${columns} from fence)`
    const name = `w_${snake(table.batch)}`
    const writes = [table.write(rows)].flat()
    writes.forEach((write, index) => parts.push(`${name}${index === 0 ? '' : index} as (${write} returning 1)`))
    if (table.mustMatch)
      checks.push(`(select count(*) from ${name}) = cardinality($${parameter}::${table.columns.at(-1)?.type}[])`)
  }
  // Dividing by zero refuses the whole statement.
  const check = checks.length === 0 ? '' : `\nwhere 1 / (case when ${checks.join(' and ')} then 1 else 0 end) = 1`
  const told = hints.map(hint => `, pg_notify('batuta', ${hint === 'sent' ? `$${++parameter}` : `'${hint}'`})`).join('')
  return `with ${[FENCE, ...parts].join(',\n')}\nselect now_ms${told} from fence${check}`
}

function snake(name: string): string {
  return name.replace(/[A-Z]/g, letter => `_${letter.toLowerCase()}`)
}
