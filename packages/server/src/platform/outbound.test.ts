import assert from 'node:assert/strict'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { test, type TestContext } from 'node:test'
import { newEgress, OPEN_EGRESS } from '@batuta/plugin-sdk'
import { newOutbound } from './outbound.ts'

async function serve(
  t: TestContext,
  answer: (incoming: IncomingMessage, outgoing: ServerResponse) => void,
): Promise<string> {
  const server = createServer(answer)
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
  t.after(() => {
    server.closeAllConnections()
    server.close()
  })
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`
}

const outbound = newOutbound()

test('an answer comes with its status, headers and bytes', async t => {
  const url = await serve(t, (incoming, outgoing) => {
    incoming.pipe(outgoing.writeHead(201, { 'x-method': incoming.method }))
  })

  const { status, headers, body } = await outbound({ url, method: 'POST', body: 'hello' })

  assert.deepEqual([status, headers['x-method'], body.toString()], [201, 'POST', 'hello'])
})

test('each call makes a connection of its own, which is judged', async t => {
  const peers = new Set<number | undefined>()
  const url = await serve(t, (incoming, outgoing) => {
    peers.add(incoming.socket.remotePort)
    outgoing.end()
  })

  for (let count = 0; count < 3; count++) await outbound({ url })

  assert.equal(peers.size, 3)
})

test('every hop is judged, other schemes are none, and there are few hops', async t => {
  const url = await serve(t, (incoming, outgoing) => {
    outgoing.writeHead(302, { location: decodeURIComponent((incoming.url ?? '').slice(1)) || '/' }).end()
  })
  const closed = newOutbound(newEgress({ ...OPEN_EGRESS, isLoopbackOpen: false }))

  await assert.rejects(outbound({ url: `${url}/${encodeURIComponent('http://169.254.169.254/')}` }), /metadata service/)
  await assert.rejects(outbound({ url: `${url}/${encodeURIComponent('file:///etc/passwd')}` }), /no http address/)
  await assert.rejects(outbound({ url: 'gopher://127.0.0.1:1/' }), /no http address/)
  await assert.rejects(outbound({ url }), /redirects too often/)
  await assert.rejects(closed({ url }), /private address/)
  await assert.rejects(closed({ url: url.replace('127.0.0.1', 'localhost') }), /private address/)
  assert.equal((await outbound({ url, redirectsMax: 0 })).status, 302)
})

test('credentials stay with the host that they are for', async t => {
  const seen: IncomingMessage['headers'][] = []
  const there = await serve(t, (incoming, outgoing) => {
    seen.push(incoming.headers)
    outgoing.end()
  })
  const here = await serve(t, (incoming, outgoing) => {
    seen.push(incoming.headers)
    outgoing.writeHead(307, { location: incoming.url === '/own' ? '/other' : there }).end()
  })

  await outbound({ url: `${here}/own`, headers: { Authorization: 'Bearer x', Cookie: 'a=b', accept: 'text/plain' } })

  assert.deepEqual(
    seen.map(({ authorization, cookie, accept }) => [authorization, cookie, accept]),
    [
      ['Bearer x', 'a=b', 'text/plain'],
      ['Bearer x', 'a=b', 'text/plain'],
      [undefined, undefined, 'text/plain'],
    ],
  )
})

test('an answer that is too long or never ends is given up', async t => {
  const long = await serve(t, (_incoming, outgoing) => void outgoing.end('x'.repeat(2_000)))
  const silent = await serve(t, () => undefined)

  await assert.rejects(outbound({ url: long, bytesMax: 1_000 }), /more than 1000 bytes/)
  await assert.rejects(outbound({ url: silent, timeoutMs: 50 }), /abort|timeout/i)
})
