// Takes in what an export holds. An execution comes whole, in one transaction with others, or not at all, and one that is there already is passed
// over: an import that broke off is simply run again. The stored files come before the rows that name them.
import { existsSync } from 'node:fs'
import { mkdir, rename, stat } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { BatutaError, EVENT_VERSION, shardOf, type RecoverPolicy } from '@batuta/core'
import { STORAGE } from '../backup/backup.ts'
import { syncFolder } from '../backup/copy-folder.ts'
import { verifyFiles, type BackedUpFile } from '../backup/manifest.ts'
import { settleTriggers } from '../backup/settle-triggers.ts'
import { fetchFile } from '../backup/take-place.ts'
import type { Config } from '../config/config.ts'
import { ExecutionImport } from './execution-import.ts'
import {
  readHeader,
  type ExportHeader,
  type FlowLine,
  type KeyLine,
  type SignalLine,
  type TriggerLine,
} from './format.ts'
import { importedSignalId } from './import-signal.ts'
import { readLines } from './json-lines.ts'
import { takePeople } from './people-transfer.ts'
import { RowWriter } from './row-writer.ts'
import * as sql from './transfer.sql.ts'
import type { DataKeyRow, NamespaceRow, PolicyRow, SecretRow, TokenRow } from '../storage/store.ts'
import { openForWriting, type WriteConnection, type WriteWorld } from './write-connection.ts'

export interface ImportOptions {
  /** What becomes of dates that schedules missed since the export; else each trigger's own policy decides. */
  readonly missed: RecoverPolicy | undefined
}

export interface ImportWorld extends WriteWorld {
  nowMs(): number
}

export interface ImportReport {
  readonly header: ExportHeader
  readonly executions: number
  /** Were there already. */
  readonly passedOver: number
  readonly files: number
  readonly cursorsMoved: number
}

/** @throws {BatutaError} when the export is not whole, of another version, or contradicts what is there. */
export async function importAll(
  config: Config,
  folder: string,
  { options, world }: { readonly options: ImportOptions; readonly world: ImportWorld },
): Promise<ImportReport> {
  const header = await readHeader(folder, EVENT_VERSION)
  await verifyFiles(folder, header.files)
  const connection = await openForWriting(config, world)
  try {
    await expectSameFlows(connection, folder)
    const files = await takeFiles(folder, header.files, config.storageDir)
    const rows = new RowWriter(connection)
    await connection.begin()
    await takeFlows(folder, rows)
    await takeKeys(folder, connection)
    await takeSealed(folder, header.files, connection)
    await takeNamespaces(folder, header.files, connection)
    await takePeople({ folder, files: header.files, connection, onNotice: world.onNotice })
    await rows.flush()
    await connection.commit()
    const executions = new ExecutionImport(connection, rows)
    await executions.take(join(folder, 'executions.jsonl'))
    await connection.begin()
    await takeTriggers(folder, rows)
    await takeSignals(folder, executions, rows)
    await rows.flush()
    const settle = { nowMs: world.nowMs(), zone: config.zone, missed: options.missed }
    const cursorsMoved = await settleTriggers((text, ...values) => connection.run(text, ...values), settle)
    await connection.commit()
    return { header, executions: executions.taken, passedOver: executions.passedOver, files, cursorsMoved }
  } finally {
    await connection.close()
  }
}

const CONFLICTS_SHOWN_MAX = 5

/** A revision that means something else here would let executions go on with another flow than they began with. */
async function expectSameFlows(connection: WriteConnection, folder: string): Promise<void> {
  const conflicts: string[] = []
  for await (const line of readLines<FlowLine>(join(folder, 'flows.jsonl'))) {
    const row = (await connection.run(sql.FIND_FLOW, line.tenant, line.namespace, line.flowId, line.revision))[0]
    if (row && (row['source'] !== line.source || row['parsed'] !== line.parsed))
      conflicts.push(`${line.namespace}.${line.flowId} revision ${line.revision}`)
  }
  if (conflicts.length === 0) return
  const more = conflicts.length > CONFLICTS_SHOWN_MAX ? ` and ${conflicts.length - CONFLICTS_SHOWN_MAX} more` : ''
  throw new BatutaError(
    'backup-failed',
    `These flows are here already, and differ from those of the export: ${conflicts.slice(0, CONFLICTS_SHOWN_MAX).join(', ')}${more}. Import into an installation of its own.`,
  )
}

