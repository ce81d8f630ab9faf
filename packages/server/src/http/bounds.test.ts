// SP16, SP18, SP19: bodies, heads and connections beyond their bounds, and JSON that two readers may understand in two ways.
import assert from 'node:assert/strict'
import { connect, type Socket } from 'node:net'
import { after, before, test } from 'node:test'
import { callOf, listRoutes, sendCall, type RouteReply } from '../testing/route-calls.ts'
import { openTestServer, type TestServer } from '../testing/test-server.ts'
import { refuseAmbiguous } from './refuse-ambiguous.ts'

let server: TestServer
let hasty: TestServer
let thrifty: TestServer
before(async () => {
  server = await openTestServer()
  thrifty = await openTestServer({ requestsPerMinute: 20 })
  hasty = await openTestServer(
    {},
    {
      patience: {
        headersMs: 100,
        lookEveryMs: 50,
        bodies: { lookEveryMs: 20, graceMs: 60, bytesPerSecondMin: 100_000 },
      },
    },
  )
})
after(async () => {
  await server.stop()
  await hasty.stop()
  await thrifty.stop()
})

const codeOf = ({ text }: RouteReply): unknown => (text.startsWith('{') ? JSON.parse(text).code : undefined)

/** Raw bytes to a server, and what comes back until it ends the connection. */
async function sendRaw(to: TestServer, text: string): Promise<string> {
  const { port } = new URL(to.address)
  return await new Promise((resolve, reject) => {
    let answer = ''
    const socket: Socket = connect(Number(port), '127.0.0.1', () => void socket.write(text))
    socket.setEncoding('latin1')
    socket.on('data', chunk => (answer += String(chunk)))
    socket.on('error', error => (answer === '' ? reject(error) : undefined))
    socket.on('close', () => resolve(answer))
  })
}

test('a body that announces or sends more than its route takes is refused before it is held', async () => {
  const filling = { param: () => 'none', text: () => 'none', isSaid: () => false }
  const reading = listRoutes().filter(({ route }) => ['json', 'yaml', 'text'].includes(route.body.type))
  let refused = 0

  for (const each of reading) {
    const { body: _, ...call } = callOf(each, filling)
    const limit = each.route.body.type === 'yaml' && each.route.body.isMany !== true ? 2 ** 20 : 16 * 2 ** 20
    const reply = await sendCall(server.address, {
      ...call,
      headers: { ...call.headers, 'content-length': String(limit + 1), connection: 'close', expect: '100-continue' },
    })
    if (codeOf(reply) === 'query-invalid') continue
    assert.deepEqual([reply.status, codeOf(reply)], [413, 'body-too-large'], each.name)
    refused += 1
  }
  assert.ok(refused > 50, String(refused))
})

test('a body in pieces is cut at the bound, whatever it announced', async () => {
  const chunk = `${(2 ** 20).toString(16)}\r\n${'x'.repeat(2 ** 20)}\r\n`
  const head = `POST /api/v1/main/flows HTTP/1.1\r\nhost: localhost\r\ncontent-type: application/x-yaml\r\n`

  const answer = await sendRaw(
    server,
    `${head}transfer-encoding: chunked\r\nconnection: close\r\n\r\n${chunk}${chunk}0\r\n\r\n`,
  )

  assert.match(answer, /^HTTP\/1\.1 413 /)
})

test('a JSON body where a form is expected gives no names to files that are there', async () => {
  await server.saveFlow(`
id: takes
namespace: a.b
inputs: [{ id: file, type: FILE }]
tasks: [{ id: show, type: core.debug.Return, format: x }]
outputs: [{ id: text, type: STRING, value: "{{ read(inputs.file) }}" }]`)
  const start = async (body: string, type: string): Promise<RouteReply> =>
    await sendCall(server.address, {
      method: 'POST',
      path: '/api/v1/main/executions/a.b/takes?wait=true',
      headers: { 'content-type': type },
      body,
    })
  const lies = [
    { file: 'file:///etc/passwd' },
    { file: '/etc/passwd' },
    { file: { filepath: '/etc/passwd', path: '/etc/passwd' } },
    { file: ['/etc/passwd'] },
    { files: [{ filepath: '/etc/passwd', originalFilename: 'x' }] },
    { file: 'kestra:///../../../../../../etc/passwd' },
    { file: 'kestra:///a/b/../../../../../../../etc/passwd' },
    { file: 'kestra:///%2e%2e/%2e%2e/%2e%2e/%2e%2e/%2e%2e/etc/passwd' },
  ]

  for (const lie of lies) {
    const { status, text } = await start(JSON.stringify(lie), 'application/json')
    assert.ok(status === 422 || JSON.parse(text).state.current === 'FAILED', `${JSON.stringify(lie)} ${text}`)
    assert.doesNotMatch(text, /root:/)
  }
  assert.equal((await start('{"file":"x"}', 'multipart/form-data')).status, 400)
})

