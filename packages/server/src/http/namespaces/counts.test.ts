import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { createClient } from '@batuta/api'
import { openTestServer, type TestServer } from '../../testing/test-server.ts'
import { KeptTallies } from '../executions/kept-tallies.ts'
import { startHttp } from '../server.ts'

let server: TestServer
let counting: Awaited<ReturnType<typeof startHttp>>
before(async () => {
  server = await openTestServer()
  counting = await startHttp({ ...server.given, tallies: new KeptTallies(server.given) })
})
after(async () => {
  await counting.stop()
  await server.stop()
})

test('the executions of the last day are counted by namespace, the latest too, whether charts have counted them or nobody', async () => {
  const key = { namespace: 'counts.here', id: 'runs' }
  await server.saveFlow(`
id: runs
namespace: counts.here
tasks:
  - { id: say, type: io.kestra.plugin.core.debug.Return, format: x }
`)
  const keeping = createClient({ baseUrl: counting.address, transport: globalThis })
  const countBy = async ({ namespaces }: typeof keeping): Promise<unknown> => {
    const { results } = await namespaces.search({ query: { q: key.namespace, counts: true } })
    return results.map(({ id, flows, runs, failures }) => ({ id, flows, runs, failures }))
  }

  await server.client.executions.create({ params: key })
  const first = [await countBy(keeping), await countBy(server.client)]
  await server.client.executions.create({ params: key })
  const second = [await countBy(keeping), await countBy(server.client)]

  const row = { id: key.namespace, flows: 1, failures: 0 }
  assert.deepEqual(first, [[{ ...row, runs: 1 }], [{ ...row, runs: 1 }]])
  assert.deepEqual(second, [[{ ...row, runs: 2 }], [{ ...row, runs: 2 }]])
})
