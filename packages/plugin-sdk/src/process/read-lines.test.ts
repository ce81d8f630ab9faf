import assert from 'node:assert/strict'
import { test } from 'node:test'
import { LINE_CHARS_MAX, MESSAGE_CHARS_MAX, readLines } from './read-lines.ts'

async function linesOf(chunks: readonly string[]): Promise<readonly number[]> {
  const lengths: number[] = []
  await readLines(streamOf(chunks), text => void lengths.push(text.length))
  return lengths
}

async function* streamOf(chunks: readonly string[]): AsyncGenerator<Uint8Array> {
  for (const chunk of chunks) yield await Promise.resolve(Buffer.from(chunk))
}

function chunksOf(text: string, size: number): readonly string[] {
  return Array.from({ length: Math.ceil(text.length / size) }, (_, at) => text.slice(at * size, (at + 1) * size))
}

test('a long line is cut into the same pieces, however it comes', async () => {
  for (const length of [LINE_CHARS_MAX, LINE_CHARS_MAX + 1, 2 * LINE_CHARS_MAX, 40_000]) {
    const text = `${'x'.repeat(length)}\nshort\n${'y'.repeat(length)}`
    const pieces = [...Array.from({ length: Math.ceil(length / LINE_CHARS_MAX) - 1 }, () => LINE_CHARS_MAX)]
    const long = [...pieces, length - pieces.length * LINE_CHARS_MAX]

    for (const size of [1_000, 4_096, LINE_CHARS_MAX, 20_000, 65_536, text.length])
      assert.deepEqual(await linesOf(chunksOf(text, size)), [...long, 5, ...long], `${length} in chunks of ${size}`)
  }
})

test('of a message that is too long its beginning comes, and the rest of it is no text', async () => {
  const text = `::{"outputs":"${'x'.repeat(MESSAGE_CHARS_MAX)}"}::\nafter\n`

  const lengths = await linesOf(chunksOf(text, 65_536))

  assert.equal(lengths.length, 2)
  assert.equal(lengths[1], 'after'.length)
})

test('an empty line is a line, and a carriage return before its end is not part of one', async () => {
  assert.deepEqual(await linesOf(['one\r\n\ntw', 'o\r', '\nthree']), [3, 0, 3, 5])
})
