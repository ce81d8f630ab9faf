import type { Value } from '@batuta/core'
import { encodeIon } from './encode-ion.ts'

const CHUNK_CHARS = 64 * 1024

/** Rows as lines of Ion, in chunks that are worth a write. `count` is told the number of rows of each chunk. */
export async function* ionLines(
  rows: AsyncIterable<Value> | Iterable<Value>,
  count: (rows: number) => void = () => undefined,
): AsyncGenerator<string> {
  let text = ''
  let held = 0
  for await (const row of rows) {
    text += `${encodeIon(row)}\n`
    held++
    if (text.length < CHUNK_CHARS) continue
    count(held)
    yield text
    text = ''
    held = 0
  }
  count(held)
  if (text !== '') yield text
}
