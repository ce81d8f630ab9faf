// What PostgreSQL's tables became, step by step. The rules of a step are in docs/adr/0009.
import type { Migration } from '../sql/migrations.ts'
import {
  ACCESS,
  BULK_OPERATIONS,
  APPS,
  FLOW_TESTS,
  KEYS_AND_SECRETS,
  LIMIT_MEMBERS,
  LIST_INDEXES,
  SEALED,
  SNAPSHOTS,
  MIGRATION_1,
  MIGRATION_2,
  MIGRATION_TRIGGERS,
  USER_SETTINGS,
  PARTITIONED_FIRST,
} from './schema.sql.ts'

const DEFAULT_PARTITIONS = PARTITIONED_FIRST.map(table => `create table ${table}_other partition of ${table} default`)

/** Small tables whose rows change all the time: cleaned by count, not by share, and without pausing. */
const AUTOVACUUM = `(autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 500, autovacuum_analyze_scale_factor = 0,
  autovacuum_analyze_threshold = 1000, autovacuum_vacuum_cost_delay = 0)`

export const MIGRATIONS: readonly Migration[] = [
  { type: 'inside', title: 'the tables', sql: MIGRATION_1, more: DEFAULT_PARTITIONS.join(';\n') },
  { type: 'inside', title: 'nodes tell of themselves', sql: MIGRATION_2 },
  {
    type: 'inside',
    title: 'hot tables are vacuumed in time',
    sql: `alter table nodes set ${AUTOVACUUM};
      alter table triggers set ${AUTOVACUUM};
      alter table jobs set ${AUTOVACUUM};
      alter table timers set ${AUTOVACUUM};
      alter table signals set ${AUTOVACUUM};
      alter table operations set (autovacuum_vacuum_scale_factor = 0.02, autovacuum_vacuum_threshold = 1000, autovacuum_vacuum_cost_delay = 0)`,
  },
  { type: 'inside', title: 'lists of ten million executions', sql: LIST_INDEXES },
  {
    type: 'outside',
    title: 'jobs are claimed and stopped without a look at those that were settled',
    statements: [
      // In the whole order of a claim: with a part of it all free jobs were sorted.
      'drop index concurrently if exists jobs_claimable',
      'create index concurrently jobs_claimable on jobs (queue, rank, execution_id, run, epoch) where node is null',
      'drop index concurrently if exists jobs_free',
      'drop index concurrently if exists jobs_to_stop',
      'create index concurrently jobs_to_stop on jobs (node, incarnation) where is_killed',
    ],
  },
  { type: 'inside', title: 'versions of keys, secrets, namespaces', sql: KEYS_AND_SECRETS },
  { type: 'inside', title: 'what triggers keep', sql: MIGRATION_TRIGGERS },
  { type: 'inside', title: 'members of limits', sql: LIMIT_MEMBERS },
  { type: 'inside', title: 'signals are found by their ids alone', sql: 'drop index if exists signals_by_shard' },
  {
    type: 'outside',
    title: 'jobs are handed to workers',
    statements: [
      'alter table jobs add column if not exists sender text collate "C", add column if not exists sent_seq bigint',
      'drop index concurrently if exists jobs_sent',
      'create index concurrently jobs_sent on jobs (node, incarnation, sender, sent_seq) where node is not null',
      'drop index concurrently if exists jobs_by_node',
    ],
  },
  { type: 'inside', title: 'flow tests and their results', sql: FLOW_TESTS },
  { type: 'inside', title: 'what people set for themselves', sql: USER_SETTINGS },
  { type: 'inside', title: 'operations on many', sql: BULK_OPERATIONS },
  { type: 'inside', title: 'apps, and links that are given away', sql: APPS },
  { type: 'inside', title: 'who may do what, and who did what', sql: ACCESS },
  { type: 'inside', title: 'data keys, tokens, policies', sql: SEALED },
  { type: 'outside', title: 'what is folded of long journals', statements: SNAPSHOTS },
]
