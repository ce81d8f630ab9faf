// Rows as tasks are given them – a file, a list, one map, or JSON of these – and as they are given back.
import { TaskError, decodeValue, isList, isMap, isStorageUri, p, plainText } from '@batuta/plugin-sdk'
import type { OutputDescription, RunContext, Value, ValueMap } from '@batuta/plugin-sdk'
import { encodeIon, readIonBatches } from '@batuta/ion'

export interface RowSource {
  readonly isFile: boolean
  readonly rows: AsyncIterable<Value>
}

export async function openRows(ctx: RunContext, from: Value): Promise<RowSource> {
  if (typeof from === 'string' && isStorageUri(from.trim())) {
    return { isFile: true, rows: flat(ctx, readIonBatches(await ctx.files.open(from.trim()))) }
  }
  const given = typeof from === 'string' && /^\s*[[{]/.test(from) ? decodeValue(from) : from
  if (isList(given)) return { isFile: false, rows: each(given) }
  if (isMap(given)) return { isFile: false, rows: each([given]) }
  throw new TaskError(`rows must be a kestra:// URI, a list or a map, not "${plainText(given ?? '').slice(0, 100)}"`)
}

async function* flat(ctx: RunContext, batches: AsyncIterable<readonly Value[]>): AsyncGenerator<Value> {
  for await (const batch of batches) {
    ctx.signal.throwIfAborted()
    yield* batch
  }
}

async function* each(rows: readonly Value[]): AsyncGenerator<Value> {
  yield* rows
}

export const outputProperties = {
  outputFormat: p
    .enum('TEXT', 'BINARY')
    .dynamic()
    .default('TEXT')
    .group('destination')
    .title('Form of the new file; it is text in either case, which every reader of Ion takes.'),
  outputType: p
    .enum('AUTO', 'RECORDS', 'STORE')
    .dynamic()
    .default('AUTO')
    .group('destination')
    .title('Whether the rows are given as a list or as a file; AUTO gives them as they came.'),
}

export const rowOutputs: readonly OutputDescription[] = [
  { name: 'uri', type: 'string', description: 'The file of rows.' },
  { name: 'records', type: 'any[]', description: 'The rows.' },
]

const RECORDS_MAX = 100_000
const WRITE_CHARS = 64 * 1024

export async function giveRows(
  ctx: RunContext,
  rows: AsyncIterable<Value>,
  { outputType, isFile }: { outputType: 'AUTO' | 'RECORDS' | 'STORE'; isFile: boolean },
): Promise<{ readonly uri?: string; readonly records?: readonly Value[] }> {
  if (outputType === 'STORE' || (outputType === 'AUTO' && isFile))
    return { uri: await ctx.files.put(ionLines(rows), { extension: '.ion' }) }
  const records: Value[] = []
  for await (const row of rows) {
    records.push(row)
    if (records.length > RECORDS_MAX) throw new TaskError(`more than ${RECORDS_MAX} rows; set \`outputType: STORE\``)
  }
  return { records }
}

export async function* ionLines(rows: AsyncIterable<Value>): AsyncGenerator<string> {
  let text = ''
  for await (const row of rows) {
    text += `${encodeIon(row)}\n`
    if (text.length < WRITE_CHARS) continue
    yield text
    text = ''
  }
  if (text !== '') yield text
}

export function expectMap(row: Value): ValueMap {
  if (isMap(row)) return row
  throw new TaskError('a row must be a map')
}