test('JSON that can be read in two ways is refused', async () => {
  const send = async (body: string): Promise<unknown> => {
    const headers = { 'content-type': 'application/json' }
    const path = '/api/v1/main/namespaces/a.b'
    return codeOf(await sendCall(server.address, { method: 'PUT', path, headers, body }))
  }

  const twice = [
    '{"a":1,"a":2}',
    '{"a":1,"\\u0061":2}',
    '{"x":[{"b":{"c":1,"c":1}}]}',
    '{"__proto__":{}}',
    '{"x":{"\\u005f_proto__":1}}',
  ]
  for (const body of twice) assert.throws(() => refuseAmbiguous(body), { code: 'body-ambiguous' }, body)
  const once = [
    '{"a":{"a":{"a":[{"a":1},{"a":1}]}}}',
    '{"a":"a","b":"a\\"","c":["a","a","}{"]}',
    '[]',
    '"a"',
    '{"a\\\\":1,"a":2}',
  ]
  for (const body of once) assert.doesNotThrow(() => refuseAmbiguous(body), body)
  assert.equal(await send('{"id":"a","id":"b"}'), 'body-ambiguous')
  for (const body of ['{"a":1}{}', '{"a":\u0000}', "{'a':1}", '{"a":01}', '{"a":NaN}', '{a:1}', '[1,]', '{"a":"\t"}'])
    assert.equal(await send(body), 'body-not-json', body)
  assert.equal(await send(''), 'body-missing')
})

test('JSON that is nested too deep is refused, and so are bytes that are no text', async () => {
  const send = async (body: string | Buffer): Promise<readonly unknown[]> => {
    const headers = { 'content-type': 'application/json' }
    const reply = await server.send('PUT', '/api/v1/main/namespaces/a.b', {
      ...{ headers, body: typeof body === 'string' ? body : new Uint8Array(body) },
    })
    return [reply.status, reply.json?.code]
  }
  const nested = (levels: number): string => `{"id":"a.b","variables":${'{"a":'.repeat(levels)}1${'}'.repeat(levels)}}`

  assert.equal((await send(nested(99)))[0], 200)
  assert.deepEqual(await send(nested(100)), [422, 'too-deep'])
  assert.deepEqual(await send(nested(5_000)), [422, 'too-deep'])
  const broken = Buffer.concat([Buffer.from('{"id":"a.b","description":"'), Buffer.from([0xff]), Buffer.from('"}')])
  assert.deepEqual(await send(broken), [400, 'body-not-utf-8'])
})

test('a head that is too large, and a request that two servers would cut apart at different places, end the connection', async () => {
  const host = 'host: localhost\r\n'
  const smuggled = 'GET /api/v1/main/flows/search HTTP/1.1\r\nhost: localhost\r\n\r\n'
  const start = `POST /api/v1/main/flows/validate HTTP/1.1\r\n${host}`
  const requests = [
    `GET /ping HTTP/1.1\r\n${host}x: ${'a'.repeat(40_000)}\r\n\r\n`,
    `${start}content-length: 5\r\ntransfer-encoding: chunked\r\n\r\n0\r\n\r\n${smuggled}`,
    `${start}content-length: 5\r\ncontent-length: 6\r\n\r\n0\r\n\r\n${smuggled}`,
    `${start}transfer-encoding: xchunked\r\n\r\n0\r\n\r\n${smuggled}`,
    `${start}transfer-encoding: chunked, identity\r\n\r\n0\r\n\r\n${smuggled}`,
    `${start}transfer-encoding : chunked\r\n\r\n0\r\n\r\n${smuggled}`,
    `${start}content-length: +5\r\n\r\nabcde${smuggled}`,
    `${start}content-length: 0x5\r\n\r\nabcde${smuggled}`,
    `${start} content-length: 5\r\n\r\nabcde`,
    `${start}transfer-encoding: chunked\r\n\r\n-1\r\n\r\n`,
    `GET /ping HTTP/1.1\nhost: localhost\n\n`,
    `GET /ping\x00 HTTP/1.1\r\n${host}\r\n`,
    `GET /ping HTTP/1.1\r\n${host}x\x00y: 1\r\n\r\n`,
    `GET /ping HTTP/9.9\r\n${host}\r\n`,
  ]

  for (const request of requests) {
    const answer = await sendRaw(server, request)
    const heads = answer.split('HTTP/1.1 ').slice(1)
    assert.equal(heads.length, 1, `${JSON.stringify(request.slice(0, 120))} ${answer.slice(0, 500)}`)
    assert.match(heads[0] ?? '', /^4(00|31) /, JSON.stringify(request.slice(0, 120)))
    assert.match(answer, /x-content-type-options: nosniff/)
  }
})

