import assert from 'node:assert/strict'
import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import type { TestContext } from 'node:test'
import { openLocalFileStore } from './local-file-store.ts'
import { storageUri } from './storage-uri.ts'

async function openTestStore(t: TestContext) {
  const root = await mkdtemp(join(tmpdir(), 'batuta-files-'))
  t.after(() => rm(root, { recursive: true, force: true }))
  return { root, store: openLocalFileStore(root) }
}

async function textOf(stream: AsyncIterable<Uint8Array>): Promise<string> {
  const chunks: Uint8Array[] = []
  for await (const chunk of stream) chunks.push(chunk)
  return Buffer.concat(chunks).toString()
}

test('a file is stored under its URI and read back', async t => {
  const { store } = await openTestStore(t)

  const entry = await store.put('kestra:///ns/flow/a b.txt', 'ünï')

  assert.equal(entry.sizeBytes, 5)
  assert.equal(await textOf(await store.open('kestra:///ns/flow/a%20b.txt')), 'ünï')
})

test('a file can be put from a stream and from a local path', async t => {
  const { root, store } = await openTestStore(t)
  await writeFile(join(root, 'local'), 'from disk')

  await store.put(
    'kestra:///x/stream',
    (async function* () {
      yield 'a'
      yield Buffer.from('b')
    })(),
  )
  await store.put('kestra:///x/copy', { path: join(root, 'local') })

  assert.equal(await textOf(await store.open('kestra:///x/stream')), 'ab')
  assert.equal(await textOf(await store.open('kestra:///x/copy')), 'from disk')
})

test('a put that fails leaves nothing behind', async t => {
  const { root, store } = await openTestStore(t)
  const failing = (async function* () {
    yield 'half'
    throw new Error('source broke')
  })()

  await assert.rejects(store.put('kestra:///x/broken', failing), /source broke/)

  assert.equal(await store.find('kestra:///x/broken'), undefined)
  assert.deepEqual(await readdir(join(root, '.growing')), [])
})

test('a URI that would leave the store is refused', async t => {
  const { store } = await openTestStore(t)

  for (const uri of [
    'kestra:///../etc/passwd',
    'kestra:///a/%2e%2e/%2e%2e/etc/passwd',
    'kestra:///a/..%2f..%2fb',
    'file:///etc/passwd',
    'kestra:///a//b',
    'kestra:///.growing/x',
  ]) {
    await assert.rejects(async () => store.open(uri), /refused|not a URI/, uri)
  }
  assert.throws(() => storageUri('kestra:///a/', '../b'), /refused/)
  const long = `kestra:///a/${'x'.repeat(256)}`
  await assert.rejects(async () => store.open(long), /refused: a part of its path has more than 255 bytes/)
})

test('files of a folder are listed in order and deleted together', async t => {
  const { store } = await openTestStore(t)
  await store.put('kestra:///e/1/tasks/b/2.txt', 'b')
  await store.put('kestra:///e/1/tasks/a/1.txt', 'a')
  await store.put('kestra:///e/2/other', 'c')

  const deleted = await store.deleteFolder('kestra:///e/1/')

  assert.deepEqual(deleted, ['kestra:///e/1/tasks/a/1.txt', 'kestra:///e/1/tasks/b/2.txt'])
  assert.equal(await store.find('kestra:///e/1/tasks/a/1.txt'), undefined)
  assert.equal((await store.find('kestra:///e/2/other'))?.sizeBytes, 1)
  assert.equal(await store.delete('kestra:///e/2/other'), true)
  assert.equal(await store.delete('kestra:///e/2/other'), false)
})
