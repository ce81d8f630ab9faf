import assert from 'node:assert/strict'
import { test } from 'node:test'
import { listZip, readZip } from './read-zip.ts'
import { writeZip } from './write-zip.ts'

async function zipOf(files: Readonly<Record<string, string>>): Promise<Buffer> {
  const chunks: Uint8Array[] = []
  const sources = Object.entries(files).map(([path, text]) => ({
    path,
    modifiedMs: Date.UTC(2031, 1, 3, 4, 5, 6),
    open: () => Promise.resolve(chunksOf(text)),
  }))
  for await (const chunk of writeZip(sources)) chunks.push(chunk)
  return Buffer.concat(chunks)
}

async function* chunksOf(text: string): AsyncGenerator<Uint8Array> {
  yield await Promise.resolve(Buffer.from(text))
}

test('what is packed unpacks to the same', async () => {
  const files = { 'a.txt': 'hello', 'deep/ü b.sql': 'select 1;'.repeat(1000), empty: '' }

  const read = [...readZip(await zipOf(files))]

  assert.deepEqual(Object.fromEntries(read.map(({ path, content }) => [path, content.toString()])), files)
})

test('an archive without files is one', async () => {
  assert.deepEqual([...readZip(await zipOf({}))], [])
})

test('what is no archive, or a damaged one, is refused', async () => {
  const good = await zipOf({ 'a.txt': 'hello hello hello' })
  const damaged = Buffer.from(good)
  damaged[40] = (damaged[40] ?? 0) ^ 0xff
  const lying = Buffer.from(good)
  lying.writeUInt32LE(0xffff_fff0, lying.readUInt32LE(lying.length - 6) + 24)

  assert.throws(() => [...readZip(Buffer.from('hello'))], /no directory/)
  assert.throws(() => [...readZip(damaged)], /damaged/)
  assert.throws(() => [...readZip(lying)], /unpacks to more than/)
  assert.throws(() => [...readZip(good.subarray(0, 30))], /no directory/)
})

test('a file is unpacked as it is read, and no further', async () => {
  const [file] = listZip(await zipOf({ zeros: '0'.repeat(60 * 2 ** 20) }))
  const stream = file?.open()
  let seen = 0
  for await (const chunk of stream ?? []) {
    seen += Buffer.from(chunk).length
    if (seen > 100_000) break
  }

  assert.ok(seen < 300_000, `${seen} bytes were held`)
  assert.equal(stream?.destroyed, true)
})

test('a file that is larger than its archive says is stopped where it should have ended', async () => {
  const lying = await zipOf({ zeros: '0'.repeat(60 * 2 ** 20) })
  lying.writeUInt32LE(100, lying.readUInt32LE(lying.length - 6) + 24)
  const [file] = listZip(lying)
  let seen = 0
  const readAll = async (): Promise<void> => {
    for await (const chunk of file?.open() ?? []) seen += Buffer.from(chunk).length
  }

  await assert.rejects(readAll, /"zeros" is damaged/)

  assert.ok(seen <= 100, `${seen} bytes were given`)
})
