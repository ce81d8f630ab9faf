import assert from 'node:assert/strict'
import { test } from 'node:test'
import { readFrames } from './read-frames.ts'
import { wholeOutput } from './whole-output.ts'

const OUT = 1
const ERROR = 2

function frame(stream: number, text: string): Buffer {
  const header = Buffer.alloc(8)
  header[0] = stream
  header.writeUInt32BE(Buffer.byteLength(text), 4)
  return Buffer.concat([header, Buffer.from(text)])
}

/** In pieces that are cut anywhere. */
async function* pieces(frames: readonly Buffer[], size: number): AsyncGenerator<Buffer> {
  const bytes = Buffer.concat(frames)
  for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size)
}

async function linesOf(followed: readonly Buffer[], kept: readonly Buffer[], size = 5): Promise<readonly string[]> {
  const lines: string[] = []
  const output = wholeOutput({
    follow: async () => pieces(followed, size),
    ended: Promise.resolve(),
    read: async () => pieces(kept, size),
  })
  await readFrames(output, async ({ stream, text }) => void lines.push(`${stream} ${text}`))
  return lines
}

const KEPT = [frame(OUT, 'one\ntwo\n'), frame(ERROR, 'oops\n'), frame(OUT, 'three\nfour\n'), frame(ERROR, 'again\n')]

const SORTED = ['stderr again', 'stderr oops', 'stdout four', 'stdout one', 'stdout three', 'stdout two']

test('what was told is told once, wherever the pieces are cut', async () => {
  for (const size of [1, 3, 8, 1_000]) assert.deepEqual([...(await linesOf(KEPT, KEPT, size))].sort(), SORTED)
})

test('what a log that ended early has left out is told, lines that were cut included', async () => {
  const lines = await linesOf([frame(OUT, 'one\nt')], KEPT)

  assert.deepEqual([...lines].sort(), SORTED)
  assert.deepEqual(
    lines.filter(line => line.startsWith('stdout')),
    ['stdout one', 'stdout two', 'stdout three', 'stdout four'],
  )
})

test('a log of which only the end is kept tells nothing twice', async () => {
  const lines = await linesOf([frame(OUT, 'one\ntwo\n')], [frame(OUT, 'three\nfour\nfive\nsix\n')])

  assert.deepEqual(lines, ['stdout one', 'stdout two'])
})

test('a container that failed while its log was read is told as failed', async () => {
  const ended = Promise.reject(new Error('the engine is gone'))
  ended.catch(() => undefined)
  const output = wholeOutput({
    follow: async () => pieces([frame(OUT, 'one\n')], 100),
    ended,
    read: async () => pieces([], 1),
  })

  await assert.rejects(
    readFrames(output, () => undefined),
    /the engine is gone/,
  )
})
