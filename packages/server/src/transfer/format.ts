// The format of an export: a folder with `export.json`, and beside it lines of JSON. It speaks neither of SQLite nor of PostgreSQL, so it goes
// from one to the other and back. A new field may come at any time; whatever a reader would misunderstand raises the number of the format.
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { BatutaError, trust } from '@batuta/core'
import type { ExecutionRow, MetricRow } from '../storage/batch.ts'
import type { KeyContent, KeyRow } from '../storage/store.ts'
import { areFiles, type BackedUpFile } from '../backup/manifest.ts'

export const EXPORT_FORMAT = 1
export const HEADER = 'export.json'
/** What every export has, be it empty. */
const LINES = ['flows.jsonl', 'keys.jsonl', 'triggers.jsonl', 'executions.jsonl', 'signals.jsonl']

export interface ExportHeader {
  readonly format: number
  /** The program that wrote it. */
  readonly version: string
  /** Of the newest events in its journals. */
  readonly eventVersion: number
  readonly kind: 'sqlite' | 'postgres'
  readonly exportedMs: number
  readonly counts: Counts
  /** What an import reads; the YAML files are for people. */
  readonly files: readonly BackedUpFile[]
}

export interface Counts {
  readonly flows: number
  readonly keys: number
  readonly triggers: number
  readonly executions: number
  /** Signals to executions that are not born yet. */
  readonly signals: number
}

/** flows.jsonl: every revision, deleted ones included. */
export interface FlowLine {
  readonly tenant: string
  readonly namespace: string
  readonly flowId: string
  readonly revision: number
  /** The YAML as it was saved. */
  readonly source: string
  /** The parsed flow, as a value's text. */
  readonly parsed: string
  readonly isDisabled: boolean
  readonly isDeleted: boolean
  readonly updatedMs: number
}

/** keys.jsonl; the first exports knew no versions. */
export type KeyLine = KeyContent & Partial<KeyRow>

/** triggers.jsonl: where the cursors stand. */
export interface TriggerLine {
  readonly tenant: string
  readonly namespace: string
  readonly flowId: string
  readonly triggerId: string
  readonly nextMs: number | null
  readonly lastMs: number | null
  readonly executionId: string | null
  readonly isDisabled: boolean
  readonly hash: string
  /** The first exports knew none. */
  readonly state?: string | null
}

/** executions.jsonl: an execution, then all that belongs to it, up to the next one. */
export type ExecutionLine =
  | ({ readonly type: 'execution'; readonly labels: readonly (readonly [key: string, value: string])[] } & ExecutionRow)
  | {
      readonly type: 'turn'
      readonly turn: number
      readonly version: number
      readonly atMs: number
      /** The events as the journal has them. */
      readonly events: string
    }
  | { readonly type: 'log'; readonly atMs: number; readonly levelMax: number; readonly lines: string }
  | {
      readonly type: 'metric'
      readonly metric: Omit<MetricRow, 'executionId'>
    }
  | { readonly type: 'timer'; readonly name: string; readonly atMs: number }
  | {
      readonly type: 'job'
      readonly run: number
      readonly epoch: number
      readonly queue: string
      readonly rank: number
      /** Somebody had taken it: it is lost with them, and tried again as a new epoch. */
      readonly isClaimed: boolean
      readonly claimedMs: number | null
      readonly isKilled: boolean
      readonly payload: string
    }
  | { readonly type: 'signal'; readonly id: string; readonly body: string }

/** signals.jsonl */
export interface SignalLine {
  readonly id: string
  readonly executionId: string
  readonly body: string
}

/** @throws {BatutaError} `backup-invalid` when the folder holds no export that this program reads. */
export async function readHeader(folder: string, eventVersion: number): Promise<ExportHeader> {
  const text = await readFile(join(folder, HEADER), 'utf8').catch((cause: unknown) => {
    throw refuse(`There is no export in "${folder}": it has no ${HEADER}. An export that did not end has none.`, cause)
  })
  const header = parseHeader(text)
  if (!header) throw refuse(`The ${HEADER} in "${folder}" is not one of an export of Batuta.`)
  if (header.format !== EXPORT_FORMAT)
    throw refuse(
      `The export in "${folder}" has format ${header.format} and was written by Batuta ${header.version}; this one reads format ${EXPORT_FORMAT}: import it with that version, or export it again with this one.`,
    )
  if (header.eventVersion > eventVersion)
    throw refuse(
      `The journals of the export in "${folder}" have version ${header.eventVersion}, and this program knows ${eventVersion}: import it with Batuta ${header.version} or a newer one.`,
    )
  const missing = LINES.filter(name => !header.files.some(({ path }) => path === name))
  if (missing.length > 0) throw refuse(`The export in "${folder}" is not whole: it names no ${missing.join(', ')}.`)
  return header
}

function parseHeader(text: string): ExportHeader | undefined {
  const value = parseJson(text)
  if (typeof value !== 'object' || value === null) return undefined
  const header = trust<Partial<Record<keyof ExportHeader, unknown>>>(value)
  const { format, version, eventVersion, exportedMs, counts, files } = header
  const isKnown = typeof format === 'number' && typeof version === 'string' && typeof eventVersion === 'number'
  const isWhole = typeof exportedMs === 'number' && typeof counts === 'object' && areFiles(files)
  return isKnown && isWhole ? trust<ExportHeader>(value) : undefined
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined // Told by the caller, like every other text that is no header.
  }
}

function refuse(message: string, cause?: unknown): BatutaError {
  return new BatutaError('backup-invalid', message, { cause })
}
