import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import {
  chmod,
  lstat,
  mkdir,
  mkdtemp,
  readdir,
  readFile,
  readlink,
  rm,
  symlink,
  utimes,
  writeFile,
} from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import type { TestContext } from 'node:test'
import { packFolders } from './pack-folder.ts'
import { BLOCK_BYTES, encodeHeader, paddingOf, type TarEntry } from './tar-header.ts'
import { unpackInto } from './unpack-into.ts'

const LONG = `${'a'.repeat(90)}/${'ü'.repeat(80)}.txt`
const BIG_BYTES = 300_000

test('what is packed here is read by tar, and the other way round', async t => {
  const source = await folderFor(t)
  await mkdir(join(source, 'a'.repeat(90)))
  await writeFile(join(source, LONG), 'long')
  await writeFile(join(source, 'big'), Buffer.alloc(BIG_BYTES, 7))
  await writeFile(join(source, 'run.sh'), '#!/bin/sh\n')
  await chmod(join(source, 'run.sh'), 0o755)
  await symlink('big', join(source, 'link'))
  await mkdir(join(source, 'empty'))
  const archive = await bytesOf(packFolders([{ path: source, prefix: 'top', isOpen: true }]))

  const byTar = await folderFor(t)
  execFileSync('tar', ['-xf', '-', '-C', byTar], { input: archive })
  const back = await folderFor(t)
  const format = ['--format=gnu', '--format=pax'] as const
  for (const each of format) {
    const written = execFileSync('tar', [each, '-cf', '-', '-C', byTar, 'top'], { maxBuffer: 10 * BIG_BYTES })
    await unpackInto(back, pieces(written, 1000), { startedMs: 0 })
  }

  for (const folder of [join(byTar, 'top'), back]) {
    const names = (await readdir(folder)).sort()
    assert.deepEqual(names, ['a'.repeat(90), 'big', 'empty', 'link', 'run.sh'])
    assert.equal(await readFile(join(folder, LONG), 'utf8'), 'long')
    assert.deepEqual(await readFile(join(folder, 'big')), Buffer.alloc(BIG_BYTES, 7))
    assert.equal(await readlink(join(folder, 'link')), 'big')
    assert.ok(((await lstat(join(folder, 'run.sh'))).mode & 0o111) !== 0)
  }
})

test('nothing of an archive leaves the folder', async t => {
  const outside = await folderFor(t)
  const folder = join(outside, 'in')
  await mkdir(folder)
  const evil: readonly (readonly [Partial<TarEntry> & { readonly name: string }, string])[] = [
    [{ name: 'x/../../stolen' }, 'a'],
    [{ name: 'x/up', kind: 'link', target: '..' }, ''],
    [{ name: 'x/up/stolen' }, 'b'],
    [{ name: 'x/root', kind: 'link', target: '/etc' }, ''],
    [{ name: 'x/deep/a/down', kind: 'link', target: '../../x' }, ''],
    [{ name: 'x/deep/a/out', kind: 'link', target: 'down/../..' }, ''],
    [{ name: 'x/passwd', kind: 'hard link', target: 'x/../../../../etc/passwd' }, ''],
    [{ name: 'x/pipe', kind: 'other' }, ''],
    [{ name: 'x/fine' }, 'fine'],
  ]

  await unpackInto(folder, pieces(archiveOf(evil), 512), { startedMs: 0 })

  assert.deepEqual(await readdir(outside), ['in'])
  assert.deepEqual((await readdir(folder, { recursive: true })).sort(), [
    'deep',
    'deep/a',
    'deep/a/down',
    'fine',
    'up',
    'up/stolen',
  ])
  assert.ok((await lstat(join(folder, 'up'))).isDirectory())
})

test('a link that was there is replaced and not written through', async t => {
  const outside = await folderFor(t)
  const folder = join(outside, 'in')
  await mkdir(folder)
  await writeFile(join(outside, 'target'), 'untouched')
  await symlink('../target', join(folder, 'file'))
  await symlink('..', join(folder, 'sub'))

  await unpackInto(
    folder,
    pieces(
      archiveOf([
        [{ name: 'x/file' }, 'new'],
        [{ name: 'x/sub/target' }, 'new'],
      ]),
      512,
    ),
    {
      startedMs: 0,
    },
  )

  assert.equal(await readFile(join(outside, 'target'), 'utf8'), 'untouched')
  assert.equal(await readFile(join(folder, 'file'), 'utf8'), 'new')
  assert.equal(await readFile(join(folder, 'sub/target'), 'utf8'), 'new')
})

test('a file from before that is as it was is left alone', async t => {
  const folder = await folderFor(t)
  const atMs = 1_600_000_000_000
  await writeFile(join(folder, 'input'), 'same')
  await utimes(join(folder, 'input'), atMs / 1000, atMs / 1000)
  const before = await lstat(join(folder, 'input'))

  await unpackInto(folder, pieces(archiveOf([[{ name: 'x/input', modifiedMs: atMs }, 'same']]), 512), {
    startedMs: Date.now(),
  })

  assert.equal((await lstat(join(folder, 'input'))).ino, before.ino)
})

test('an archive that breaks off, or is none, is an error', async t => {
  const folder = await folderFor(t)
  const whole = archiveOf([[{ name: 'x/a' }, 'a'.repeat(2000)]])

  await assert.rejects(unpackInto(folder, pieces(whole.subarray(0, 1500), 512), { startedMs: 0 }), /breaks off/)
  await assert.rejects(unpackInto(folder, pieces(Buffer.alloc(1024, 'x'), 512), { startedMs: 0 }), /is wrong/)
})

function archiveOf(entries: readonly (readonly [Partial<TarEntry> & { readonly name: string }, string])[]): Buffer {
  const written = entries.flatMap(([entry, text]) => {
    const sizeBytes = Buffer.byteLength(text)
    const header = encodeHeader({ kind: 'file', mode: 0o644, modifiedMs: 0, ...entry, sizeBytes })
    return [header, Buffer.from(text), paddingOf(sizeBytes)]
  })
  return Buffer.concat([...written, Buffer.alloc(2 * BLOCK_BYTES)])
}

async function* pieces(bytes: Buffer, size: number): AsyncGenerator<Buffer> {
  for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size)
}

async function bytesOf(source: AsyncIterable<Buffer>): Promise<Buffer> {
  const all: Buffer[] = []
  for await (const piece of source) all.push(piece)
  return Buffer.concat(all)
}

async function folderFor(t: TestContext): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'tar-'))
  t.after(() => rm(folder, { recursive: true, force: true }))
  return folder
}
