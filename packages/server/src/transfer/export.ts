// Writes all of an installation in a format that any other one reads: flows with their revisions, keys, cursors of triggers, executions with journal,
// log, measurements and whatever they wait for, people with what they may do and did, and the stored files. What is written shows one moment. Files before the rows and after them, for the
// reason that stands in backup.ts.
import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { EVENT_VERSION } from '@batuta/core'
import { openReadOnly } from '../audit/open-read-only.ts'
import { LAST_ID, rangesOf, type IdRange } from '../audit/ranges.ts'
import { oneByOne, type OneByOne } from '../audit/one-by-one.ts'
import type { Query, ReadOnlyDatabase } from '../audit/read-only-database.ts'
import { FolderCopy, syncFile } from '../backup/copy-folder.ts'
import { growFolder } from '../backup/grow-folder.ts'
import type { BackedUpFile } from '../backup/manifest.ts'
import { STORAGE, type BackupWorld } from '../backup/backup.ts'
import type { Config } from '../config/config.ts'
import type { ExecutionRow } from '../storage/batch.ts'
import { dataKeyOf, policyOf, tokenOf } from '../storage/sql/sealed.ts'
import { flowOf, keyOf, namespaceOf, secretOf, text, triggerOf, type SqlRow } from '../storage/sql/rows.ts'
import { EXPORT_FORMAT, HEADER, type Counts, type ExportHeader, type SignalLine } from './format.ts'
import { writeLines, type LineWriter } from './json-lines.ts'
import { ACCESS_FILE, AUDIT_FILE, writeAccess, writeAudit } from './people-transfer.ts'
import * as sql from './transfer.sql.ts'

export interface ExportReport {
  readonly folder: string
  readonly header: ExportHeader
}

const PAGE = 100
const ROWS_PAGE = 500

export async function exportAll(config: Config, target: string, world: BackupWorld): Promise<ExportReport> {
  const database = await openReadOnly(config, () => world.nowMs())
  try {
    return await growFolder(target, async growing => {
      const copy = new FolderCopy({ from: config.storageDir, to: join(growing, STORAGE), prefix: STORAGE })
      await copy.pass()
      const exportedMs = await database.nowMs()
      const written = await database.snapshot(query => new Export(database, query, growing).write())
      await copy.pass()
      const header: ExportHeader = {
        format: EXPORT_FORMAT,
        version: world.version,
        eventVersion: EVENT_VERSION,
        kind: database.kind,
        exportedMs,
        counts: written.counts,
        files: [...written.files, ...copy.files],
      }
      await writeFile(join(growing, HEADER), `${JSON.stringify(header, undefined, 2)}\n`, { mode: 0o600 })
      await syncFile(join(growing, HEADER))
      return { folder: target, header }
    })
  } finally {
    await database.close()
  }
}

class Export {
  readonly #query: Query
  readonly #folder: string
  readonly #ranges: ReturnType<typeof rangesOf>
  /** Signals by their execution: they are few. */
  readonly #signals = new Map<string, SignalLine[]>()

  constructor(database: ReadOnlyDatabase, query: Query, folder: string) {
    this.#query = query
    this.#folder = folder
    this.#ranges = rangesOf(database)
  }

