// One statement, whose rows are asked for in portions: while the caller works on one, the next is on its way, and no more than two wait.
// It speaks PostgreSQL's extended protocol through the driver's connection, because the driver's own query keeps all rows, and because
// parameters need types. Types that are not built in are looked up in the same breath, on the same connection and in the same
// transaction:
//
//   Parse Bind Describe Execute ──► RowDescription ──► rows … PortalSuspended ─┐◄─ Execute (next portion)
//                                        │ unknown types: Parse Bind Execute   ├─► rows … CommandComplete ─► Sync ─► ReadyForQuery
//                                        └─────────────► names … ──────────────┘
import type { Connection, Submittable } from 'pg'
import { wireOf } from './wire.ts'
import type { Wire } from './wire.ts'
import { FIRST_CUSTOM_OID } from '../values/column-codec.ts'
import type { CustomType } from '../values/column-codec.ts'
import type { ColumnField, RawRow } from '../values/row-writer.ts'
import { CUSTOM_TYPES } from './custom-types.sql.ts'

export interface StatementToRun {
  readonly text: string
  readonly values: readonly (string | null)[]
  /** Type of each value; 0 leaves it to the server. */
  readonly types: readonly number[]
}

export interface PortalOptions {
  /** Rows of a portion at most; 0 takes the statement to its end and drops the rows. */
  readonly fetchSize: number
  /** Types found so far in this database; new ones are added. */
  readonly customTypes: Map<number, CustomType>
}

const PORTAL = 'batuta_rows'
const NAMES_PORTAL = ''
const FIRST_ROWS = 100
const PORTION_BYTES = 2 * 1024 * 1024
const PORTIONS_WAITING_MAX = 2

interface Waiter {
  readonly resolve: (rows: readonly RawRow[] | undefined) => void
  readonly reject: (error: Error) => void
}

export class PortalQuery implements Submittable {
  /** Set with the first portion; empty for statements without a result. */
  fields: readonly ColumnField[] = []
  /** True when the statement gives rows, be it none. */
  hasResult = false
  readonly #statement: StatementToRun
  readonly #options: PortalOptions
  #wire: Wire | undefined
  /** What the answers to come belong to, in order. */
  #expected: ('rows' | 'names')[] = []
  #rows: RawRow[] = []
  #bytes = 0
  #seen = 0
  #portions: (readonly RawRow[])[] = []
  #waiter: Waiter | undefined
  #onReady: () => void = () => undefined
  #error: Error | undefined
  #isDone = false
  #isSynced = false
  #isReady = false

  constructor(statement: StatementToRun, options: PortalOptions) {
    this.#statement = statement
    this.#options = options
  }

