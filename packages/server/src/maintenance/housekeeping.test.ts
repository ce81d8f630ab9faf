// What is old goes, in slices and with its files, and only what is old.
import assert from 'node:assert/strict'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join as joinPath } from 'node:path'
import { test, type TestContext } from 'node:test'
import { newId } from '@batuta/core'
import { openLocalFileStore, type FileStore } from '@batuta/plugin-sdk'
import { executionRow, join, journalRow, type Writer } from '../storage/contract/subject.ts'
import type { DroppedDay, History } from '../storage/history.ts'
import { openMemoryStore } from '../storage/memory/memory-store.ts'
import { newTables, type Tables } from '../storage/memory/tables.ts'
import type { Store } from '../storage/store.ts'
import { housekeeping } from './housekeeping.ts'
import { Maintenance, type Round } from './maintenance.ts'
import type { PacePlatform } from './pace.ts'

const DAY_MS = 86_400_000
const NOW_MS = 1_900_000_000_000
const KEPT_MS = 30 * DAY_MS

interface World {
  readonly store: Store
  readonly tables: Tables
  readonly files: FileStore
  readonly node: Writer
  readonly told: string[]
  /** How often a round rested. */
  rests: number
  rounds(more?: { readonly keptMs?: number; readonly history?: History; owns?: boolean }): ReadonlyMap<string, Round>
}

async function open(t: TestContext): Promise<World> {
  const folder = mkdtempSync(joinPath(tmpdir(), 'batuta-keep-'))
  t.after(() => rmSync(folder, { recursive: true }))
  const tables = newTables()
  const store = openMemoryStore(tables, () => NOW_MS)
  const files = openLocalFileStore(folder)
  const platform: PacePlatform = {
    nowMs: () => NOW_MS,
    elapsedMs: () => performance.now(),
    at: (_atMs, run) => {
      world.rests++
      const soon = setImmediate(run)
      return () => clearImmediate(soon)
    },
  }
  const world: World = {
    store,
    tables,
    files,
    node: await join(store),
    told: [],
    rests: 0,
    rounds: ({ keptMs = KEPT_MS, history, owns = true } = {}) => {
      const tell = (message: string): void => void world.told.push(message)
      const kept = history ? { ...store, history } : store
      const executionsKeptMs = keptMs === Infinity ? undefined : keptMs
      const more = { executionsKeptMs, owns: () => owns, tell, onNotice: tell }
      return new Map(housekeeping({ store: kept, files, platform, ...more }).map(round => [round.name, round]))
    },
  }
  return world
}

async function born({ node, files }: World, bornMs: number, endMs: number | null): Promise<string> {
  const id = newId({ nowMs: bornMs, shard: 0, random: Math.random })
  const row = executionRow(id, { createdMs: bornMs, endMs, waitsFor: endMs === null ? 'job' : null })
  await node.write({ births: [row], journal: [journalRow(id, 1)] })
  await files.put(`${folderOf(id)}/tasks/t/out.txt`, 'out')
  return id
}

function folderOf(id: string): string {
  return `kestra:///company/team/hello/executions/${id}`
}

async function filesOf({ files }: World, folder: string): Promise<number> {
  let count = 0
  for await (const _ of files.list(folder)) count++
  return count
}

test('executions that ended long ago go with their files, slice by slice; those that live or ended lately stay', async t => {
  const world = await open(t)
  const old: string[] = []
  for (let index = 0; index < 100; index++)
    old.push(await born(world, NOW_MS - 60 * DAY_MS + index, NOW_MS - 59 * DAY_MS))
  const alive = await born(world, NOW_MS - 60 * DAY_MS + 50.5, null)
  const lately = await born(world, NOW_MS - 60 * DAY_MS + 200, NOW_MS - DAY_MS)

  await world.rounds().get('purge executions')?.run()

  assert.deepEqual([...world.tables.executions.keys()].sort(), [alive, lately].sort())
  assert.deepEqual([...world.tables.journal.keys()].sort(), [alive, lately].sort())
  assert.equal(await filesOf(world, folderOf(old[7] ?? '')), 0)
  assert.equal(await filesOf(world, folderOf(alive)), 1)
  assert.equal(world.rests, 1)
  assert.deepEqual(world.told, ['100 executions were purged'])
})

test('without a word about it everything is kept for ever', async t => {
  const world = await open(t)

  assert.deepEqual([...world.rounds({ keptMs: Infinity }).keys()], ['purge operations'])
})

test('a node that is not in charge purges nothing', async t => {
  const world = await open(t)
  await born(world, NOW_MS - 60 * DAY_MS, NOW_MS - 59 * DAY_MS)
  await world.node.write({ operations: [operation('k', 1)] })

  for (const round of world.rounds({ owns: false }).values()) await round.run()

  assert.deepEqual([world.tables.executions.size, world.tables.operations.size], [1, 1])
})

