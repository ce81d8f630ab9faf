// What a database plugin gives: how its tasks connect, and what a connection can do. The tasks themselves (Query, Queries, Batch, Trigger) are
// made of it by `defineQuery` and its siblings, so that they mean the same on every database.
import type { Zone } from '@batuta/ion'
import type {
  LazyProperties,
  OutputDescription,
  RunContext,
  Shape,
  TaskOutputs,
  Value,
  ValueMap,
} from '@batuta/plugin-sdk'
import type { BoundStatement, Placing } from '../syntax/named-parameters.ts'
import type { SqlSyntax } from '../syntax/sql-syntax.ts'

export type TaskKind = 'Query' | 'Queries' | 'Trigger' | 'Batch'

export interface Database<S extends Shape = Shape> {
  /** As sentences call it. */
  readonly title: string
  /** Of the types, e.g. `io.kestra.plugin.jdbc.mysql`. */
  readonly prefix: string
  /** An older prefix that means the same. */
  readonly aliasPrefix?: string
  readonly syntax: SqlSyntax
  /** A URL for the examples. */
  readonly exampleUrl: string
  /** What its types have beside the properties of the task: `connectionProperties` and what is the database's own. */
  readonly properties: S
  /** Properties of some of its types only. */
  readonly ownProperties?: Partial<Record<TaskKind, Shape>>
  /** True where the database reads and writes files of the task, so that triggers have `outputFiles`, too. */
  readonly hasTaskFiles?: boolean
  /** What `Door.after` gives. */
  readonly moreOutputs?: readonly OutputDescription[]
  /** Reads the properties; connects only when it is used. */
  open(ctx: RunContext, props: LazyProperties<S>, task: OpenedFor): Promise<Door>
}

export interface OpenedFor {
  readonly kind: TaskKind
  /** All properties of the task, by name, as far as they are not the database's: rendered on demand. */
  readonly own: LazyProperties<Shape>
}

export interface Door {
  /** Laid over the variables when the statements are rendered. */
  readonly scope?: ValueMap
  /** True when `sql` of a Query may hold several statements. */
  readonly takesSeveral?: boolean
  /** Lends a connection. It is closed, or kept for others, when the work has ended either way. */
  use<T>(work: (connection: Connection) => Promise<T>): Promise<T>
  /** More outputs, asked for when all has gone well. */
  after?(): Promise<TaskOutputs>
}

export interface Connection {
  /** How values get into a statement. */
  readonly placing: Placing
  run(statement: BoundStatement, reading: Reading): Promise<Answer>
  /** Undefined where the database has no transactions. */
  readonly transaction?: <T>(work: () => Promise<T>, options?: TransactionOptions) => Promise<T>
  /** Undefined where there is no Batch. */
  readonly batch?: BatchDoor
}

export interface TransactionOptions {
  /** Rows that others write meanwhile are not seen by any of its statements, or have to wait; where the database can do that. */
  readonly isIsolated?: boolean
}

/** How much is wanted of an answer. */
export interface Reading {
  /** Rows of a portion at most; 0 when rows are of no interest. */
  readonly fetchSize: number
  readonly zone: Zone
}

export interface Answer {
  /** Undefined for statements that give no rows at all, such as `create table`. */
  readonly rows?: RowSource
  /** Gives up the rows that were not asked for. */
  close(): Promise<void>
}

/** Rows in portions, read once. */
export type RowSource = AsyncIterable<Portion>

export interface Portion {
  readonly size: number
  /** Roughly how much there is. */
  readonly chars: number
  /** Each a map. */
  values(): readonly Value[]
  /** The same as lines of Ion. */
  lines(): string
}

export interface BatchDoor {
  /** Columns that can be written, in their order. */
  columnsOf(table: string): Promise<readonly string[]>
  quoteWritten(name: string): string
  quoteExact(name: string): string
  /** Statements without any `?` take rows as well. */
  readonly takesWholeRows?: boolean
  /** `text` has a `?` for each value. */
  prepare(text: string, zone: Zone): Promise<PreparedBatch>
}

export interface PreparedBatch {
  /** How many values a row has to have. */
  readonly count: number
  /** Gives the number of rows changed. A `BadRow` says which one failed, where that is known. */
  run(rows: readonly (readonly Value[])[]): Promise<number>
  close(): Promise<void>
}

/** The database refused one row of those it was given. */
export class BadRow extends Error {
  override readonly name = 'BadRow'
  /** From 0. */
  readonly index: number

  constructor(index: number, cause: unknown) {
    super('', { cause })
    this.index = index
  }
}
