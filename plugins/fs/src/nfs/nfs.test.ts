import assert from 'node:assert/strict'
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import type { TestContext } from 'node:test'
import { createTestRunContext, runPoll, runTask } from '@batuta/plugin-sdk'
import type { PollResult, TaskDefinition, TestResult, TestRun, Value, ValueMap } from '@batuta/plugin-sdk'
import { ALLOWED_VARIABLE } from '../local/local-files.ts'
import { typeOf } from './mount-of.ts'
import { nfsTasks, nfsTrigger } from './nfs-tasks.ts'

interface Ground {
  readonly run: TestRun
  readonly folder: string
}

async function openGround(t: TestContext): Promise<Ground> {
  const folder = mkdtempSync(join(tmpdir(), 'batuta-nfs-'))
  const before = process.env[ALLOWED_VARIABLE]
  process.env[ALLOWED_VARIABLE] = folder
  const keys = new Map<string, Value>()
  const run = await createTestRunContext({
    variables: { trigger: { date: '2026-01-02T03:04:05Z' } },
    answer: (name, args) => {
      const { key, value } = args as { key: string; value: Value }
      if (name === 'kv.set') keys.set(key, value)
      return name === 'kv.get' && keys.has(key) ? { value: keys.get(key) ?? null } : {}
    },
  })
  t.after(async () => {
    if (before === undefined) delete process.env[ALLOWED_VARIABLE]
    else process.env[ALLOWED_VARIABLE] = before
    rmSync(folder, { recursive: true, force: true })
    await run.close()
  })
  return { run, folder }
}

async function nfs(run: TestRun, name: string, properties: ValueMap): Promise<TestResult> {
  return await runTask(nfsTasks.find(({ type }) => type.endsWith(`.nfs.${name}`)) as TaskDefinition, properties, run)
}

test('files of a share are listed, copied over what is there, moved and deleted', async t => {
  const { run, folder } = await openGround(t)
  writeFileSync(join(folder, '.hidden'), 'h')
  writeFileSync(join(folder, 'a.txt'), 'new')
  mkdirSync(join(folder, 'deep'))
  writeFileSync(join(folder, 'deep', 'a.txt'), 'old')

  const list = await nfs(run, 'List', { from: folder, recursive: true, sort: 'NAME_DESC' })
  const copied = await nfs(run, 'Copy', { from: `${folder}/a.txt`, to: `${folder}/deep/` })
  const moved = await nfs(run, 'Move', { from: `${folder}/a.txt`, to: `${folder}/made/b.txt` })
  const gone = await nfs(run, 'Delete', { uri: `${folder}/made/b.txt` })
  const ghost = await nfs(run, 'Delete', { uri: `${folder}/made/b.txt` })
  const stranger = await nfs(run, 'Copy', { from: '/etc/passwd', to: `${folder}/` })

  assert.deepEqual(
    (list.outputs['files'] as Record<string, unknown>[]).map(({ name, localPath, isHidden }) => [
      name,
      localPath,
      isHidden,
    ]),
    [
      ['a.txt', `${folder}/a.txt`, false],
      ['a.txt', `${folder}/deep/a.txt`, false],
      ['.hidden', `${folder}/.hidden`, true],
    ],
  )
  assert.deepEqual(copied.outputs, { from: `file://${folder}/a.txt`, to: `file://${folder}/deep/a.txt` })
  assert.equal(readFileSync(join(folder, 'deep', 'a.txt'), 'utf8'), 'new')
  assert.deepEqual(moved.outputs, { from: `file://${folder}/a.txt`, to: `file://${folder}/made/b.txt` })
  assert.equal(gone.outputs['deleted'], true)
  assert.ok(!existsSync(join(folder, 'made', 'b.txt')))
  assert.match(ghost.message ?? '', /there is no file ".*" to delete, and errorOnMissing is true/)
  assert.match(stranger.message ?? '', /is not in a folder that may be used/)
})

test('a mount is told by the longest folder that holds the path', async t => {
  const mounts =
    '/dev/vda / ext4 rw 0 0\nhost:/x /mnt/share nfs4 rw 0 0\ntmpfs /mnt/share/deep tmpfs rw 0 0\nhost:/y /mnt/my\\040own nfs rw 0 0\n'

  assert.equal(typeOf('/mnt/share/a', mounts), 'nfs4')
  assert.equal(typeOf('/mnt/shared', mounts), 'ext4')
  assert.equal(typeOf('/mnt/share/deep', mounts), 'tmpfs')
  assert.equal(typeOf('/mnt/my own/a', mounts), 'nfs')

  const { run, folder } = await openGround(t)
  const here = await nfs(run, 'CheckMount', { path: folder })
  const nowhere = await nfs(run, 'CheckMount', { path: `${folder}/ghost` })
  assert.match(nowhere.message ?? '', /there is no ".*\/ghost" on the worker/)
  if (process.platform !== 'linux') assert.match(here.message ?? '', /does not tell what is mounted/)
  else assert.deepEqual([here.outputs['isNfsMount'], typeof here.outputs['fileStoreType']], [false, 'string'])
})

test('a new file starts the flow once, and one that changes does again', async t => {
  const { run, folder } = await openGround(t)
  const look = async (mark?: Value): Promise<PollResult> => {
    assert.ok(nfsTrigger.kind === 'polling trigger')
    return await runPoll(nfsTrigger, { from: folder }, run, mark === undefined ? {} : { mark })
  }
  const told = ({ outputs }: PollResult): readonly unknown[] =>
    ((outputs?.['files'] ?? []) as { file: { localPath: string }; changeType: string }[]).map(
      ({ file, changeType }) => [file.localPath, changeType],
    )
  writeFileSync(join(folder, 'a'), '1')

  const first = await look()
  const none = await look(first.mark)
  writeFileSync(join(folder, 'a'), '1 and more')
  const changed = await look(none.mark)

  assert.deepEqual(told(first), [[`${folder}/a`, 'CREATE']])
  assert.equal(none.outputs, undefined)
  assert.deepEqual(told(changed), [[`${folder}/a`, 'UPDATE']])
})
