// How safely and for how long the store keeps what it is given: the options `database.durability`, `database.migrate` and `retention.*`.
import { BatutaError, parseDuration } from '@batuta/core'

export interface StorageOptions {
  /** relaxed: a crash of the machine may lose what was acknowledged. */
  readonly durability: 'full' | 'relaxed'
  /** The server brings the database up to date when it starts; false leaves that to `batuta migrate`. */
  readonly isMigrating: boolean
  /** How long executions are kept after their end; for ever unless said. */
  readonly executionsKeptMs: number | undefined
}

const KEPT_MIN_MS = 60_000

/** Reads an option by its path in the configuration and its name in the environment. */
export type ReadText = (path: string, variable: string) => string | undefined

/** @throws {BatutaError} `config-invalid` with the option and the way out. */
export function readStorageOptions(text: ReadText): StorageOptions {
  return {
    durability: readDurability(text('database.durability', 'BATUTA_DATABASE_DURABILITY')),
    isMigrating: readFlag('database.migrate', text('database.migrate', 'BATUTA_DATABASE_MIGRATE'), true),
    executionsKeptMs: readKept('retention.executions', text('retention.executions', 'BATUTA_RETENTION_EXECUTIONS')),
  }
}

function readDurability(given: string | undefined): 'full' | 'relaxed' {
  if (given === undefined || given === 'full') return 'full'
  if (given === 'relaxed') return 'relaxed'
  throw invalid('database.durability', given, '"full", or "relaxed" when a crash may lose what was acknowledged')
}

function readFlag(name: string, given: string | undefined, fallback: boolean): boolean {
  if (given === undefined) return fallback
  if (given === 'true') return true
  if (given === 'false') return false
  throw invalid(name, given, '"true" or "false"')
}

function readKept(name: string, given: string | undefined): number | undefined {
  if (given === undefined) return undefined
  const keptMs = parseDuration(given)
  if (keptMs !== undefined && keptMs >= KEPT_MIN_MS) return keptMs
  throw invalid(name, given, 'a duration such as P90D, at least a minute; leave it out to keep everything')
}

function invalid(name: string, given: string, wanted: string): BatutaError {
  return new BatutaError('config-invalid', `The option ${name} is "${given}": it must be ${wanted}.`)
}