test('a purge that is told to stop ends with its slice', async t => {
  const world = await open(t)
  for (let index = 0; index < 100; index++) await born(world, NOW_MS - 60 * DAY_MS + index, NOW_MS - 59 * DAY_MS)
  const stopping = new AbortController()

  const running = world.rounds().get('purge executions')?.run(stopping.signal)
  stopping.abort()
  await running

  assert.equal(world.tables.executions.size, 36)
})

test('keys whose time is over go, however many', async t => {
  const world = await open(t)
  await world.node.write({
    operations: Array.from({ length: 1_200 }, (_, index) => operation(`k${index}`, NOW_MS - 1)),
  })
  await world.node.write({ operations: [operation('young', NOW_MS + 1)] })

  await world.rounds().get('purge operations')?.run()

  assert.deepEqual([...world.tables.operations.keys()], ['young'])
})

test('files of executions that are gone are collected; others and those of the last day are left alone', async t => {
  const world = await open(t)
  const { files } = world
  const kept = [
    `${folderOf(await born(world, NOW_MS - 5 * DAY_MS, null))}/tasks/t/out.txt`,
    `${folderOf(newId({ nowMs: NOW_MS - 1000, shard: 0, random: Math.random }))}/inputs/young.txt`,
    `kestra:///company/team/_files/executions/${newId({ nowMs: 1, shard: 0, random: Math.random })}/mine.txt`,
    'kestra:///company/team/hello/executions/short/out.txt',
  ]
  for (const uri of kept.slice(1)) await files.put(uri, 'x')
  for (let index = 0; index < 120; index++) {
    const gone = folderOf(newId({ nowMs: NOW_MS - 2 * DAY_MS, shard: 0, random: Math.random }))
    await files.put(`${gone}/tasks/t/a.txt`, 'x')
    await files.put(`${gone}/tasks/u/b.txt`, 'x')
  }

  await world.rounds().get('collect files')?.run()

  const left: string[] = []
  for await (const { uri } of files.list('kestra:///')) left.push(uri)
  assert.deepEqual(left.sort(), kept.sort())
  assert.deepEqual(world.told, ['the files of 120 executions that are gone were deleted'])
})

test('where history is kept by the day, days go whole, and what must not go with them goes slice by slice', async t => {
  const world = await open(t)
  const id = await born(world, NOW_MS - 60 * DAY_MS, NOW_MS - 59 * DAY_MS)
  const young = await born(world, NOW_MS - KEPT_MS, NOW_MS - KEPT_MS)
  const { history, asked } = scripted([
    { type: 'dropped', day: '20300101', executions: 5, kept: 1 },
    { type: 'too-much-alive', day: '20300102' },
  ])

  await world.rounds({ history }).get('purge executions')?.run()

  assert.deepEqual(asked, [NOW_MS - KEPT_MS, NOW_MS - KEPT_MS, NOW_MS - KEPT_MS])
  assert.equal(world.tables.executions.has(id), false)
  assert.equal(world.tables.executions.has(young), true)
  assert.match(world.told[0] ?? '', /^5 executions of 20300101 were purged, 1 are kept/)
})

test('while others hold a day nothing of it is deleted row by row', async t => {
  const world = await open(t)
  const id = await born(world, NOW_MS - 60 * DAY_MS, NOW_MS - 59 * DAY_MS)
  const { history } = scripted(Array.from({ length: 99 }, () => ({ type: 'busy', day: '20300101' }) as const))

  await world.rounds({ history }).get('purge executions')?.run()

  assert.equal(world.tables.executions.has(id), true)
})

test('what can wait does not hold a start up', async () => {
  const run: string[] = []
  const round = (name: string, canWait: boolean): Round => ({
    name,
    canWait,
    everyMs: 1,
    run: async () => void run.push(name),
  })
  const platform = { nowMs: () => 0, elapsedMs: () => 0, at: () => () => {}, defer: () => {} }
  const maintenance = new Maintenance({
    rounds: [round('recover', false), round('purge', true)],
    platform,
    onNotice: () => {},
  })

  await maintenance.start()
  await maintenance.runAll()

  assert.deepEqual(run, ['recover', 'recover'])
})

function operation(
  key: string,
  expiresMs: number,
): { key: string; entity: string; bodyHash: string; status: number; body: string; expiresMs: number } {
  return { key, entity: 'e', bodyHash: 'h', status: 200, body: '{}', expiresMs }
}

/** A history that answers as it is told. */
function scripted(results: readonly DroppedDay[]): { readonly history: History; readonly asked: number[] } {
  const asked: number[] = []
  const rest = [...results]
  const dropDay = async (endedBeforeMs: number): Promise<DroppedDay> => {
    asked.push(endedBeforeMs)
    return rest.shift() ?? { type: 'none' }
  }
  return { history: { prepareDays: async () => true, dropDay }, asked }
}