/** Returns how many were not there. */
async function takeFiles(folder: string, files: readonly BackedUpFile[], storageDir: string): Promise<number> {
  let taken = 0
  for (const file of files) {
    const parts = file.path.split('/')
    if (parts[0] !== STORAGE) continue
    const path = join(storageDir, ...parts.slice(1))
    if (existsSync(path) && (await stat(path)).size === file.sizeBytes) continue
    const growing = join(storageDir, '.growing', `import-${process.pid}`)
    await fetchFile(folder, file, growing)
    await mkdir(dirname(path), { recursive: true })
    await rename(growing, path)
    await syncFolder(dirname(path))
    taken += 1
  }
  return taken
}

async function takeFlows(folder: string, rows: RowWriter): Promise<void> {
  for await (const line of readLines<FlowLine>(join(folder, 'flows.jsonl'))) {
    const { tenant, namespace, flowId, revision, source, parsed, isDisabled, isDeleted, updatedMs } = line
    await rows.add('flows', tenant, namespace, flowId, revision, source, parsed, isDisabled, isDeleted, updatedMs)
  }
}

async function takeKeys(folder: string, connection: WriteConnection): Promise<void> {
  for await (const line of readLines<KeyLine>(join(folder, 'keys.jsonl'))) {
    const { tenant, namespace, key, value, type, description, expiresMs, updatedMs, createdMs, version } = line
    const content = [tenant, namespace, key, value, type, description, expiresMs, updatedMs] as const
    await connection.run(sql.UPSERT_KEY, ...content, createdMs ?? updatedMs, version ?? 1)
  }
}

/** What secrets are encrypted with, what tokens stand for, and policies: older exports have none of them. */
async function takeSealed(folder: string, files: readonly BackedUpFile[], connection: WriteConnection): Promise<void> {
  const linesOf = <Row>(name: string): AsyncIterable<Row> | readonly Row[] =>
    files.some(({ path }) => path === name) ? readLines<Row>(join(folder, name)) : []
  for await (const { id, tenant, namespace, purpose, kid, wrapped, createdMs } of linesOf<DataKeyRow>(
    'data-keys.jsonl',
  ))
    await connection.run(sql.ADD_DATA_KEY, id, tenant, namespace, purpose, kid, wrapped, createdMs)
  for await (const { tenant, namespace, token, kind, cipher, createdMs } of linesOf<TokenRow>('tokens.jsonl'))
    await connection.run(sql.ADD_TOKEN, tenant, namespace, token, kind, cipher, createdMs)
  for await (const { tenant, namespace, id, body, createdMs, updatedMs } of linesOf<PolicyRow>('policies.jsonl'))
    await connection.run(sql.UPSERT_POLICY, tenant, namespace, id, body, createdMs, updatedMs)
}

/** Secrets, and what was said about namespaces: the first exports have neither. */
async function takeNamespaces(
  folder: string,
  files: readonly BackedUpFile[],
  connection: WriteConnection,
): Promise<void> {
  const has = (name: string): boolean => files.some(({ path }) => path === name)
  if (has('secrets.jsonl'))
    for await (const row of readLines<SecretRow>(join(folder, 'secrets.jsonl'))) {
      const { tenant, namespace, key, cipher, description, tags, updatedMs } = row
      await connection.run(sql.UPSERT_SECRET, tenant, namespace, key, cipher, description, tags, updatedMs)
    }
  if (has('namespaces.jsonl'))
    for await (const { tenant, namespace, settings, updatedMs } of readLines<NamespaceRow>(
      join(folder, 'namespaces.jsonl'),
    ))
      await connection.run(sql.UPSERT_NAMESPACE, tenant, namespace, settings, updatedMs)
}

async function takeTriggers(folder: string, rows: RowWriter): Promise<void> {
  for await (const line of readLines<TriggerLine>(join(folder, 'triggers.jsonl'))) {
    const { tenant, namespace, flowId, triggerId, nextMs, lastMs, executionId, isDisabled, hash, state = null } = line
    const cursor = [nextMs, lastMs, executionId, isDisabled, hash, state]
    await rows.add('triggers', tenant, namespace, flowId, triggerId, ...cursor)
  }
}

async function takeSignals(folder: string, executions: ExecutionImport, rows: RowWriter): Promise<void> {
  for await (const { id, executionId, body } of readLines<SignalLine>(join(folder, 'signals.jsonl')))
    if (!(await executions.has(executionId)))
      await rows.add('signals', importedSignalId(id), shardOf(executionId), executionId, body)
}
