// Applies what is pending, each migration in one transaction. There is one server per data folder, so nobody else is at work.
import type { DatabaseSync } from 'node:sqlite'
import {
  checksumOf,
  planMigrations,
  type AppliedMigration,
  type Migration,
  type MigrationPlan,
} from '../sql/migrations.ts'
import {
  ACCESS,
  BULK_OPERATIONS,
  APPS,
  FLOW_TESTS,
  KEYS_AND_SECRETS,
  LIMIT_MEMBERS,
  SEALED,
  SNAPSHOTS,
  MIGRATION_1,
  MIGRATION_2,
  MIGRATION_TRIGGERS,
  USER_SETTINGS,
} from './schema.sql.ts'

const MIGRATIONS: readonly Migration[] = [
  { type: 'inside', title: 'the tables', sql: MIGRATION_1 },
  { type: 'inside', title: 'lists of ten million executions', sql: MIGRATION_2 },
  { type: 'inside', title: 'versions of keys, secrets, namespaces', sql: KEYS_AND_SECRETS },
  { type: 'inside', title: 'what triggers keep', sql: MIGRATION_TRIGGERS },
  { type: 'inside', title: 'members of limits', sql: LIMIT_MEMBERS },
  { type: 'inside', title: 'flow tests and their results', sql: FLOW_TESTS },
  { type: 'inside', title: 'what people set for themselves', sql: USER_SETTINGS },
  { type: 'inside', title: 'operations on many', sql: BULK_OPERATIONS },
  { type: 'inside', title: 'apps, and links that are given away', sql: APPS },
  { type: 'inside', title: 'who may do what, and who did what', sql: ACCESS },
  { type: 'inside', title: 'data keys, tokens, policies', sql: SEALED },
  { type: 'inside', title: 'what is folded of long journals', sql: SNAPSHOTS },
]

const HAS_MIGRATIONS = "select 1 from sqlite_schema where name = 'migrations'"
const CREATE_MIGRATIONS = `create table if not exists migrations
  (number integer primary key, checksum text not null, floor integer not null default 1, applied_ms integer not null)`
/** The first version had no column `floor`. */
const HAS_FLOOR = "select 1 from pragma_table_info('migrations') where name = 'floor'"
const ADD_FLOOR = 'alter table migrations add column floor integer not null default 1'
const INSERT_APPLIED =
  'insert into migrations (number, checksum, floor, applied_ms) values (?, ?, ?, unixepoch() * 1000)'

/** What would be done: nothing is written. */
export function planFor(db: DatabaseSync, migrations: readonly Migration[] = MIGRATIONS): MigrationPlan {
  return planMigrations(migrations, db.prepare(HAS_MIGRATIONS).get() ? listApplied(db) : [])
}

/** Does what is pending and returns what that was. */
export function migrate(db: DatabaseSync, migrations: readonly Migration[] = MIGRATIONS): MigrationPlan {
  const plan = planFor(db, migrations)
  if (plan.pending.length === 0) return plan
  db.exec(CREATE_MIGRATIONS)
  if (!db.prepare(HAS_FLOOR).get()) db.exec(ADD_FLOOR)
  for (const { number, checksum, floor, migration } of plan.pending) {
    db.exec('begin immediate')
    try {
      for (const statement of migration.type === 'inside' ? [migration.sql] : migration.statements) db.exec(statement)
      db.prepare(INSERT_APPLIED).run(number, checksum, floor)
      db.exec('commit')
    } catch (error) {
      if (db.isTransaction) db.exec('rollback')
      throw error
    }
  }
  return plan
}

function listApplied(db: DatabaseSync): readonly AppliedMigration[] {
  const hasFloor = db.prepare(HAS_FLOOR).get() !== undefined
  return db
    .prepare(`select number, checksum, ${hasFloor ? 'floor' : '1 as floor'} from migrations order by number`)
    .all()
    .map(row => ({ number: Number(row['number']), checksum: String(row['checksum']), floor: Number(row['floor']) }))
}

/** Of the migrations that this program knows, in their order: for whoever looks at a database without migrating it. */
export function knownChecksums(): readonly string[] {
  return MIGRATIONS.map(migration => checksumOf(migration))
}
