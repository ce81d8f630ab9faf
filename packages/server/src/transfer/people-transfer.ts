// Who may do what, and what people did, from one installation to another. Records that are there already stay as they are, and so does a log that has begun:
// it is a chain, and nothing can be put into it. Sessions and lock-outs stay behind: people sign in anew.
import { join } from 'node:path'
import type { Query } from '../audit/read-only-database.ts'
import type { BackedUpFile } from '../backup/manifest.ts'
import * as access from '../storage/sql/access.sql.ts'
import { text, type SqlRow } from '../storage/sql/rows.ts'
import { readLines, type LineWriter } from './json-lines.ts'
import { ACCESS_RECORDS, AUDIT_AFTER } from './transfer.sql.ts'
import type { WriteConnection } from './write-connection.ts'

export const ACCESS_FILE = 'access'
export const AUDIT_FILE = 'audit'

const STAY_BEHIND: ReadonlySet<string> = new Set(['session', 'lockout'])
const ROWS_PAGE = 500

interface AccessLine {
  readonly tenant: string
  readonly kind: string
  readonly id: string
  readonly name: string
  readonly body: string
  readonly updatedMs: number
}

interface AuditLine {
  readonly tenant: string
  readonly seq: number
  readonly id: string
  readonly atMs: number
  readonly actorId: string
  readonly resource: string
  readonly action: string
  readonly namespace: string | null
  readonly itemId: string | null
  readonly outcome: string
  readonly body: string
  readonly prevHash: string
  readonly hash: string
}

export async function writeAccess(writer: LineWriter, query: Query): Promise<void> {
  for (const row of await query(ACCESS_RECORDS)) {
    const kind = text(row, 'kind')
    if (STAY_BEHIND.has(kind) || Boolean(row['is_removed'])) continue
    const facts = { tenant: text(row, 'tenant'), kind, id: text(row, 'id'), name: text(row, 'name') }
    const line: AccessLine = { ...facts, body: text(row, 'body'), updatedMs: Number(row['updated_ms']) }
    await writer.write(line)
  }
}

export async function writeAudit(writer: LineWriter, query: Query): Promise<void> {
  for (let after: readonly [string, number] = ['', 0]; ;) {
    const lines = (await query(AUDIT_AFTER, ...after, ROWS_PAGE)).map(auditLineOf)
    for (const line of lines) {
      await writer.write(line)
      after = [line.tenant, line.seq]
    }
    if (lines.length < ROWS_PAGE) return
  }
}

function auditLineOf(row: SqlRow): AuditLine {
  const orNull = (name: string): string | null => (row[name] === null ? null : text(row, name))
  return {
    ...{ tenant: text(row, 'tenant'), seq: Number(row['seq']), id: text(row, 'id'), atMs: Number(row['at_ms']) },
    ...{ actorId: text(row, 'actor_id'), resource: text(row, 'resource'), action: text(row, 'action') },
    ...{ namespace: orNull('namespace'), itemId: orNull('item_id'), outcome: text(row, 'outcome') },
    ...{ body: text(row, 'body'), prevHash: text(row, 'prev_hash'), hash: text(row, 'hash') },
  }
}

export interface PeopleImport {
  readonly folder: string
  readonly files: readonly BackedUpFile[]
  readonly connection: WriteConnection
  onNotice(message: string): void
}

/** Inside of a transaction. Older exports have neither. */
export async function takePeople(given: PeopleImport): Promise<void> {
  const has = (name: string): boolean => given.files.some(({ path }) => path === `${name}.jsonl`)
  if (has(ACCESS_FILE)) await takeAccess(given)
  if (has(AUDIT_FILE)) await takeAudit(given)
}

async function takeAccess({ folder, connection, onNotice }: PeopleImport): Promise<void> {
  const versions = new Map<string, number>()
  for await (const line of readLines<AccessLine>(join(folder, `${ACCESS_FILE}.jsonl`))) {
    const { tenant, kind, id, name, body, updatedMs } = line
    const [known] = await connection.run(access.FIND_RECORD, tenant, kind, id)
    if (known) continue
    const [namesake] = name === '' ? [] : await connection.run(access.FIND_NAMESAKE, tenant, kind, name, id, false)
    if (namesake) {
      onNotice(`There is a ${kind} "${name}" here already: that of the export was left out.`)
      continue
    }
    const version = versions.get(tenant) ?? (await nextVersion(connection, tenant))
    versions.set(tenant, version)
    await connection.run(access.UPSERT_RECORD, tenant, kind, id, name, body, updatedMs, version, false)
  }
}

async function nextVersion(connection: WriteConnection, tenant: string): Promise<number> {
  await connection.run(access.BEGIN_VERSIONS, tenant)
  const [row] = await connection.run(access.NEXT_VERSION, tenant)
  return Number(row?.['version'])
}

async function takeAudit({ folder, connection, onNotice }: PeopleImport): Promise<void> {
  const begun = new Map<string, boolean>()
  const last = new Map<string, AuditLine>()
  for await (const line of readLines<AuditLine>(join(folder, `${AUDIT_FILE}.jsonl`))) {
    const { tenant, seq, id, atMs, actorId, resource, action, namespace, itemId, outcome } = line
    const isBegun = begun.get(tenant) ?? (await hasBegun(connection, tenant))
    begun.set(tenant, isBegun)
    if (isBegun) continue
    const facts = [tenant, seq, id, atMs, actorId, resource, action, namespace, itemId, outcome] as const
    await connection.run(access.INSERT_AUDIT, ...facts, line.body, line.prevHash, line.hash)
    last.set(tenant, line)
  }
  for (const [tenant, { seq, hash }] of last) {
    await connection.run(access.BEGIN_CHAIN, tenant)
    await connection.run(access.MOVE_CHAIN, tenant, seq, hash)
  }
  if ([...begun.values()].includes(true))
    onNotice(`What people did is logged here already: the log of the export stays in its ${AUDIT_FILE}.jsonl.`)
}

async function hasBegun(connection: WriteConnection, tenant: string): Promise<boolean> {
  const [end] = await connection.run(access.FIND_END, tenant)
  return Number(end?.['seq'] ?? 0) > 0
}
