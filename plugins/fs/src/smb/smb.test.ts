// What needs no server; the program against a real one: tests/services/files.check.ts.
import assert from 'node:assert/strict'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { createTestRunContext, runTask } from '@batuta/plugin-sdk'
import type { TaskDefinition, ValueMap } from '@batuta/plugin-sdk'
import { tasks } from '../index.ts'
import { parseSmbLine, smbPathOf } from './smb-listing.ts'

const list = tasks.find(({ type }) => type === 'io.kestra.plugin.fs.smb.List') as TaskDefinition

test('names are told from attributes, whatever is in them', () => {
  const lines = [
    '  two words.csv                       N        5  Mon Nov 23 02:01:33 2026',
    '  a; b D                              A        0  Sun Nov  1 02:01:33 2026',
    '  deep                               DH        0  Mon Nov 23 02:01:33 2026',
    `  ${'long '.repeat(9)}end      A 123456789012  Mon Nov 23 02:01:33 2026`,
    '  leads elsewhere                    Dr        0  Mon Nov 23 02:01:33 2026',
  ]

  const files = lines.map(line => parseSmbLine(line, '/share/in'))

  assert.deepEqual(
    files.map(file => [file?.path, file?.type, file?.size, file?.isLink]),
    [
      ['/share/in/two words.csv', 'FILE', 5, false],
      ['/share/in/a; b D', 'FILE', 0, false],
      ['/share/in/deep', 'FOLDER', 0, false],
      [`/share/in/${'long '.repeat(9)}end`, 'FILE', 123_456_789_012, false],
      ['/share/in/leads elsewhere', 'FOLDER', 0, true],
    ],
  )
  assert.equal(files[1]?.modifiedMs, Date.UTC(2026, 10, 1, 2, 1, 33))
})

test('what is no file of a folder is passed over', () => {
  const lines = [
    '  .                                   D        0  Mon Nov 23 02:01:33 2026',
    '  ..                                  D        0  Mon Nov 23 02:01:33 2026',
    '\t\t264212084 blocks of size 1024. 50975308 blocks available',
    'NT_STATUS_NO_SUCH_FILE listing \\in\\none',
  ]

  assert.deepEqual(
    lines.map(line => parseSmbLine(line, '/')),
    [undefined, undefined, undefined, undefined],
  )
})

test('a path is a share and what is inside of it, and cannot be more than a name', () => {
  assert.deepEqual(smbPathOf('/share/in/a; b.csv'), { share: 'share', inside: '\\in\\a; b.csv' })
  assert.deepEqual(smbPathOf('share\\in\\..\\..\\..\\other'), { share: 'other', inside: '\\' })
  for (const path of ['/', '', '/..']) assert.throws(() => smbPathOf(path), /names no share; it begins with one/)
  for (const path of ['/share/a"b', '/share/a\n!id', '/share/*', '/share/a?', '/share/a\0'])
    assert.throws(() => smbPathOf(path), /is no path of an SMB server/)
})

test('what cannot work is said before anything is started', async t => {
  const folder = mkdtempSync(join(tmpdir(), 'batuta-smb-'))
  const before = process.env['PATH']
  process.env['PATH'] = folder
  const run = await createTestRunContext()
  t.after(async () => {
    process.env['PATH'] = before
    rmSync(folder, { recursive: true, force: true })
    await run.close()
  })
  const messageWith = async (properties: ValueMap): Promise<string> =>
    (await runTask(list, { host: '127.0.0.1', from: '/share', ...properties }, run)).message ?? ''

  assert.match(await messageWith({}), /^"smbclient" is not on the PATH of this worker: install Samba’s client there/)
  assert.match(await messageWith({ host: 'one/two' }), /"one\/two" is no name of a server/)
  assert.match(await messageWith({ username: 'me%secret' }), /^the name of the user has a %/)
  assert.match(await messageWith({ password: 'two\nlines' }), /the password has more than one line/)
  assert.match(await messageWith({ port: '0' }), /"0" is no port/)
})
