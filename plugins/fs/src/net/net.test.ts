import assert from 'node:assert/strict'
import { createSocket } from 'node:dgram'
import { once } from 'node:events'
import { createServer, connect } from 'node:net'
import type { AddressInfo, Server } from 'node:net'
import { test } from 'node:test'
import type { TestContext } from 'node:test'
import { createTestRunContext, runTask } from '@batuta/plugin-sdk'
import { openSocket } from './open-socket.ts'
import { tcpSend, udpSend } from './send-tasks.ts'

async function listen(t: TestContext, server: Server): Promise<number> {
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  t.after(() => server.close())
  return (server.address() as AddressInfo).port
}

test('texts are sent over TCP and UDP; nobody there is said', async t => {
  const run = await createTestRunContext()
  t.after(() => run.close())
  const received = Promise.withResolvers<string>()
  const server = createServer(socket => {
    let text = ''
    socket.on('data', chunk => (text += String(chunk)))
    socket.once('end', () => received.resolve(text))
  })
  const port = await listen(t, server)
  const listener = createSocket('udp4').bind(0, '127.0.0.1')
  await once(listener, 'listening')
  t.after(() => listener.close())
  const datagram = once(listener, 'message') as Promise<[Buffer]>

  const tcp = await runTask(tcpSend, { host: 'localhost', port, payload: 'grüße' }, run)
  const udp = await runTask(
    udpSend,
    { host: '127.0.0.1', port: listener.address().port, payload: 'aGk=', encoding: 'base64' },
    run,
  )
  const nobody = await runTask(tcpSend, { host: '127.0.0.1', port: 1, payload: 'x' }, run)

  assert.deepEqual(tcp.outputs, { host: 'localhost', port, sentBytes: 7 })
  assert.equal(await received.promise, 'grüße')
  assert.equal(udp.message, undefined)
  assert.equal(String((await datagram)[0]), 'hi')
  assert.match(nobody.message ?? '', /127\.0\.0\.1:1 cannot be connected to: .*ECONNREFUSED/)
})

test('a connection may go through a proxy of HTTP or SOCKS, which is judged as its target is', async t => {
  const run = await createTestRunContext()
  t.after(() => run.close())
  const target = await listen(
    t,
    createServer(socket => void socket.end('hello')),
  )
  const http = createServer(client => {
    client.once('data', head => {
      const [, host = '', port = ''] = /^CONNECT ([^:]+):(\d+) HTTP\/1\.1\r\n/.exec(String(head)) ?? []
      if (!String(head).includes(Buffer.from('u:p').toString('base64'))) return client.end('HTTP/1.1 407 no\r\n\r\n')
      const server = connect(Number(port), host, () => {
        client.write('HTTP/1.1 200 ok\r\n\r\n')
        server.pipe(client).pipe(server)
      })
      return undefined
    })
  })
  const proxy = { type: 'HTTP', host: '127.0.0.1', port: await listen(t, http), username: 'u', password: 'p' } as const
  const place = { host: '127.0.0.1', port: target }

  const socket = await openSocket(run.ctx, place, proxy)
  let text = ''
  for await (const chunk of socket) text += String(chunk)

  assert.equal(text, 'hello')
  await assert.rejects(openSocket(run.ctx, place, { ...proxy, password: 'x' }), /the proxy refuses .* it answers 407/)
  const closed = await createTestRunContext({
    egress: { mode: 'open', allow: [], deny: [], isPrivateOpen: true, isLoopbackOpen: false },
  })
  t.after(() => closed.close())
  await assert.rejects(
    openSocket(closed.ctx, { host: 'example.com', port: 1 }, proxy),
    /"127\.0\.0\.1" may not be called/,
  )
})