test('a head or a body that does not come holds no connection', async () => {
  assert.match(await sendRaw(hasty, 'GET /ping HTTP/1.1\r\nhost: localhost\r\nx: '), /^HTTP\/1\.1 408 /)
  const start = 'POST /api/v1/main/flows HTTP/1.1\r\nhost: localhost\r\ncontent-type: application/x-yaml\r\n'
  assert.equal(await sendRaw(hasty, `${start}content-length: 500000\r\n\r\nid: a`), '')
})

test('ten wrong keys a minute are answered, for each client by itself; the next are told to wait, right or wrong', async () => {
  await server.saveFlow(
    'id: door\nnamespace: a.b\ntasks: [{ id: t, type: core.debug.Return, format: x }]\ntriggers: [{ id: h, type: core.trigger.Webhook, key: right }]',
  )
  const call = async (key: string, client: string): Promise<RouteReply> =>
    await sendCall(server.address, {
      method: 'POST',
      path: `/api/v1/main/executions/webhook/a.b/door/${key}`,
      headers: { 'x-forwarded-for': client },
    })

  /** Until the client is to wait; what it had to spend comes back one by one, every six seconds. */
  const exhaust = async (): Promise<readonly number[]> => {
    const statuses: number[] = []
    while (statuses.at(-1) !== 429 && statuses.length < 100)
      statuses.push((await call(`wrong-${statuses.length}`, '198.51.100.7')).status)
    return statuses
  }

  const first = await exhaust()
  let right = await call('right', '198.51.100.7')
  for (let again = 0; right.status !== 429 && again < 10; again++) {
    await exhaust()
    right = await call('right', '198.51.100.7')
  }
  const other = await call('right', '198.51.100.8')
  const local = await server.send('POST', '/api/v1/main/executions/webhook/a.b/door/right')

  assert.deepEqual(
    first.slice(0, 10),
    Array.from({ length: 10 }, () => 404),
  )
  assert.equal(first.at(-1), 429)
  assert.deepEqual([right.status, codeOf(right)], [429, 'too-many-requests'])
  assert.match(String(right.headers['retry-after']), /^[1-6]$/)
  assert.deepEqual([other.status, local.status], [200, 200])
})

test('a credential has so much to spend in a minute, a list costing more; nobody without one is counted', async () => {
  const ask = async (path: string, authorization?: string): Promise<RouteReply> =>
    await sendCall(thrifty.address, {
      method: 'GET',
      path,
      headers: authorization === undefined ? {} : { authorization },
    })
  const list = '/api/v1/main/flows/search'
  const small = '/api/v1/main/namespaces/a/kv'

  const lists: RouteReply[] = []
  while (lists.at(-1)?.status !== 429 && lists.length < 100) lists.push(await ask(list, 'Bearer one'))

  assert.deepEqual(
    lists.slice(0, 4).map(({ status }) => status),
    [200, 200, 200, 200],
  )
  assert.equal(lists.at(-1)?.status, 429)
  // What comes back meanwhile is little: one small request in three seconds.
  assert.ok(lists.length < 20, `${lists.length} lists for 20 small requests`)
  assert.ok(Number(lists.at(-1)?.headers['retry-after']) >= 1)
  assert.equal((await ask(small, 'Bearer two')).status, 200)
  assert.equal((await ask('/ping', 'Bearer one')).status, 200)
  for (let count = 0; count < 30; count++) assert.equal((await ask(list)).status, 200)
})