  async write(): Promise<{ readonly counts: Counts; readonly files: readonly BackedUpFile[] }> {
    await this.#readSignals()
    const flows = await this.#lines('flows', writer => this.#writeFlows(writer))
    const keys = await this.#lines('keys', writer => this.#writeKeys(writer))
    const secrets = await this.#lines('secrets', writer => this.#writeSecrets(writer))
    const sealed = [
      await this.#lines('data-keys', writer => this.#writeAll(writer, sql.DATA_KEYS, dataKeyOf)),
      await this.#lines('tokens', writer => this.#writeTokens(writer)),
      await this.#lines('policies', writer => this.#writeAll(writer, sql.POLICIES, policyOf)),
    ]
    const people = [
      await this.#lines(ACCESS_FILE, writer => writeAccess(writer, this.#query)),
      await this.#lines(AUDIT_FILE, writer => writeAudit(writer, this.#query)),
    ]
    const namespaces = await this.#lines('namespaces', writer => this.#writeNamespaces(writer))
    const triggers = await this.#lines('triggers', writer => this.#writeTriggers(writer))
    const executions = await this.#lines('executions', writer => this.#writeExecutions(writer))
    const signals = await this.#lines('signals', writer => this.#writeSignals(writer))
    return {
      counts: {
        flows: flows.count,
        keys: keys.count,
        triggers: triggers.count,
        executions: executions.result,
        signals: signals.count,
      },
      files: [flows, keys, secrets, ...sealed, ...people, namespaces, triggers, executions, signals].map(
        ({ file }) => file,
      ),
    }
  }

  #lines<T>(name: string, fill: (writer: LineWriter) => Promise<T>): ReturnType<typeof writeLines<T>> {
    return writeLines({ path: join(this.#folder, `${name}.jsonl`), name: `${name}.jsonl` }, fill)
  }

  async #readSignals(): Promise<void> {
    for (let after = ''; ;) {
      const rows = await this.#query(sql.SIGNALS_AFTER, after, ROWS_PAGE)
      for (const row of rows) {
        const line = { id: text(row, 'id'), executionId: text(row, 'execution_id'), body: text(row, 'body') }
        this.#signals.set(line.executionId, [...(this.#signals.get(line.executionId) ?? []), line])
        after = line.id
      }
      if (rows.length < ROWS_PAGE) return
    }
  }

  async #writeFlows(writer: LineWriter): Promise<void> {
    for (let after: readonly [string, string, string, number] = ['', '', '', 0]; ;) {
      const rows = (await this.#query(sql.FLOWS_AFTER, ...after, PAGE)).map(flowOf)
      for (const { nowMs: updatedMs, ...row } of rows) {
        await writer.write({ ...row, updatedMs })
        await this.#writeYaml(row)
        after = [row.tenant, row.namespace, row.flowId, row.revision]
      }
      if (rows.length < PAGE) return
    }
  }

  /** For people, and for a folder of flows. */
  async #writeYaml(
    row: Pick<ReturnType<typeof flowOf>, 'tenant' | 'namespace' | 'flowId' | 'revision' | 'source'>,
  ): Promise<void> {
    const parts = [row.tenant, row.namespace, row.flowId].map(encodeURIComponent)
    const folder = join(this.#folder, 'flows', ...parts)
    await mkdir(folder, { recursive: true })
    await writeFile(join(folder, `${row.revision}.yaml`), row.source)
  }

  async #writeKeys(writer: LineWriter): Promise<void> {
    for (let after: readonly [string, string, string] = ['', '', '']; ;) {
      const rows = (await this.#query(sql.KEYS_AFTER, ...after, ROWS_PAGE)).map(keyOf)
      for (const row of rows) {
        await writer.write(row)
        after = [row.tenant, row.namespace, row.key]
      }
      if (rows.length < ROWS_PAGE) return
    }
  }

  async #writeSecrets(writer: LineWriter): Promise<void> {
    for (const row of await this.#query(sql.SECRETS)) await writer.write(secretOf(row))
  }

  async #writeAll<T extends object>(writer: LineWriter, statement: string, of: (row: SqlRow) => T): Promise<void> {
    for (const row of await this.#query(statement)) await writer.write(of(row))
  }

  async #writeTokens(writer: LineWriter): Promise<void> {
    for (let after: readonly [string, string, string] = ['', '', '']; ;) {
      const rows = (await this.#query(sql.TOKENS_AFTER, ...after, ROWS_PAGE)).map(tokenOf)
      for (const row of rows) {
        await writer.write(row)
        after = [row.tenant, row.namespace, row.token]
      }
      if (rows.length < ROWS_PAGE) return
    }
  }

  async #writeNamespaces(writer: LineWriter): Promise<void> {
    for (const row of await this.#query(sql.NAMESPACES)) await writer.write(namespaceOf(row))
  }

  async #writeTriggers(writer: LineWriter): Promise<void> {
    for (const row of await this.#query(sql.TRIGGERS)) {
      const { tenant, namespace, flowId, triggerId, nextMs, lastMs, executionId, isDisabled, hash, state } =
        triggerOf(row)
      const cursor = { nextMs, lastMs, executionId, isDisabled, hash, state }
      await writer.write({ tenant, namespace, flowId, triggerId, ...cursor })
    }
  }

