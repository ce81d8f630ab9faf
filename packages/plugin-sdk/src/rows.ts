// Rows travel between tasks as a file in internal storage with one value per line: JSON, which is Ion text as well.
import { Fuel, decodeValue, encodeValue, isList, isMap, readIon } from '@batuta/core'
import type { Value } from '@batuta/core'
import { isStorageUri } from './files/storage-uri.ts'
import type { RunContext } from './run-context.ts'
import { linesOf } from './lines-of.ts'
import { TaskError } from './task-error.ts'

export interface StoredRows {
  readonly uri: string
  /** Number of rows. */
  readonly size: number
}

/** What a property `from` holds: the URI of a file of rows, a list of rows, one row, or JSON text of these. */
export async function* fromRows(ctx: Pick<RunContext, 'files'>, from: Value): AsyncGenerator<Value> {
  if (typeof from === 'string' && isStorageUri(from.trim())) yield* readRows(await ctx.files.open(from.trim()))
  else if (isList(from)) yield* from
  else if (isMap(from)) yield from
  else yield* rowsOfText(from)
}

function rowsOfText(from: Value): readonly Value[] {
  const parsed = typeof from === 'string' ? parseRows(from) : undefined
  if (parsed === undefined) {
    throw new TaskError(`rows must be a kestra:// URI, a list or a map, not ${JSON.stringify(encodeValue(from))}`)
  }
  return isList(parsed) ? parsed : [parsed]
}

function parseRows(text: string): Value | undefined {
  const first = text.trimStart()[0]
  return first === '[' || first === '{' ? decodeValue(text) : undefined
}

/** The rows of a file; blank lines are skipped. */
export async function* readRows(stream: AsyncIterable<Uint8Array>): AsyncGenerator<Value> {
  let number = 0
  for await (const line of linesOf(stream)) {
    number++
    if (line.trim() !== '') yield parseRow(line, number)
  }
}

/** One row: JSON, which is what we write ourselves, or Ion text as other tools write it. */
export function parseRow(line: string, number: number): Value {
  try {
    return decodeValue(line)
  } catch (cause) {
    const [row, more] = tryIon(line)
    if (row !== undefined && more === undefined) return row
    throw new TaskError(`line ${number} of the file is not a row: ${line.slice(0, 100)}`, { cause })
  }
}

function tryIon(line: string): readonly Value[] {
  try {
    return readIon(line, new Fuel())
  } catch {
    // The caller's complaint about JSON is the one that helps.
    return []
  }
}

/** Stores rows as they come and returns where they are and how many there were. */
export async function writeRows(
  ctx: Pick<RunContext, 'files'>,
  rows: AsyncIterable<Value> | Iterable<Value>,
  name: { readonly extension: string } = { extension: '.ion' },
): Promise<StoredRows> {
  let size = 0
  const lines = async function* (): AsyncGenerator<string> {
    let text = ''
    for await (const row of rows) {
      size++
      text += `${encodeValue(row)}\n`
      if (text.length > WRITE_CHARS) {
        yield text
        text = ''
      }
    }
    yield text
  }
  return { uri: await ctx.files.put(lines(), name), size }
}

const WRITE_CHARS = 64 * 1024
