import assert from 'node:assert/strict'
import { test } from 'node:test'
import { openMemoryStore } from '../storage/memory/memory-store.ts'
import { newTables } from '../storage/memory/tables.ts'
import type { Store } from '../storage/store.ts'
import { openTestServer, type TestServer } from '../testing/test-server.ts'

/** A server over a store that counts how often journals are read. */
async function openCounted(): Promise<{ readonly server: TestServer; readonly asked: () => number }> {
  const store = openMemoryStore(newTables(), () => Date.now())
  let asked = 0
  const read: Store['read'] = {
    ...store.read,
    journalsOf: async ids => {
      if (ids.length > 0) asked += 1
      return await store.read.journalsOf(ids)
    },
  }
  const server = await openTestServer({}, { store: { ...store, read } })
  await server.saveFlow(`
id: seen
namespace: looks.test
triggers:
  - { id: nightly, type: io.kestra.plugin.core.trigger.Schedule, cron: "0 3 * * *" }
tasks:
  - { id: one, type: io.kestra.plugin.core.debug.Return, format: x }
`)
  for (let count = 0; count < 3; count++)
    await server.client.executions.create({ params: { namespace: 'looks.test', id: 'seen' }, query: { wait: true } })
  await server.saveFlow(`
id: broken
namespace: looks.test.deep
tasks:
  - { id: load, type: io.kestra.plugin.core.execution.Fail, errorMessage: "no way to warehouse:5432" }
`)
  await server.client.executions.create({
    params: { namespace: 'looks.test.deep', id: 'broken' },
    query: { wait: true },
  })
  return { server, asked: () => asked }
}

const LISTS = ['incidents', 'executions/search?cursor=&size=50', 'taskruns/search?cursor=&size=50']

test('what was prepared is not read again by the first who looks, and is what is there', async () => {
  const { server, asked } = await openCounted()
  try {
    await server.prepareLooks(new AbortController().signal)
    const before = asked()

    const lists = await Promise.all(LISTS.map(async path => await server.send('GET', `/api/v1/main/${path}`)))

    assert.ok(before > 0)
    assert.equal(asked(), before)
    assert.deepEqual(
      lists.map(({ json }) => json.results.length),
      [1, 4, 4],
    )
  } finally {
    await server.stop()
  }
})

test('a store that does not answer is told of, and whoever looks is answered when it does', async () => {
  const store = openMemoryStore(newTables(), () => Date.now())
  let isSilent = true
  const read: Store['read'] = {
    ...store.read,
    tallyExecutions: async query => {
      if (isSilent) throw new Error('no answer')
      return await store.read.tallyExecutions(query)
    },
  }
  const server = await openTestServer({}, { store: { ...store, read } })
  try {
    await assert.rejects(server.prepareLooks(new AbortController().signal), /no answer/)
    isSilent = false

    const { status } = await server.send('GET', '/api/v1/main/executions/counts')

    assert.equal(status, 200)
  } finally {
    await server.stop()
  }
})

test('nothing is prepared for a server that ends', async () => {
  const { server, asked } = await openCounted()
  try {
    await server.prepareLooks(AbortSignal.abort())

    assert.equal(asked(), 0)
  } finally {
    await server.stop()
  }
})
