import assert from 'node:assert/strict'
import { test } from 'node:test'
import { ApiError, createClient, type Client, type ClientOptions } from './client.ts'

interface Sent {
  readonly url: string
  readonly method: string
  readonly headers: Readonly<Record<string, string>>
  readonly body: unknown
}

/** The network is somebody else's: these answers stand for it. */
function clientOf(
  answer: () => Response,
  more: Partial<ClientOptions> = {},
): { readonly client: Client; readonly sent: Sent[] } {
  const sent: Sent[] = []
  const transport = {
    TextDecoder,
    fetch: async (
      url: string,
      init: { readonly method: string; readonly headers: Record<string, string>; readonly body?: unknown },
    ) => {
      sent.push({ url, method: init.method, headers: init.headers, body: init.body })
      return answer()
    },
  }
  return { client: createClient({ baseUrl: 'http://host:1/', transport, ...more }), sent }
}

test('a call fills the path, repeats lists in the query and leaves out what is not given', async () => {
  const { client, sent } = clientOf(() => Response.json({ results: [], total: 0 }))

  await client.executions.search({ query: { labels: ['a:b', 'c:d e'], size: 5, 'filters[state][IN]': 'FAILED' } })
  await client.flows.get({ params: { namespace: 'a.b', id: 'x/y' } })

  assert.equal(
    sent[0]?.url,
    'http://host:1/api/v1/main/executions/search?labels=a%3Ab&labels=c%3Ad%20e&size=5&filters%5Bstate%5D%5BIN%5D=FAILED',
  )
  assert.equal(sent[1]?.url, 'http://host:1/api/v1/main/flows/a.b/x%2Fy')
})

test('the dialect decides about path and header', async () => {
  const old = clientOf(() => Response.json({}), { dialect: 'a' })
  const recent = clientOf(() => Response.json({}), { dialect: 'c', tenant: 'team' })
  const params = { executionId: 'e' }

  await old.client.executions.kill({ params })
  await recent.client.executions.kill({ params })

  assert.equal(old.sent[0]?.url, 'http://host:1/api/v1/executions/e/kill')
  assert.equal(recent.sent[0]?.url, 'http://host:1/api/v1/team/executions/e/actions/kill')
  assert.equal(recent.sent[0]?.headers['x-batuta-dialect'], '2.0')
})

test('bodies travel as the route says', async () => {
  const { client, sent } = clientOf(() => Response.json({}))
  const form = new FormData()

  await client.flows.create({ body: 'id: x' })
  await client.executions.create({ params: { namespace: 'a', id: 'b' }, body: { n: 1 } })
  await client.executions.create({ params: { namespace: 'a', id: 'b' }, body: form })

  assert.deepEqual([sent[0]?.headers['content-type'], sent[0]?.body], ['application/x-yaml', 'id: x'])
  assert.deepEqual([sent[1]?.headers['content-type'], sent[1]?.body], ['application/json', '{"n":1}'])
  assert.deepEqual([sent[2]?.headers['content-type'], sent[2]?.body], [undefined, form])
})

test('a refusal is an error with status, code and message', async () => {
  const document = { message: 'no such flow', code: 'not-found', title: 'Not found' }
  const told = clientOf(() => Response.json(document, { status: 404 }))
  const mute = clientOf(() => new Response('<html>', { status: 502 }))
  const params = { namespace: 'a', id: 'b' }

  await assert.rejects(told.client.flows.get({ params }), error => {
    assert.ok(error instanceof ApiError)
    assert.deepEqual([error.status, error.code, error.message], [404, 'not-found', 'no such flow'])
    return true
  })
  await assert.rejects(mute.client.flows.get({ params }), { status: 502, message: 'the server answered 502' })
})

test('events are read across chunks, comments left out, letters kept whole', async () => {
  const text = ': hi\n\ndata: {"id":"e","x":"ü"}\nid: progress\n\ndata: {"id":"e"}\r\nid: end\r\n\r\n'
  const bytes = new TextEncoder().encode(text)
  const body = new ReadableStream<Uint8Array>({
    start: sink => {
      for (let at = 0; at < bytes.length; at += 7) sink.enqueue(bytes.slice(at, at + 7))
      sink.close()
    },
  })
  const { client } = clientOf(() => new Response(body))

  const events: unknown[] = []
  for await (const { id, data } of client.executions.follow({ params: { executionId: 'e' } })) events.push([id, data])

  assert.deepEqual(events, [
    ['progress', { id: 'e', x: 'ü' }],
    ['end', { id: 'e' }],
  ])
})

test('leaving the loop over events cancels the stream', async () => {
  let isCancelled = false
  const body = new ReadableStream<Uint8Array>({
    pull: sink => sink.enqueue(new TextEncoder().encode('data: {}\nid: progress\n\n')),
    cancel: () => {
      isCancelled = true
    },
  })
  const { client } = clientOf(() => new Response(body))

  for await (const event of client.executions.follow({ params: { executionId: 'e' } }))
    if (event.id === 'progress') break

  assert.equal(isCancelled, true)
})
