// Does with the rows of a statement what the task asks for.
import { TaskError } from '@batuta/plugin-sdk'
import type { RunContext, Value } from '@batuta/plugin-sdk'
import type { Portion, RowSource } from '../connection/connection.ts'
import type { FetchType } from './fetch-properties.ts'

export interface FetchedOutputs {
  readonly row?: Value
  readonly rows?: readonly Value[]
  readonly uri?: string
  readonly size: number
}

/** Rows that go into the outputs of a task: beyond this they belong into a file. */
const FETCH_CHARS_MAX = 256 * 1024 * 1024

/** `rows` is undefined for a statement that gives none at all. */
export async function takeRows(
  ctx: RunContext,
  rows: RowSource | undefined,
  fetchType: FetchType,
): Promise<FetchedOutputs> {
  if (rows === undefined) return { size: 0, ...(fetchType === 'FETCH' ? { rows: [] } : {}) }
  const watched = untilStopped(ctx, rows)
  switch (fetchType) {
    case 'STORE':
      return store(ctx, watched)
    case 'FETCH':
      return collect(watched)
    case 'FETCH_ONE':
      return takeOne(watched)
    case 'NONE':
      for await (const portion of watched) void portion
      return { size: 0 }
  }
}

async function* untilStopped(ctx: RunContext, rows: RowSource): AsyncGenerator<Portion> {
  for await (const portion of rows) {
    ctx.signal.throwIfAborted()
    yield portion
  }
}

async function store(ctx: RunContext, portions: RowSource): Promise<FetchedOutputs> {
  let size = 0
  const lines = async function* (): AsyncGenerator<string> {
    for await (const portion of portions) {
      size += portion.size
      yield portion.lines()
    }
  }
  return { uri: await ctx.files.put(lines(), { extension: '.ion' }), size }
}

async function collect(portions: RowSource): Promise<FetchedOutputs> {
  const rows: Value[] = []
  let chars = 0
  for await (const portion of portions) {
    for (const row of portion.values()) rows.push(row)
    chars += portion.chars
    if (chars > FETCH_CHARS_MAX) {
      throw new TaskError(`more than ${FETCH_CHARS_MAX / 1024 ** 2} MiB of rows for FETCH; use \`fetchType: STORE\``)
    }
  }
  return { rows, size: rows.length }
}

async function takeOne(portions: RowSource): Promise<FetchedOutputs> {
  for await (const portion of portions) {
    const [row] = portion.values()
    if (row !== undefined) return { row, size: 1 }
  }
  return { size: 0 }
}
