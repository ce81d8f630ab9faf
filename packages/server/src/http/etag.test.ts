import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { openTestServer, type TestServer } from '../testing/test-server.ts'

const PATH = '/api/v1/main/flows/etag/tagged'

let server: TestServer
before(async () => {
  server = await openTestServer()
  await server.saveFlow(sourceOf('1'))
})
after(() => server.stop())

function sourceOf(word: string): string {
  return `id: tagged\nnamespace: etag\ntasks: [{ id: one, type: io.kestra.plugin.core.debug.Return, format: "${word}" }]`
}

test('a flow that was read already is not sent again, until it changes', async () => {
  const first = await server.send('GET', PATH)
  const etag = first.headers.get('etag') ?? ''
  const again = await server.send('GET', PATH, { headers: { 'if-none-match': etag } })
  await server.send('PUT', PATH, { body: sourceOf('2'), headers: { 'content-type': 'application/x-yaml' } })
  const changed = await server.send('GET', PATH, { headers: { 'if-none-match': etag } })

  assert.equal(etag, '"1"')
  assert.deepEqual([again.status, again.text], [304, ''])
  assert.equal(changed.status, 200)
  assert.match(first.headers.get('cache-control') ?? '', /no-cache/)
})

test('what is kept of a flow is kept for the dialect that it was asked in', async () => {
  const long = {
    body: `${sourceOf('3')}\ndescription: ${'long '.repeat(5_000)}`,
    headers: { 'content-type': 'application/x-yaml' },
  }
  const varying = async (): Promise<readonly string[]> =>
    ((await server.send('GET', PATH)).headers.get('vary') ?? '').split(/,\s*/)
  const short = await varying()
  assert.equal((await server.send('PUT', PATH, long)).status, 200)

  assert.deepEqual(short, ['x-batuta-dialect'])
  assert.deepEqual(await varying(), ['x-batuta-dialect', 'accept-encoding'])
})

test('a file of a namespace that was read already is not sent again, until it changes', async () => {
  const path = '/api/v1/main/namespaces/etag/files?path=/a.txt'
  const put = async (text: string): Promise<void> => {
    const body = new FormData()
    body.set('fileContent', new Blob([text]), 'a.txt')
    assert.equal((await server.send('POST', path, { body })).status, 200)
  }
  await put('one')
  const etag = (await server.send('GET', path)).headers.get('etag') ?? ''
  const again = await server.send('GET', path, { headers: { 'if-none-match': etag } })
  await put('two, and longer')
  const changed = await server.send('GET', path, { headers: { 'if-none-match': etag } })

  assert.equal(again.status, 304)
  assert.deepEqual([changed.status, changed.text], [200, 'two, and longer'])
})
