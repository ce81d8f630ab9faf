// One statement of a task: its parameters are bound, it is run, and its rows are taken.
import { TaskError } from '@batuta/plugin-sdk'
import type { RunContext } from '@batuta/plugin-sdk'
import type { Connection, RowSource } from '../connection/connection.ts'
import { prefixed } from '../connection/describe-failure.ts'
import { bindNamedParameters } from '../syntax/named-parameters.ts'
import { splitStatements } from '../syntax/split-statements.ts'
import type { SqlSyntax } from '../syntax/sql-syntax.ts'
import type { Fetching, FetchType } from './fetch-properties.ts'
import { takeRows } from './take-rows.ts'
import type { FetchedOutputs } from './take-rows.ts'

export interface Fetched {
  /** False for statements that give no rows at all, such as `create table`. */
  readonly hasResult: boolean
  readonly outputs: FetchedOutputs
}

export interface Run {
  readonly connection: Connection
  readonly syntax: SqlSyntax
  readonly fetching: Fetching
  /** What the rows go through before they are taken. */
  through?(rows: RowSource): RowSource
}

export async function runStatement(ctx: RunContext, text: string, run: Run): Promise<Fetched> {
  const { connection, syntax, fetching } = run
  const { parameters, fetchType, zone } = fetching
  const bound = bindNamedParameters(text, { parameters, syntax, placing: connection.placing })
  const answer = await connection.run(bound, { fetchSize: sizeOfPortions(fetching), zone })
  try {
    const rows = answer.rows && run.through ? run.through(answer.rows) : answer.rows
    return { hasResult: rows !== undefined, outputs: await takeRows(ctx, rows, fetchType) }
  } finally {
    await answer.close()
  }
}

function sizeOfPortions({ fetchType, fetchSize }: Fetching): number {
  if (fetchType === 'NONE') return 0
  return fetchType === 'FETCH_ONE' ? 1 : Math.max(1, fetchSize)
}

/** Several statements, one after the other; each that gives rows has its outputs. */
export async function runAll(ctx: RunContext, texts: readonly string[], run: Run): Promise<FetchedOutputs[]> {
  const all: FetchedOutputs[] = []
  for (const [index, text] of texts.entries()) {
    ctx.signal.throwIfAborted()
    const { hasResult, outputs } = await atStatement(index, texts.length, runStatement(ctx, text, run))
    if (hasResult && run.fetching.fetchType !== 'NONE') all.push(outputs)
  }
  return all
}

async function atStatement<T>(index: number, count: number, run: Promise<T>): Promise<T> {
  try {
    return await run
  } catch (cause) {
    if (!(cause instanceof TaskError)) throw cause
    throw prefixed(cause, `statement ${index + 1} of ${count}: `)
  }
}

export interface OneStatement {
  readonly sql: string
  readonly afterSql: string | undefined
  /** Where several statements may be sent in place of one. */
  readonly takesSeveral: boolean
  /** The task to use for several statements. */
  readonly queries: string
}

/** A statement, and the one after it if there is one: then both are one transaction. */
export async function runOneStatement(ctx: RunContext, one: OneStatement, run: Run): Promise<FetchedOutputs> {
  const { afterSql } = one
  const texts = statementsOf(one, run.syntax)
  const [first] = texts
  if (texts.length === 1 && (afterSql ?? '').trim() === '') return (await runStatement(ctx, first, run)).outputs
  const after = afterStatement(afterSql ?? '', run.syntax)
  const work = async (): Promise<FetchedOutputs> => {
    const outputs =
      texts.length === 1 ? (await runStatement(ctx, first, run)).outputs : await runSeveral(ctx, texts, run)
    const silent: FetchType = 'NONE'
    if (after !== undefined)
      await runStatement(ctx, after, { ...run, fetching: { ...run.fetching, fetchType: silent } })
    return outputs
  }
  return run.connection.transaction === undefined ? work() : run.connection.transaction(work)
}

export function statementsOf(
  { sql, takesSeveral, queries }: OneStatement,
  syntax: SqlSyntax,
): readonly [string, ...string[]] {
  const [first, ...others] = splitStatements(sql, syntax).map(({ text }) => text)
  if (first === undefined) throw new TaskError('property "sql" holds no statement after its templates are rendered')
  if (others.length > 0 && !takesSeveral) {
    throw new TaskError(`property "sql" must be one statement, not ${others.length + 1}; use the task ${queries}`)
  }
  return [first, ...others]
}

/** The first that gives rows is the answer. */
export async function runSeveral(ctx: RunContext, texts: readonly string[], run: Run): Promise<FetchedOutputs> {
  const [first] = await runAll(ctx, texts, run)
  return first ?? { size: 0 }
}

export function afterStatement(afterSql: string, syntax: SqlSyntax): string | undefined {
  const statements = splitStatements(afterSql, syntax)
  if (statements.length > 1) throw new TaskError(`property "afterSQL" must be one statement, not ${statements.length}`)
  return statements[0]?.text
}
