import assert from 'node:assert/strict'
import { test } from 'node:test'
import { newId } from '@batuta/core'
import { openLocalFileStore } from '@batuta/plugin-sdk'
import { executionRow } from '../storage/contract/subject.ts'
import { newBatch } from '../storage/batch.ts'
import { openMemoryStore } from '../storage/memory/memory-store.ts'
import { newTables } from '../storage/memory/tables.ts'
import { expectReadable, type FileUser } from './file-access.ts'

const idAt = (nowMs: number): string => newId({ nowMs, shard: 0, random: () => 0.5 })
const [PARENT, CHILD, STRANGER] = [idAt(1), idAt(2), idAt(3)]

const world = { store: openMemoryStore(newTables(), () => 1), files: openLocalFileStore('/nowhere') }

await world.store.perform('joinNode', { node: 'n', nowMs: 1 })
await world.store.flush({
  ...newBatch('n', 1),
  seq: 1,
  births: [
    executionRow(PARENT, { namespace: 'team.a', flowId: 'parent' }),
    executionRow(CHILD, { namespace: 'team.b', flowId: 'child', parentId: PARENT }),
    executionRow(STRANGER, { namespace: 'team.b', flowId: 'stranger' }),
  ],
})

const child: FileUser = { tenant: 'main', namespace: 'team.b', flowId: 'child', executionId: CHILD }
const parent: FileUser = { tenant: 'main', namespace: 'team.a', flowId: 'parent', executionId: PARENT }
const fileOf = (namespace: string, flow: string, id: string): string =>
  `kestra:///${namespace.replaceAll('.', '/')}/${flow}/executions/${id}/tasks/t/${id}-1/x.txt`

test('a flow reads its own files, those of its relatives, of its namespace, and files of namespaces', async () => {
  for (const [user, uri] of [
    [child, fileOf('team.b', 'child', CHILD)],
    [child, fileOf('team.a', 'parent', PARENT)],
    [parent, fileOf('team.b', 'child', CHILD)],
    [child, fileOf('team.b', 'stranger', STRANGER)],
    [child, 'kestra:///team/b/child/cache/x.zip'],
    [parent, 'kestra:///other/_files/sql/x.sql'],
  ] as const)
    await expectReadable(world, uri, user)
})

test('the files of an execution elsewhere are none of its business, whatever the URI pretends', async () => {
  for (const uri of [
    fileOf('team.b', 'stranger', STRANGER),
    fileOf('team.b', 'stranger', PARENT),
    fileOf('team.b', 'stranger', CHILD),
    fileOf('team.b', 'ghost', idAt(9)),
    'kestra:///team/b/child/cache/x.zip',
  ])
    await assert.rejects(expectReadable(world, uri, parent), /belongs to somebody else/)
  await assert.rejects(expectReadable(world, 'kestra:///team/a/../b/x', parent), /refused/)
})
