import assert from 'node:assert/strict'
import { existsSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import type { TestContext } from 'node:test'
import { createTestRunContext, runPoll, runTask } from '@batuta/plugin-sdk'
import type {
  PollFound,
  PollOptions,
  PollResult,
  TaskDefinition,
  TaskOutputs,
  TestResult,
  TestRun,
  Value,
  ValueMap,
} from '@batuta/plugin-sdk'
import { tasks } from '../index.ts'
import { ALLOWED_VARIABLE } from './local-files.ts'
import { localTrigger } from './local-tasks.ts'

interface Ground {
  readonly run: TestRun
  readonly folder: string
  readonly keys: Map<string, Value>
}

/** One at a time: the folders that may be used are the process's. */
async function openGround(t: TestContext): Promise<Ground> {
  const folder = mkdtempSync(join(tmpdir(), 'batuta-local-'))
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
  return { run, folder, keys }
}

async function local(run: TestRun, name: string, properties: ValueMap): Promise<TestResult> {
  return await runTask(tasks.find(({ type }) => type.endsWith(`.local.${name}`)) as TaskDefinition, properties, run)
}

test('files of the worker are listed, read, written, moved and deleted', async t => {
  const { run, folder } = await openGround(t)
  writeFileSync(join(folder, 'b.txt'), 'bee')
  mkdirSync(join(folder, 'deep'))
  writeFileSync(join(folder, 'deep', 'a.csv'), 'a')

  const list = await local(run, 'List', { from: folder, recursive: true, sort: 'NAME_ASC' })
  const down = await local(run, 'Download', { from: join(folder, 'b.txt') })
  const up = await local(run, 'Upload', { from: String(down.outputs['uri']), to: `${folder}/new/c.txt` })
  const again = await local(run, 'Upload', {
    from: String(down.outputs['uri']),
    to: `${folder}/new/c.txt`,
    overwrite: false,
  })
  const copied = await local(run, 'Copy', { from: `${folder}/b.txt`, to: `${folder}/new/` })
  const moved = await local(run, 'Move', { from: `${folder}/b.txt`, to: `${folder}/new/d.txt` })
  const gone = await local(run, 'Delete', { from: `${folder}/new`, regExp: '.*/[cd]\\.txt' })

  assert.equal(list.outputs['count'], 2)
  assert.deepEqual(
    (list.outputs['files'] as { name: string }[]).map(({ name }) => name),
    ['a.csv', 'b.txt'],
  )
  assert.equal(await run.ctx.files.readText(String(down.outputs['uri'])), 'bee')
  assert.equal(up.outputs['size'], 3)
  assert.match(again.message ?? '', /is there already; set `overwrite: true`/)
  assert.deepEqual([copied.message, moved.message], [undefined, undefined])
  assert.equal((gone.outputs['uris'] as string[]).length, 2)
  assert.ok(existsSync(join(folder, 'new', 'b.txt')) && !existsSync(join(folder, 'b.txt')))
})

test('nothing outside of the allowed folders is touched, whatever leads there', async t => {
  const { run, folder } = await openGround(t)
  const outside = mkdtempSync(join(tmpdir(), 'batuta-outside-'))
  t.after(() => rmSync(outside, { recursive: true, force: true }))
  writeFileSync(join(outside, 'secret'), 'x')
  symlinkSync(outside, join(folder, 'link'))
  symlinkSync(join(outside, 'secret'), join(folder, 'file'))

  for (const from of [
    outside,
    `${folder}/../${outside.split('/').at(-1)}/secret`,
    `${folder}/link/secret`,
    `${folder}/file`,
    '/etc/passwd',
  ])
    assert.match((await local(run, 'Download', { from })).message ?? '', /is not in a folder that may be used/, from)
  assert.match((await local(run, 'Download', { from: 'etc/passwd' })).message ?? '', /must be a whole path/)
  assert.deepEqual((await local(run, 'List', { from: folder, recursive: true })).outputs['files'], [])
  const uri = await run.ctx.files.put('y')
  assert.match((await local(run, 'Upload', { from: uri, to: `${folder}/link/new` })).message ?? '', /may be used/)
  process.env[ALLOWED_VARIABLE] = ''
  assert.match(
    (await local(run, 'List', { from: folder })).message ?? '',
    /name those that may in BATUTA_LOCAL_FILES_ALLOWED/,
  )
})

test('each file starts the flow once, whatever dies between looking and starting', async t => {
  const { run, folder } = await openGround(t)
  const look = async (properties: ValueMap, options: PollOptions = {}): Promise<PollResult> => {
    assert.ok(localTrigger.kind === 'polling trigger')
    return await runPoll(localTrigger, { from: `${folder}/in`, ...properties }, run, options)
  }
  const names = (outputs: TaskOutputs | undefined): readonly string[] =>
    ((outputs?.['files'] ?? []) as { name: string }[]).map(({ name }) => name)
  const has = (name: string): boolean => existsSync(join(folder, 'in', name))
  const emitted: PollFound[] = []
  const dies = { onEmit: (found: PollFound) => Promise.reject(new Error(`dies after ${emitted.push(found)}`)) }
  mkdirSync(join(folder, 'in'))
  writeFileSync(join(folder, 'in', 'a'), '1')
  const deleting = { action: 'DELETE', stateKey: 'deleting' }

  // It dies, and nothing was born: the file is there, and is given again from internal storage.
  await assert.rejects(look(deleting, dies), /dies after 1/)
  assert.ok(has('a'))
  writeFileSync(join(folder, 'in', 'b'), '2')
  // It dies again, but the execution is there: the file is deleted, and only the next one starts another.
  await assert.rejects(look(deleting, dies), /dies after 2/)
  const [first, again] = emitted
  assert.deepEqual([names(first?.outputs), names(again?.outputs)], [['a'], ['a']])
  const [file] = (again?.outputs?.['files'] ?? []) as { uri: string }[]
  assert.equal(await run.ctx.files.readText(file?.uri ?? ''), '1')
  const second = await look(deleting, { mark: again?.mark })
  assert.deepEqual(names(second.outputs), ['b'])
  assert.deepEqual([has('a'), has('b')], [false, false])
  assert.equal((await look(deleting, { mark: second.mark })).outputs, undefined)

  // A file that was replaced before it could be deleted is a new one.
  writeFileSync(join(folder, 'in', 'b'), 'of old')
  await assert.rejects(look(deleting, { ...dies, mark: second.mark }), /dies after 3/)
  writeFileSync(join(folder, 'in', 'b'), 'of the new kind')
  const third = await look(deleting, { mark: emitted[2]?.mark })
  assert.deepEqual(names(third.outputs), ['b'])
  const [kept] = (third.outputs?.['files'] ?? []) as { uri: string }[]
  assert.equal(await run.ctx.files.readText(kept?.uri ?? ''), 'of the new kind')

  writeFileSync(join(folder, 'in', 'c'), '3')
  const updates = { on: 'UPDATE', stateKey: 'updates' }
  assert.equal((await look(updates)).outputs, undefined)
  writeFileSync(join(folder, 'in', 'c'), '3 and more')
  const updated = await look(updates)
  assert.deepEqual(names(updated.outputs), ['c'])
  assert.equal((await look(updates, { mark: updated.mark })).outputs, undefined)
})
