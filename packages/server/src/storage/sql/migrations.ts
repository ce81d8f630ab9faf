// Migrations go forward only, each once, and its checksum is kept: a database whose past differs from this program's is refused before anything
// is written. A database may be ahead of the program as long as no migration that it knows and the program does not took something away: so the
// nodes of a cluster are replaced one by one (docs/adr/0009).
import { createHash } from 'node:crypto'
import { BatutaError } from '@batuta/core'

interface MigrationTitle {
  readonly title: string
  /** It takes something away that programs without it need: they are refused from then on. */
  readonly isContract?: boolean
}

export type Migration = MigrationTitle &
  (
    | {
        /** In one transaction. */
        readonly type: 'inside'
        readonly sql: string
        /** Follows in the same transaction, and is no part of the checksum. */
        readonly more?: string
      }
    | {
        /** One statement after the other, each of which can be run again: for what cannot be in a transaction. */
        readonly type: 'outside'
        readonly statements: readonly string[]
      }
  )

export interface AppliedMigration {
  readonly number: number
  readonly checksum: string
  /** A program must know this many migrations to work on the database. */
  readonly floor: number
}

export interface PendingMigration {
  readonly number: number
  readonly checksum: string
  readonly floor: number
  readonly migration: Migration
}

export interface MigrationPlan {
  /** Of the newest migration of the database; 0 is an empty one. */
  readonly current: number
  /** Of the newest one that this program knows. */
  readonly target: number
  readonly pending: readonly PendingMigration[]
}

/** @throws {BatutaError} `config-invalid` when this program must not touch the database. */
export function planMigrations(known: readonly Migration[], applied: readonly AppliedMigration[]): MigrationPlan {
  const current = Math.max(0, ...applied.map(row => row.number))
  const floor = Math.max(0, ...applied.map(row => row.floor))
  if (floor > known.length)
    throw new BatutaError(
      'config-invalid',
      `The database was written by a newer version of Batuta (it needs migration ${floor}, this one knows ${known.length}): upgrade the program.`,
    )
  const checksums = new Map(applied.map(row => [row.number, row.checksum]))
  const pending = known.flatMap((migration, index) => {
    const number = index + 1
    const checksum = checksumOf(migration)
    const before = checksums.get(number)
    if (before === undefined) return [{ number, checksum, floor: floorOf(known, number), migration }]
    if (before === checksum) return []
    throw new BatutaError(
      'config-invalid',
      `Migration ${number} of the database differs from the one of this program: start with the version that made it, or with another database.`,
    )
  })
  return { current, target: known.length, pending }
}

/** @throws {BatutaError} for a server that is told to leave the database as it is. */
export function expectUpToDate({ current, target, pending }: MigrationPlan): void {
  if (pending.length === 0) return
  throw new BatutaError(
    'config-invalid',
    `The database is at migration ${current} and this program needs ${target}: run "batuta migrate", or let the server do it with database.migrate: true.`,
  )
}

function floorOf(known: readonly Migration[], number: number): number {
  const contracts = known.slice(0, number).flatMap((migration, index) => (migration.isContract ? [index + 1] : []))
  return Math.max(1, ...contracts)
}

/** Comments and white space do not count, so that a comment may be mended. */
export function checksumOf(migration: Migration): string {
  const sql = migration.type === 'inside' ? migration.sql : migration.statements.join(';\n')
  const bare = sql
    .replace(/--[^\n]*/g, '')
    .replace(/\s+/g, ' ')
    .trim()
  return createHash('sha256').update(bare).digest('hex')
}