  /** The next portion; undefined after the last one. */
  next(): Promise<readonly RawRow[] | undefined> {
    const portion = this.#error === undefined && !this.#isNaming() ? this.#portions.shift() : undefined
    if (portion !== undefined) {
      this.#askForMore()
      return Promise.resolve(portion)
    }
    if (this.#error !== undefined) return Promise.reject(this.#error)
    if (this.#isReady) return Promise.resolve(undefined)
    return new Promise((resolve, reject) => {
      this.#waiter = { resolve, reject }
    })
  }

  /** Gives up the rows that were not asked for. The connection is free again when it settles. */
  async close(): Promise<void> {
    const wire = this.#wire
    if (wire === undefined || this.#isReady || this.#error !== undefined) return
    this.#portions = []
    this.#finish()
    await new Promise<void>(resolve => {
      this.#onReady = resolve
    })
  }

  // ── What the driver calls ───────────────────────────────────────────────────────────────────────────────────────────────

  submit(connection: Connection): void {
    const wire = wireOf(connection)
    this.#wire = wire
    const { text, values, types } = this.#statement
    wire.stream.cork()
    wire.parse({ name: '', text, types })
    wire.bind({ portal: PORTAL, statement: '', values })
    wire.describe({ type: 'P', name: PORTAL })
    wire.execute({ portal: PORTAL, rows: this.#sizeOfPortion() })
    wire.flush()
    wire.stream.uncork()
    this.#expected.push('rows')
  }

  handleRowDescription(message: { readonly fields: readonly ColumnField[] }): void {
    this.hasResult = true
    this.fields = message.fields
    const { customTypes, fetchSize } = this.#options
    const unknown = message.fields.map(field => field.dataTypeID).filter(oid => oid >= FIRST_CUSTOM_OID)
    if (fetchSize > 0 && unknown.some(oid => !customTypes.has(oid))) this.#askForNames(unknown)
  }

  handleDataRow(message: { readonly fields: RawRow; readonly length: number }): void {
    if (this.#expected[0] === 'names') this.#learnName(message.fields)
    else if (this.#options.fetchSize > 0) {
      this.#rows.push(message.fields)
      this.#bytes += message.length
      this.#seen++
    }
  }

  handlePortalSuspended(): void {
    this.#expected.shift()
    this.#endPortion()
  }

  handleCommandComplete(): void {
    if (this.#expected.shift() === 'rows') {
      this.#isDone = true
      this.#endPortion()
    }
    if (this.#isDone && this.#expected.length === 0) this.#finish()
    this.#serve()
  }

  handleEmptyQuery(): void {
    this.#expected.shift()
    this.#isDone = true
    this.#finish()
  }

  handleReadyForQuery(): void {
    this.#isReady = true
    this.#onReady()
    this.#serve()
  }

  handleError(error: Error): void {
    this.#error = error
    this.#sync()
    this.#onReady()
    const waiter = this.#waiter
    this.#waiter = undefined
    waiter?.reject(error)
  }

  handleCopyInResponse(connection: Connection): void {
    wireOf(connection).sendCopyFail('this task has no data to copy')
  }

  handleCopyData(): void {
    // The output of COPY … TO STDOUT has no rows; the task that wants it is CopyOut.
  }

  // ── Portions ────────────────────────────────────────────────────────────────────────────────────────────────────────────

  #sizeOfPortion(): number {
    const { fetchSize } = this.#options
    if (fetchSize === 0) return 0
    if (this.#seen === 0) return Math.min(fetchSize, FIRST_ROWS)
    const fitting = Math.floor(PORTION_BYTES / Math.max(1, this.#bytes / this.#seen))
    return Math.max(1, Math.min(fetchSize, fitting))
  }

  #endPortion(): void {
    if (this.#rows.length > 0) this.#portions.push(this.#rows)
    this.#rows = []
    this.#askForMore()
    this.#serve()
  }

  #askForMore(): void {
    if (this.#isDone || this.#isSynced || this.#expected.includes('rows')) return
    if (this.#portions.length >= PORTIONS_WAITING_MAX) return
    this.#wire?.execute({ portal: PORTAL, rows: this.#sizeOfPortion() })
    this.#wire?.flush()
    this.#expected.push('rows')
  }

  #serve(): void {
    const waiter = this.#waiter
    if (waiter === undefined || this.#isNaming()) return
    if (this.#portions.length === 0 && !this.#isReady) return
    this.#waiter = undefined
    waiter.resolve(this.#portions.shift())
    this.#askForMore()
  }

  /** Inside a transaction the portal would stay and keep its name. */
  #finish(): void {
    if (!this.#isSynced) this.#wire?.close({ type: 'P', name: PORTAL })
    this.#sync()
  }

  /** Ends the implicit transaction; said once only, else the driver would take the second answer for that of its next query. */
  #sync(): void {
    if (this.#isSynced) return
    this.#isSynced = true
    this.#wire?.sync()
  }

  // ── Types that are not built in ─────────────────────────────────────────────────────────────────────────────────────────

  #isNaming(): boolean {
    return this.#expected.includes('names')
  }

  #askForNames(oids: readonly number[]): void {
    const wire = this.#wire
    if (wire === undefined) return
    wire.parse({ name: '', text: CUSTOM_TYPES, types: [] })
    wire.bind({ portal: NAMES_PORTAL, statement: '', values: [`{${oids.join(',')}}`] })
    wire.execute({ portal: NAMES_PORTAL, rows: 0 })
    wire.flush()
    this.#expected.push('names')
  }

  #learnName([oid, name, itemOid]: RawRow): void {
    const type = { name: name ?? '', ...(Number(itemOid ?? 0) === 0 ? {} : { itemOid: Number(itemOid) }) }
    this.#options.customTypes.set(Number(oid), type)
  }
}