  /** Returns how many there are. */
  async #writeExecutions(writer: LineWriter): Promise<number> {
    let count = 0
    for (let after = ''; ;) {
      const rows = await this.#ranges.executionsAfter(this.#query, after, PAGE)
      const range = { after, upTo: rows.at(-1)?.id ?? LAST_ID }
      if (rows.length > 0) await this.#writePage(writer, rows, range)
      count += rows.length
      after = range.upTo
      if (rows.length < PAGE) return count
    }
  }

  async #writePage(writer: LineWriter, rows: readonly ExecutionRow[], range: IdRange): Promise<void> {
    const query = this.#query
    const labels = Map.groupBy(await this.#ranges.labels(query, range), row => row.executionId)
    const jobs = Map.groupBy(await this.#ranges.jobs(query, range), row => row.executionId)
    const timers = Map.groupBy(await this.#ranges.timers(query, range), row => row.executionId)
    const turns = oneByOne(this.#ranges.journal(query, range))
    const logs = oneByOne(this.#ranges.logs(query, range))
    const metrics = oneByOne(this.#ranges.metrics(query, range))
    for (const row of rows) {
      const own = (labels.get(row.id) ?? []).map(({ key, value }): [string, string] => [key, value])
      await writer.write({ type: 'execution', ...row, labels: own.sort(compareLabels) })
      for await (const { turn, version, atMs, events } of rowsOf(turns, row.id))
        await writer.write({ type: 'turn', turn, version, atMs, events })
      for await (const { atMs, levelMax, lines } of rowsOf(logs, row.id))
        await writer.write({ type: 'log', atMs, levelMax, lines })
      for await (const { run, taskId, name, type, value, tags, atMs } of rowsOf(metrics, row.id))
        await writer.write({ type: 'metric', metric: { run, taskId, name, type, value, tags, atMs } })
      for (const { name, atMs } of timers.get(row.id) ?? []) await writer.write({ type: 'timer', name, atMs })
      for (const { node, run, epoch, queue, rank, claimedMs, isKilled, payload } of jobs.get(row.id) ?? [])
        await writer.write({
          type: 'job',
          ...{ run, epoch, queue, rank, isClaimed: node !== null, claimedMs, isKilled, payload },
        })
      for (const { id, body } of this.#signals.get(row.id) ?? []) await writer.write({ type: 'signal', id, body })
      this.#signals.delete(row.id)
    }
  }

  /** Those that are left: nobody is born yet to whom they go. */
  async #writeSignals(writer: LineWriter): Promise<void> {
    for (const lines of this.#signals.values()) for (const line of lines) await writer.write(line)
  }
}

/** Rows of executions that are gone are passed over. */
async function* rowsOf<T extends { readonly executionId: string }>(rows: OneByOne<T>, id: string): AsyncGenerator<T> {
  for (let row = await rows.peek(); row && row.executionId <= id; row = await rows.next())
    if (row.executionId === id) yield row
}

function compareLabels([a, x]: readonly [string, string], [b, y]: readonly [string, string]): number {
  if (a !== b) return a < b ? -1 : 1
  return x < y ? -1 : Number(x > y)
}
