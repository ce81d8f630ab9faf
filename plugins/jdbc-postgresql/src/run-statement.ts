// Runs one statement and does with its rows what the task asks for.
import { mapGet, mapHas, TaskError } from '@batuta/plugin-sdk'
import type { RunContext, Value, ValueMap } from '@batuta/plugin-sdk'
import { codeOf } from './connection/connection-failure.ts'
import type { Session } from './connection/open-session.ts'
import { describeError } from './describe-error.ts'
import { PortalQuery } from './protocol/portal-query.ts'
import type { StatementToRun } from './protocol/portal-query.ts'
import { bindNamedParameters } from './sql/named-parameters.ts'
import type { BoundStatement } from './sql/named-parameters.ts'
import { parameterText } from './values/parameter-text.ts'
import { parameterType, TEXT_OID } from './values/parameter-type.ts'
import { lineWriter, rowReader } from './values/row-writer.ts'
import type { RawRow } from './values/row-writer.ts'
import type { Zone } from './zone.ts'

export type FetchType = 'STORE' | 'FETCH' | 'FETCH_ONE' | 'NONE'

export interface Fetching {
  readonly fetchType: FetchType
  readonly fetchSize: number
  readonly zone: Zone
  readonly parameters?: ValueMap
}

export interface Fetched {
  /** False for statements that give no rows at all, such as `create table`. */
  readonly hasResult: boolean
  readonly outputs: FetchedOutputs
}

export interface FetchedOutputs {
  readonly row?: Value
  readonly rows?: readonly Value[]
  readonly uri?: string
  readonly size: number
}

/** Rows that go into the outputs of a task: beyond this they belong into a file. */
const FETCH_CHARS_MAX = 256 * 1024 * 1024

export async function runStatement(
  ctx: RunContext,
  session: Session,
  text: string,
  fetching: Fetching,
): Promise<Fetched> {
  const { parameters } = fetching
  const bound: BoundStatement =
    parameters === undefined
      ? { text, names: [], originalPosition: position => position }
      : bindNamedParameters(text, name => mapHas(parameters, name))
  try {
    const portal = await openPortal(session, statementOf(bound, fetching), fetching)
    try {
      return await fetchRows(ctx, { ...portal, session, fetching })
    } finally {
      await portal.query.close()
    }
  } catch (error) {
    ctx.signal.throwIfAborted()
    throw describeError(error, { host: session.host, text, originalPosition: bound.originalPosition })
  }
}

function statementOf({ text, names }: BoundStatement, { parameters, zone }: Fetching): StatementToRun {
  const values = names.map(name => (parameters === undefined ? null : (mapGet(parameters, name) ?? null)))
  const types = values.map(parameterType)
  return { text, types, values: values.map((value, at) => parameterText(value, { oid: types[at] ?? 0, zone })) }
}

interface OpenPortal {
  readonly query: PortalQuery
  readonly first: readonly RawRow[] | undefined
}

/**
 * Texts are sent without a type, so that they fit dates, numbers or JSON without a cast. Where the server then cannot tell what a
 * parameter is (`select :name`), the statement is sent once more with that one as text.
 */
async function openPortal(session: Session, statement: StatementToRun, fetching: Fetching): Promise<OpenPortal> {
  if (!statement.types.includes(0)) return startPortal(session, statement, fetching)
  const isInside = session.client.getTransactionStatus() === 'T'
  if (isInside) await session.client.query('savepoint batuta_statement')
  let { types } = statement
  for (;;) {
    try {
      return await startPortal(session, { ...statement, types }, fetching)
    } catch (error) {
      const clearer = clearerTypes(types, error)
      if (clearer === undefined) throw error
      if (isInside) await session.client.query('rollback to savepoint batuta_statement')
      types = clearer
    }
  }
}

/** Indeterminate type, ambiguous parameter, ambiguous function or operator. */
const UNCLEAR_TYPES: ReadonlySet<unknown> = new Set(['42P18', '42P08', '42725'])

/** With the parameter that the server complains about as text, or with all of them when it names none. */
function clearerTypes(types: readonly number[], error: unknown): readonly number[] | undefined {
  if (!(error instanceof Error) || !UNCLEAR_TYPES.has(codeOf(error))) return undefined
  const number = /parameter \$(\d+)/.exec(error.message)?.[1]
  const isMeant = (index: number): boolean => number === undefined || index === Number(number) - 1
  const clearer = types.map((type, index) => (type === 0 && isMeant(index) ? TEXT_OID : type))
  return clearer.some((type, index) => type !== types[index]) ? clearer : undefined
}

async function startPortal(session: Session, statement: StatementToRun, fetching: Fetching): Promise<OpenPortal> {
  const fetchSize = sizeOfPortions(fetching)
  const query = session.client.query(new PortalQuery(statement, { fetchSize, customTypes: session.customTypes }))
  return { query, first: await query.next() }
}

function sizeOfPortions({ fetchType, fetchSize }: Fetching): number {
  if (fetchType === 'NONE') return 0
  return fetchType === 'FETCH_ONE' ? 1 : Math.max(1, fetchSize)
}

interface Running extends OpenPortal {
  readonly session: Session
  readonly fetching: Fetching
}

async function fetchRows(ctx: RunContext, running: Running): Promise<Fetched> {
  const { query, fetching } = running
  const portions = portionsOf(ctx, running)
  if (!query.hasResult || fetching.fetchType === 'NONE') {
    for await (const rows of portions) void rows
    return { hasResult: query.hasResult, outputs: { size: 0, ...(fetching.fetchType === 'FETCH' ? { rows: [] } : {}) } }
  }
  const options = { zone: fetching.zone, customTypes: running.session.customTypes }
  if (fetching.fetchType === 'STORE') {
    return { hasResult: true, outputs: await store(ctx, portions, lineWriter(query.fields, options)) }
  }
  const read = rowReader(query.fields, options)
  const outputs = await (fetching.fetchType === 'FETCH' ? collect(portions, read) : takeOne(portions, read))
  return { hasResult: true, outputs }
}

async function* portionsOf(ctx: RunContext, { query, first }: OpenPortal): AsyncGenerator<readonly RawRow[]> {
  for (let rows = first; rows !== undefined; rows = await query.next()) {
    ctx.signal.throwIfAborted()
    yield rows
  }
}

async function store(
  ctx: RunContext,
  portions: AsyncIterable<readonly RawRow[]>,
  write: (row: RawRow) => string,
): Promise<FetchedOutputs> {
  let size = 0
  const lines = async function* (): AsyncGenerator<string> {
    for await (const rows of portions) {
      size += rows.length
      let text = ''
      for (const row of rows) text += write(row)
      yield text
    }
  }
  return { uri: await ctx.files.put(lines(), { extension: '.ion' }), size }
}

async function collect(
  portions: AsyncIterable<readonly RawRow[]>,
  read: (row: RawRow) => Value,
): Promise<FetchedOutputs> {
  const rows: Value[] = []
  let chars = 0
  for await (const portion of portions) {
    for (const row of portion) {
      rows.push(read(row))
      for (const text of row) chars += text?.length ?? 0
    }
    if (chars > FETCH_CHARS_MAX) {
      throw new TaskError(`more than ${FETCH_CHARS_MAX / 1024 ** 2} MiB of rows for FETCH; use \`fetchType: STORE\``)
    }
  }
  return { rows, size: rows.length }
}

async function takeOne(
  portions: AsyncIterable<readonly RawRow[]>,
  read: (row: RawRow) => Value,
): Promise<FetchedOutputs> {
  for await (const [row] of portions) if (row !== undefined) return { row: read(row), size: 1 }
  return { size: 0 }
}
