import assert from 'node:assert/strict'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test, type TestContext } from 'node:test'
import { openLocalFileStore, type FileStore } from '@batuta/plugin-sdk'
import { FILE_VERSIONS_MAX, NamespaceFiles } from './namespace-files.ts'

async function openFiles(t: TestContext): Promise<{ readonly store: FileStore; readonly own: NamespaceFiles }> {
  const folder = await mkdtemp(join(tmpdir(), 'batuta-nsfiles-'))
  t.after(() => rm(folder, { recursive: true }))
  const store = openLocalFileStore(folder)
  return { store, own: new NamespaceFiles(store, 'company.team') }
}

async function textOf(store: FileStore, uri: string | undefined): Promise<string> {
  const chunks: Uint8Array[] = []
  for await (const chunk of await store.open(uri ?? '')) chunks.push(chunk)
  return Buffer.concat(chunks).toString('utf8')
}

test('a file lies where its URI says and is listed by its path', async t => {
  const { store, own } = await openFiles(t)
  await own.put('/sql/a b.sql', 'select 1')
  await own.put('main.py', 'x')

  assert.deepEqual(
    (await own.list()).map(({ path }) => path),
    ['main.py', 'sql/a b.sql'],
  )
  assert.equal(await textOf(store, own.uriOf('sql/a b.sql')), 'select 1')
  assert.equal((await own.find('/main.py'))?.sizeBytes, 1)
  assert.equal(await own.find('ghost'), undefined)
  assert.deepEqual(await new NamespaceFiles(store, 'company').list(), [])
})

test('what is overwritten stays readable by its revision, up to a bound', async t => {
  const { store, own } = await openFiles(t)
  for (const text of ['one', 'two', 'three']) await own.put('a.txt', text)

  assert.deepEqual(
    (await own.revisions('a.txt')).map(({ revision }) => revision),
    [1, 2, 3],
  )
  assert.equal(await textOf(store, (await own.findContent('a.txt', 2))?.uri), 'two')
  assert.equal(await textOf(store, (await own.findContent('a.txt', 3))?.uri), 'three')
  assert.equal(await own.findContent('a.txt', 4), undefined)
  for (let index = 0; index < FILE_VERSIONS_MAX; index++) await own.put('a.txt', String(index))
  assert.equal((await own.revisions('a.txt')).length, FILE_VERSIONS_MAX)
})

test('a purge leaves the newest content and as many revisions as are to stay', async t => {
  const { own } = await openFiles(t)
  for (const text of ['1', '2', '3', '4']) await own.put('a.txt', text)

  assert.equal(await own.purgeVersions('a.txt', { beforeMs: 1, keptMin: 1 }), 0)
  assert.equal(await own.purgeVersions('a.txt', { beforeMs: null, keptMin: 3 }), 1)
  assert.equal(await own.purgeVersions('a.txt', { beforeMs: null, keptMin: 0 }), 2)

  assert.equal((await own.revisions('a.txt')).length, 1)
})

test('folders are shown level by level, also empty ones that were made', async t => {
  const { own } = await openFiles(t)
  await own.put('b.txt', 'bb')
  await own.put('dir/deep/c.txt', 'c')
  await own.createFolder('/empty')

  const names = async (path: string): Promise<unknown> =>
    (await own.children(path))?.map(({ fileName, type, size }) => [fileName, type, size])

  assert.deepEqual(await names('/'), [
    ['dir', 'Directory', 0],
    ['empty', 'Directory', 0],
    ['b.txt', 'File', 2],
  ])
  assert.deepEqual(await names('/dir'), [['deep', 'Directory', 0]])
  assert.deepEqual(await names('/empty'), [])
  assert.equal(await names('/ghost'), undefined)
  assert.equal((await own.attributes('/dir/deep'))?.type, 'Directory')
  assert.equal((await own.attributes('/b.txt'))?.size, 2)
  assert.equal((await own.list()).length, 2)
})

test('files and folders are moved and deleted', async t => {
  const { own } = await openFiles(t)
  await own.put('a/one.txt', '1')
  await own.put('a/two.txt', '2')
  await own.put('a/two.txt', '22')

  assert.equal(await own.move('/a', '/b/c'), true)
  assert.deepEqual(
    (await own.list()).map(({ path }) => path),
    ['b/c/one.txt', 'b/c/two.txt'],
  )
  assert.equal(await own.move('/b/c/one.txt', '/one.txt'), true)
  assert.equal(await own.move('/ghost', '/x'), false)
  await assert.rejects(own.move('/b', '/b/c/d'), /inside of/)
  assert.equal(await own.delete('/b'), true)
  assert.equal(await own.delete('/b'), false)
  assert.deepEqual(
    (await own.list()).map(({ path }) => path),
    ['one.txt'],
  )
})

test('a path that leads out is refused', async t => {
  const { own } = await openFiles(t)

  for (const path of ['../a', 'a/../../b', 'a//b', 'a\\b', ''])
    await assert.rejects(async () => await own.put(path, 'x'), /is refused/)
})

test('files are chosen by patterns', async t => {
  const { own } = await openFiles(t)
  for (const path of ['a/x.sql', 'a/y.txt', 'z.sql']) await own.put(path, '1')
  const chosen = async (include: string[], exclude: string[] = []): Promise<string[]> =>
    (await own.match(include, exclude)).map(({ path }) => path)

  assert.deepEqual(await chosen(['*.sql']), ['a/x.sql', 'z.sql'])
  assert.deepEqual(await chosen([], ['a/**']), ['z.sql'])
  assert.deepEqual(await chosen(['/a/'], ['**/y.txt']), ['a/x.sql'])
})
