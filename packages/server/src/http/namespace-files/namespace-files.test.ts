import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { openTestServer, type Answer, type TestServer } from '../../testing/test-server.ts'

let server: TestServer
before(async () => {
  server = await openTestServer()
})
after(() => server.stop())

const OF = '/api/v1/main/namespaces'

function upload(path: string, content: string | Uint8Array<ArrayBuffer>, name = 'x.txt'): Promise<Answer> {
  const body = new FormData()
  body.append('fileContent', new Blob([content]), name)
  return server.send('POST', `${OF}/files.test/files?path=${encodeURIComponent(path)}`, { body })
}

function get(rest: string): Promise<Answer> {
  return server.send('GET', `${OF}/files.test/files${rest}`)
}

test('a file is written, read, listed, moved and deleted', async () => {
  assert.equal((await upload('/dir/a.sql', 'select 1')).status, 200)
  assert.equal((await upload('/dir/a.sql', 'select 2')).status, 200)

  assert.equal((await get('?path=/dir/a.sql')).text, 'select 2')
  assert.equal((await get('?path=/dir/a.sql&revision=1')).text, 'select 1')
  assert.equal((await get('?path=/dir/a.sql&revision=9')).status, 404)
  assert.deepEqual(
    (await get('/revisions?path=/dir/a.sql')).json.map(({ revision }: { revision: number }) => revision),
    [1, 2],
  )
  assert.deepEqual((await get('/search?q=A.SQL')).json, ['/dir/a.sql'])
  assert.equal((await get('/stats?path=/dir/a.sql')).json.size, 8)
  assert.equal((await get('/stats')).json.type, 'Directory')
  assert.equal((await get('/directory?path=/')).json[0].fileName, 'dir')
  const moved = await server.send('PUT', `${OF}/files.test/files?from=/dir/a.sql&to=/b.sql`)
  assert.equal(moved.status, 200)
  assert.equal((await get('?path=/dir/a.sql')).status, 404)
  assert.equal((await server.send('DELETE', `${OF}/files.test/files?path=/b.sql`)).status, 200)
  assert.equal((await server.send('DELETE', `${OF}/files.test/files?path=/b.sql`)).status, 404)
})

test('an export can be imported, and flows in it become flows', async () => {
  await upload('/zip/one.txt', 'one')
  await upload('/zip/two.txt', 'two')
  const flow =
    'id: packed\nnamespace: files.test\ntasks:\n  - {id: a, type: io.kestra.plugin.core.log.Log, message: hi}\n'

  const archive = await fetch(`${server.address}${OF}/files.test/files/export`)
  const bytes = new Uint8Array(await archive.arrayBuffer())
  await server.send('DELETE', `${OF}/files.test/files?path=/zip`)
  assert.match(archive.headers.get('content-disposition') ?? '', /files\.test_files\.zip/)
  assert.equal((await upload('/', bytes, 'all.zip')).status, 200)
  assert.equal((await upload('/_flows/packed.yml', flow)).status, 200)

  assert.equal((await get('?path=/zip/two.txt')).text, 'two')
  assert.equal((await server.send('GET', '/api/v1/main/flows/files.test/packed')).status, 200)
  assert.equal((await get('?path=/_flows/packed.yml')).status, 422)
})

test('what cannot be is refused with its reason', async () => {
  assert.equal((await upload('/../a', 'x')).status, 422)
  for (const name of ['9'.repeat(256), 'é'.repeat(128), `a/${'x'.repeat(300)}/b`]) {
    assert.equal((await upload(`/${name}`, 'x')).status, 422)
    assert.equal((await get(`?path=/${encodeURIComponent(name)}`)).status, 422)
    const gone = await server.send('DELETE', `${OF}/files.test/files?path=/${encodeURIComponent(name)}`)
    assert.equal(gone.status, 422, gone.text)
  }
  assert.equal((await upload(`/${'9'.repeat(255)}`, 'x')).status, 200)
  assert.equal((await upload('/_flows/bad.yml', 'id: 1')).status, 422)
  assert.equal((await upload('/a', 'no archive', 'a.zip')).status, 422)
  assert.equal((await get('?path=/ghost')).status, 404)
  assert.equal((await get('/directory?path=/ghost')).status, 404)
  const bare = await server.send('POST', `${OF}/files.test/files?path=/a`, { body: 'x' })
  assert.equal(bare.status, 415)
  assert.equal((await server.send('POST', `${OF}/files.test/files/directory?path=/made`)).status, 200)
  assert.deepEqual((await get('/directory?path=/made')).json, [])
})
