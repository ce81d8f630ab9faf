import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { openTestServer, type TestServer } from '../../testing/test-server.ts'

let server: TestServer
before(async () => {
  server = await openTestServer()
})
after(() => server.stop())

const OF = '/api/v1/main/namespaces'

function put(path: string, body: string, headers: Record<string, string> = {}): ReturnType<TestServer['send']> {
  return server.send('PUT', `${OF}/${path}`, { body, headers: { 'content-type': 'text/plain', ...headers } })
}

test('a key is set, read with its type, listed and deleted', async () => {
  assert.equal((await put('keys.one/kv/size', '12.5', { description: 'how large' })).status, 200)
  assert.equal((await put('keys.one/kv/size', '13')).status, 200)

  const read = await server.send('GET', `${OF}/keys.one/kv/size`)
  const list = await server.send('GET', `${OF}/keys.one/kv`)

  assert.equal(read.json.type, 'NUMBER')
  assert.equal(read.json.value, 13)
  assert.equal(read.json.revision, 2)
  assert.equal(list.json.length, 1)
  assert.equal(list.json[0].key, 'size')
  assert.equal(list.json[0].version, 2)
  assert.equal((await server.send('DELETE', `${OF}/keys.one/kv/size`)).text, 'true')
  assert.equal((await server.send('DELETE', `${OF}/keys.one/kv/size`)).text, 'false')
  assert.equal((await server.send('GET', `${OF}/keys.one/kv/size`)).status, 404)
})

test('a key that has expired is gone, which is another answer than never there', async () => {
  await put('keys.ttl/kv/short', '"x"', { ttl: 'PT0.001S' })
  await new Promise(resolve => setTimeout(resolve, 5))

  assert.equal((await server.send('GET', `${OF}/keys.ttl/kv/short`)).status, 410)
  assert.deepEqual((await server.send('GET', `${OF}/keys.ttl/kv`)).json, [])
  assert.equal((await put('keys.ttl/kv/short', '1', { ttl: '-PT1S' })).status, 422)
  assert.equal((await put('keys.ttl/kv/short', '1', { ttl: 'soon' })).status, 422)
  for (const ttl of ['P999999Y', `PT${'9'.repeat(400)}S`])
    assert.equal((await put('keys.ttl/kv/long', '1', { ttl })).status, 422, ttl.slice(0, 20))
  assert.equal((await server.send('GET', `${OF}/keys.ttl/kv`)).status, 200)
  assert.equal((await put('keys.ttl/kv/short', '{"a":')).status, 422)
  assert.equal((await put('keys.ttl/kv/a%2Fb', '1')).status, 422)
})

test('a namespace has the keys of those above it', async () => {
  await put('keys/kv/far', '1')
  await put('keys.up/kv/near', '1')
  await put('keys.up/kv/far', '2')
  await put('keys.up.own/kv/near', '3')

  const { json } = await server.send('GET', `${OF}/keys.up.own/kv/inheritance`)

  assert.deepEqual(
    json.map(({ namespace, key }: { namespace: string; key: string }) => [namespace, key]),
    [['keys.up', 'far']],
  )
})

test('keys are searched over all namespaces', async () => {
  for (const key of ['alpha', 'beta', 'gamma']) await put(`keys.search/kv/${key}`, '1')
  await put('keys.search.deep/kv/alpha', '1')
  const find = async (query: string): Promise<{ total: number; names: string[] }> => {
    const { json } = await server.send('GET', `/api/v1/main/kv?${query}`)
    return { total: json.total, names: json.results.map((row: { key: string }) => row.key) }
  }

  assert.deepEqual(await find('filters[namespace][EQUALS]=keys.search&size=2'), { total: 3, names: ['alpha', 'beta'] })
  assert.deepEqual(await find('filters[namespace][PREFIX]=keys.search&filters[q][EQUALS]=ALPHA'), {
    total: 2,
    names: ['alpha', 'alpha'],
  })
  assert.deepEqual(await find('filters[namespace][EQUALS]=keys.search&sort=key:desc&size=1'), {
    total: 3,
    names: ['gamma'],
  })
  assert.equal((await server.send('GET', '/api/v1/main/kv?filters[colour][EQUALS]=red')).status, 422)
})

test('many keys are deleted at once', async () => {
  for (const key of ['a', 'b', 'c']) await put(`keys.many/kv/${key}`, '1')

  const { json } = await server.send('DELETE', `${OF}/keys.many/kv`, {
    body: JSON.stringify({ keys: ['a', 'ghost', 'b'] }),
    headers: { 'content-type': 'application/json' },
  })

  assert.deepEqual(json, { keys: ['a', 'b'] })
  assert.equal((await server.send('GET', `${OF}/keys.many/kv`)).json.length, 1)
})

test('a text is kept as the type that is named, with what is said about it', async () => {
  const query = 'type=STRING&ttl=PT1H&description=L%C3%A4nge%20%E2%82%AC'
  assert.equal((await put(`keys.typed/kv/text?${query}`, 'P1D')).status, 200)
  assert.equal((await put('keys.typed/kv/large?type=NUMBER', '12345678901234567890')).status, 200)
  assert.equal((await put('keys.typed/kv/none?type=NUMBER', 'twelve')).status, 422)

  const text = await server.send('GET', `${OF}/keys.typed/kv/text?text=true`)
  const large = await server.send('GET', `${OF}/keys.typed/kv/large?text=true`)
  const list = await server.send('GET', '/api/v1/main/kv?filters[namespace][EQUALS]=keys.typed')

  assert.equal(text.json.type, 'STRING')
  assert.equal(text.json.text, 'P1D')
  assert.equal(text.json.description, 'Länge €')
  assert.ok(Date.parse(text.json.expirationDate) > 0)
  assert.equal(large.json.text, '12345678901234567890')
  assert.deepEqual(
    list.json.results.map(({ key, type, preview }: Record<string, string>) => [key, type, preview]),
    [
      ['large', 'NUMBER', large.json.text],
      ['text', 'STRING', 'P1D'],
    ],
  )
})
