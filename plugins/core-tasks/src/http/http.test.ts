import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { createServer } from 'node:http'
import type { IncomingMessage, Server, ServerResponse } from 'node:http'
import { createServer as createTlsServer } from 'node:https'
import { execFileSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { test } from 'node:test'
import type { TestContext } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { brotliCompressSync, constants, gzipSync, zstdCompressSync } from 'node:zlib'
import { createTestRunContext, OPEN_EGRESS, runTask } from '@batuta/plugin-sdk'
import type { TestOptions, TestResult, TestRun, ValueMap } from '@batuta/plugin-sdk'
import { download } from './download.ts'
import { request } from './request.ts'

const { BROTLI_PARAM_QUALITY: BROTLI_QUALITY } = constants

type Reply = (incoming: IncomingMessage, response: ServerResponse, body: string) => void | Promise<void>

async function listen(t: TestContext, server: Server): Promise<number> {
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
  t.after(() => {
    server.closeAllConnections()
    server.close()
  })
  return (server.address() as AddressInfo).port
}

async function serve(t: TestContext, reply: Reply): Promise<string> {
  const server = createServer((incoming, response) => void text(incoming).then(body => reply(incoming, response, body)))
  return `http://127.0.0.1:${await listen(t, server)}`
}

async function openRun(t: TestContext, options: TestOptions = {}): Promise<TestRun> {
  const run = await createTestRunContext(options)
  t.after(() => run.close())
  return run
}

async function send(t: TestContext, properties: ValueMap, options: TestOptions = {}): Promise<TestResult> {
  return runTask(request, properties, await openRun(t, options))
}

test('a response gives its code, headers and text', async t => {
  const url = await serve(t, (incoming, response) => {
    response.writeHead(201, { 'content-type': 'application/json', 'x-two': ['a', 'b'] })
    response.end(JSON.stringify({ method: incoming.method, url: incoming.url, agent: incoming.headers['user-agent'] }))
  })

  const result = await send(t, {
    uri: `${url}/a?x=1`,
    params: { tag: ['p', 'q'], n: 3 },
    headers: { 'User-Agent': 'test {{ 1 + 1 }}' },
  })

  assert.equal(result.state, 'SUCCESS', result.message)
  assert.equal(result.outputs['code'], 201)
  assert.deepEqual((result.outputs['headers'] as Record<string, unknown>)['x-two'], ['a', 'b'])
  assert.deepEqual(JSON.parse(String(result.outputs['body'])), {
    method: 'GET',
    url: '/a?x=1&tag=p&tag=q&n=3',
    agent: 'test 2',
  })
})

test('a body is sent as JSON unless its type says otherwise', async t => {
  const url = await serve(
    t,
    (incoming, response, body) => void response.end(`${incoming.method} ${incoming.headers['content-type']} ${body}`),
  )

  const map = await send(t, { uri: url, method: 'post', body: { a: 1 } })
  const plain = await send(t, { uri: url, method: 'PUT', body: 'x={{ 1 + 1 }}', contentType: 'text/plain' })
  const header = await send(t, {
    uri: url,
    method: 'PATCH',
    body: '<a/>',
    headers: { 'Content-Type': 'application/xml' },
  })

  assert.deepEqual(
    [map, plain, header].map(result => result.outputs['body']),
    ['POST application/json {"a":1}', 'PUT text/plain x=2', 'PATCH application/xml <a/>'],
  )
})

test('a request goes on with the trace of its task, unless the author says another', async t => {
  const url = await serve(t, (incoming, response) => void response.end(String(incoming.headers['traceparent'])))
  const traceparent = '00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01'

  const untraced = await send(t, { uri: url })
  const traced = await send(t, { uri: url }, { traceparent })
  const own = await send(t, { uri: url, headers: { Traceparent: 'mine' } }, { traceparent })

  assert.deepEqual(
    [untraced, traced, own].map(({ outputs }) => outputs['body']),
    ['undefined', traceparent, 'mine'],
  )
})

test('a form is sent URL-encoded, or as multipart with files', async t => {
  const url = await serve(t, async (incoming, response, body) => {
    if (!incoming.headers['content-type']?.startsWith('multipart/')) return void response.end(body)
    const form = await new Response(body, { headers: { 'content-type': incoming.headers['content-type'] } }).formData()
    const fields = await Promise.all(
      [...form].map(async ([name, value]) =>
        typeof value === 'string' ? [name, value] : [name, value.name, await value.text()],
      ),
    )
    response.end(JSON.stringify({ length: incoming.headers['content-length'] !== undefined, fields }))
  })
  const run = await openRun(t)
  const uri = await run.ctx.files.put('from storage', { name: 'data.csv' })

  const encoded = await runTask(request, { uri: url, method: 'POST', formData: { user: 'Ada L', n: 2 } }, run)
  const multipart = await runTask(
    request,
    {
      uri: url,
      method: 'POST',
      contentType: 'multipart/form-data',
      formData: { user: 'Ada', file: uri, own: { name: 'x.txt', content: 'hi' }, many: ['1', '2'] },
    },
    run,
  )

  assert.equal(encoded.outputs['body'], 'user=Ada+L&n=2')
  assert.deepEqual(JSON.parse(String(multipart.outputs['body'])), {
    length: true,
    fields: [
      ['user', 'Ada'],
      ['file', 'data.csv', 'from storage'],
      ['own', 'x.txt', 'hi'],
      ['many', '1'],
      ['many', '2'],
    ],
  })
})

test('codes from 400 on fail unless they are allowed', async t => {
  const url = await serve(t, (_incoming, response) => void response.writeHead(404).end('nothing here'))

  const refused = await send(t, { uri: `${url}/path?token=secret` })
  const allowed = await send(t, { uri: url, allowFailed: true })
  const option = await send(t, { uri: url, options: { allowFailed: true } })
  const listed = await send(t, { uri: url, options: { allowedResponseCodes: [404] } })

  assert.equal(refused.message, `GET ${url}/path was answered with 404: nothing here`)
  assert.deepEqual(
    [allowed, option, listed].map(({ state, outputs }) => [state, outputs['code']]),
    Array(3).fill(['SUCCESS', 404]),
  )
})

test('credentials are sent, of both generations of options', async t => {
  const url = await serve(t, (incoming, response) => void response.end(incoming.headers.authorization))

  const results = [
    await send(t, { uri: url, options: { auth: { type: 'BASIC', username: 'ada', password: 'pw' } } }),
    await send(t, { uri: url, options: { basicAuthUser: 'ada', basicAuthPassword: 'pw' } }),
    await send(t, { uri: url, options: { auth: { type: 'BEARER', token: 'tok' } } }),
  ]

  assert.deepEqual(
    results.map(result => result.outputs['body']),
    ['Basic YWRhOnB3', 'Basic YWRhOnB3', 'Bearer tok'],
  )
})

test('digest authentication answers the challenge', async t => {
  const md5 = (value: string): string => createHash('md5').update(value).digest('hex')
  const url = await serve(t, (incoming, response) => {
    const header = incoming.headers.authorization
    if (header === undefined) {
      return void response
        .writeHead(401, { 'www-authenticate': 'Digest realm="r", nonce="n1", qop="auth", opaque="o"' })
        .end()
    }
    const given = (name: string): string => new RegExp(`${name}="?([^",]+)`).exec(header)?.[1] ?? ''
    const expected = md5(`${md5('ada:r:pw')}:n1:00000001:${given('cnonce')}:auth:${md5(`GET:${incoming.url}`)}`)
    response.writeHead(given('response') === expected ? 200 : 403).end('in')
  })

  const result = await send(t, {
    uri: `${url}/x?y=1`,
    options: { auth: { type: 'DIGEST', username: 'ada', password: 'pw' } },
  })

  assert.equal(result.outputs['body'], 'in', result.message)
})

test('redirects are followed, without credentials to another origin, and only when wanted', async t => {
  const other = await serve(
    t,
    (incoming, response, body) =>
      void response.end(`${incoming.method} ${incoming.headers.authorization ?? 'nobody'} [${body}]`),
  )
  const url = await serve(t, (incoming, response) => {
    if (incoming.url === '/loop') return void response.writeHead(302, { location: '/loop' }).end()
    response.writeHead(incoming.url === '/keep' ? 307 : 303, { location: other }).end()
  })
  const auth = { auth: { type: 'BASIC', username: 'a', password: 'b' } }

  const see = await send(t, { uri: url, method: 'POST', body: 'x', options: auth })
  const keep = await send(t, { uri: `${url}/keep`, method: 'POST', body: 'x', options: auth })
  const stay = await send(t, { uri: url, options: { followRedirects: false } })
  const loop = await send(t, { uri: `${url}/loop` })

  assert.equal(see.outputs['body'], 'GET nobody []')
  assert.equal(keep.outputs['body'], 'POST nobody [x]')
  assert.equal(stay.outputs['code'], 303)
  assert.match(loop.message ?? '', /redirects more than 20 times/)
})

test('compressed responses are read, binary and oversized ones refused', async t => {
  const url = await serve(t, (incoming, response) => {
    if (incoming.url === '/gzip')
      return void response.writeHead(200, { 'content-encoding': 'gzip' }).end(gzipSync('squeezed'))
    if (incoming.url === '/latin')
      return void response.writeHead(200, { 'content-type': 'text/plain; charset=ISO-8859-1' }).end(Buffer.from([0xfc]))
    response.end(Buffer.from([0xff, 0xfe, 0x00, 0xc3]))
  })

  const gzip = await send(t, { uri: `${url}/gzip` })
  const latin = await send(t, { uri: `${url}/latin` })
  const binary = await send(t, { uri: url })
  const large = await send(t, { uri: `${url}/gzip`, options: { maxContentLength: 3 } })

  assert.deepEqual([gzip.outputs['body'], latin.outputs['body']], ['squeezed', 'ü'])
  assert.match(binary.message ?? '', /no text in UTF-8; use Download/)
  assert.match(large.message ?? '', /more than 3 bytes/)
})

test('a server that hangs, refuses or is not there fails the task with a reason', async t => {
  const url = await serve(t, () => undefined)
  const closed = await serve(t, (incoming, _response) => void incoming.socket.destroy())

  const slow = await send(t, { uri: url, options: { timeout: { readIdleTimeout: 'PT0.1S' } } })
  const broken = await send(t, { uri: closed })
  const absent = await send(t, { uri: 'http://127.0.0.1:1/' })
  const wrong = await send(t, { uri: 'no address' })
  const file = await send(t, { uri: 'file:///etc/passwd' })

  assert.match(slow.message ?? '', /Headers Timeout/i)
  assert.match(broken.message ?? '', /failed: other side closed|socket/i)
  assert.match(absent.message ?? '', /ECONNREFUSED|bad port/)
  assert.match(wrong.message ?? '', /"uri" must be an absolute address, not "no address"/)
  assert.match(file.message ?? '', /is no http address/)
})

test('a kill ends a request that waits', async t => {
  const url = await serve(t, () => undefined)
  const stop = new AbortController()

  const waiting = send(t, { uri: url }, { signal: stop.signal })
  await sleep(50)
  stop.abort(new Error('killed'))

  assert.match((await waiting).message ?? '', /killed/)
})

test('where private addresses are forbidden, they are not called', async t => {
  const url = await serve(t, (_incoming, response) => void response.end('internal'))
  const port = new URL(url).port

  const closed = { egress: { ...OPEN_EGRESS, isLoopbackOpen: false } }
  const proxied = (type: string, address: string): ValueMap => ({
    uri: 'http://example.com',
    options: { proxy: { type, address, port: Number(port) } },
  })

  const results = await Promise.all([
    send(t, { uri: url }, closed),
    send(t, { uri: `http://localhost:${port}` }, closed),
    send(t, { uri: `http://[::ffff:127.0.0.1]:${port}` }, closed),
    ...['HTTP', 'SOCKS'].flatMap(type =>
      ['127.0.0.1', 'localhost'].map(address => send(t, proxied(type, address), closed)),
    ),
  ])

  for (const { message } of results) assert.match(message ?? '', /is a private address/)
  assert.equal((await send(t, { uri: url }, {})).state, 'SUCCESS')
})

test('a redirect is judged like a first address, and takes no credentials to another host', async t => {
  const seen: IncomingMessage[] = []
  const elsewhere = await serve(t, (incoming, response) => {
    seen.push(incoming)
    response.end('there')
  })
  const url = await serve(t, (incoming, response) => {
    const to = new URL(incoming.url ?? '', 'http://x').searchParams.get('to') ?? ''
    response.writeHead(302, { location: to }).end()
  })
  const to = (target: string): Promise<TestResult> =>
    send(t, {
      uri: `${url}/?to=${encodeURIComponent(target)}`,
      headers: { cookie: 'a=b', 'proxy-authorization': 'Basic x' },
      options: { auth: { type: 'BASIC', username: 'u', password: 'p' } },
    })

  const metadata = await Promise.all(
    ['http://169.254.169.254/', 'http://[fd00:ec2::254]/', 'http://0xa9fea9fe/'].map(to),
  )
  const schemes = await Promise.all(['file:///etc/passwd', 'gopher://127.0.0.1:1/_x', 'ftp://127.0.0.1/'].map(to))
  const other = await to(elsewhere)

  for (const { message } of metadata) assert.match(message ?? '', /metadata service/)
  for (const { message } of schemes) assert.match(message ?? '', /is no http address/)
  assert.equal(other.state, 'SUCCESS')
  for (const name of ['authorization', 'cookie', 'proxy-authorization']) assert.equal(seen[0]?.headers[name], undefined)
})

test('a certificate of nobody is refused unless the author trusts all', async t => {
  const folder = mkdtempSync(join(tmpdir(), 'batuta-tls-'))
  t.after(() => rmSync(folder, { recursive: true }))
  const [key, cert] = [join(folder, 'key.pem'), join(folder, 'cert.pem')]
  execFileSync(
    'openssl',
    [
      'req',
      '-x509',
      '-newkey',
      'rsa:2048',
      '-nodes',
      '-keyout',
      key,
      '-out',
      cert,
      '-days',
      '1',
      '-subj',
      '/CN=localhost',
    ],
    { stdio: 'ignore' },
  )
  const server = createTlsServer(
    { key: readFileSync(key), cert: readFileSync(cert) },
    (_incoming, response) => void response.end('tls'),
  )
  const uri = `https://127.0.0.1:${await listen(t, server)}`

  const refused = await send(t, { uri })
  const trusted = await send(t, { uri, options: { ssl: { insecureTrustAllCertificates: true } } })
  const older = await send(t, { uri, sslOptions: { insecureTrustAllCertificates: true } })

  assert.match(refused.message ?? '', /self-signed certificate/)
  assert.deepEqual([trusted.outputs['body'], older.outputs['body']], ['tls', 'tls'])
})

test('a proxy is used', async t => {
  const proxy = await serve(
    t,
    (incoming, response) => void response.end(`via ${incoming.url} ${incoming.headers['proxy-authorization']}`),
  )
  const port = Number(new URL(proxy).port)

  const result = await send(t, {
    uri: 'http://example.test/x',
    options: { proxy: { type: 'HTTP', address: '127.0.0.1', port, username: 'u', password: 'p' } },
  })

  assert.match(String(result.outputs['body'] ?? result.message), /^via .*\/x Basic dTpw$/)
})

test('headers of the exchange are logged without credentials', async t => {
  const url = await serve(t, (_incoming, response) => void response.end('x'))

  const result = await send(t, {
    uri: url,
    options: { basicAuthUser: 'a', basicAuthPassword: 'b', logs: ['REQUEST_HEADERS', 'RESPONSE_BODY'] },
  })

  assert.match(result.logs[0]?.message ?? '', /authorization: \*{6}/)
  assert.equal(result.logs[1]?.message, 'x')
})

test('a download is stored under the name that the server, the author or the address gives', async t => {
  const url = await serve(t, (incoming, response) => {
    if (incoming.url === '/named') response.setHeader('content-disposition', 'attachment; filename="../report 1.csv"')
    response.end('a,b\n1,2\n')
  })
  const run = await openRun(t)
  const nameOf = async (properties: ValueMap): Promise<string> => {
    const result = await runTask(download, properties, run)
    assert.equal(result.state, 'SUCCESS', result.message)
    return String(result.outputs['uri']).split('/').at(-1) ?? ''
  }

  const first = await runTask(download, { uri: `${url}/dir/orders.csv?x=1` }, run)
  const names = [await nameOf({ uri: `${url}/named` }), await nameOf({ uri: url, saveAs: 'own.csv' })]

  assert.equal(await run.ctx.files.readText(String(first.outputs['uri'])), 'a,b\n1,2\n')
  assert.equal(first.outputs['length'], 8)
  assert.deepEqual(first.metrics, [
    { name: 'response.length', type: 'counter', value: 8, tags: {} },
    ...first.metrics.slice(1),
  ])
  assert.deepEqual(names, ['.._report%201.csv', 'own.csv'])
})

test('an empty or broken download fails and stores nothing', async t => {
  const url = await serve(t, (incoming, response) => {
    if (incoming.url !== '/broken') return void response.end()
    response.writeHead(200, { 'content-length': '100' })
    response.write('half')
    setTimeout(() => incoming.socket.destroy(), 20)
  })
  const run = await openRun(t)

  const nothing = await runTask(download, { uri: `${url}/x.csv` }, run)
  const allowed = await runTask(download, { uri: `${url}/y.csv`, failOnEmptyResponse: false }, run)
  const broken = await runTask(download, { uri: `${url}/broken` }, run)

  assert.match(nothing.message ?? '', /gave no bytes/)
  assert.equal(await run.ctx.files.exists('kestra:///test/flow/executions/e1/tasks/task/e1-1/x.csv'), false)
  assert.equal(allowed.outputs['length'], 0)
  assert.match(broken.message ?? '', /broke off after 4 bytes/)
})

test('a response that was made to fill a disk or the memory is stopped, and nothing of it is kept', async t => {
  const zeros = Buffer.alloc(300 * 2 ** 20)
  const bombs = { zstd: zstdCompressSync(zeros), br: brotliCompressSync(zeros, { params: { [BROTLI_QUALITY]: 1 } }) }
  const url = await serve(t, ({ url: path = '' }, response) => {
    const encoding = path.slice(1) as keyof typeof bombs
    response.writeHead(200, { 'content-encoding': encoding }).end(bombs[encoding])
  })
  const run = await openRun(t)

  for (const encoding of Object.keys(bombs)) {
    const kept = await runTask(download, { uri: `${url}/${encoding}` }, run)
    const read = await runTask(request, { uri: `${url}/${encoding}` }, run)

    assert.match(
      kept.message ?? '',
      /broke off after \d+ bytes: the file grows to more than 2000 times its size/,
      encoding,
    )
    assert.match(read.message ?? '', /the response has more than 10485760 bytes/, encoding)
  }
  const left: string[] = []
  for await (const { uri } of run.store.list('kestra:///test/flow/executions/e1/')) left.push(uri)
  assert.deepEqual(left, [])
})

test('a large download streams', async t => {
  const url = await serve(t, async (_incoming, response) => {
    for (let count = 0; count < 100; count++) {
      if (!response.write(Buffer.alloc(1_000_000))) await new Promise(resolve => response.once('drain', resolve))
    }
    response.end()
  })
  const run = await openRun(t)
  const before = process.memoryUsage().rss

  const result = await runTask(download, { uri: url }, run)

  assert.equal(result.outputs['length'], 100_000_000, result.message)
  assert.ok(process.memoryUsage().rss - before < 150_000_000)
})
