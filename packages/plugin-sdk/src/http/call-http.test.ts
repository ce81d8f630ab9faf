import assert from 'node:assert/strict'
import { createServer, type IncomingMessage, type Server } from 'node:http'
import { createServer as createTlsServer } from 'node:https'
import { connect, type AddressInfo, type Socket } from 'node:net'
import type { Duplex } from 'node:stream'
import { test, type TestContext } from 'node:test'
import { newEgress } from '../egress/egress.ts'
import { OPEN_EGRESS } from '../egress/egress-rules.ts'
import type { LogLine } from '../protocol.ts'
import { createTestRunContext } from '../testkit/test-run.ts'
import { askAgainUntil } from './ask-again-until.ts'
import { callHttp, type HttpCall } from './call-http.ts'
import { callPatiently } from './call-patiently.ts'

/** Signed by itself, for localhost, for a hundred years; the key opens nothing else. */
const KEY = `-----BEGIN PRIVATE KEY-----
MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQgcp4PnAo2AM8JQmpO
q6zfUPljXeI3xKYjW1OCNwQmltChRANCAASmpiPYayHU2jk+Mpc9XmopJXxtM7Lq
bTBymUqc5o1/QwqtfAJjQD53dQ6dmdY9SEGI9qRwMKQ2tfMsIuJtMp+x
-----END PRIVATE KEY-----`
const CERTIFICATE = `-----BEGIN CERTIFICATE-----
MIIBmzCCAUGgAwIBAgIUK+sTsE6UHFr5A0iqn2sChJB0F4YwCgYIKoZIzj0EAwIw
FDESMBAGA1UEAwwJbG9jYWxob3N0MCAXDTI2MTEyMjE2MzcyMVoYDzIxMjYxMDI5
MTYzNzIxWjAUMRIwEAYDVQQDDAlsb2NhbGhvc3QwWTATBgcqhkjOPQIBBggqhkjO
PQMBBwNCAASmpiPYayHU2jk+Mpc9XmopJXxtM7LqbTBymUqc5o1/QwqtfAJjQD53
dQ6dmdY9SEGI9qRwMKQ2tfMsIuJtMp+xo28wbTAdBgNVHQ4EFgQU81rJz5VSI5aR
+n6uWGx7/PkdsCQwHwYDVR0jBBgwFoAU81rJz5VSI5aR+n6uWGx7/PkdsCQwDwYD
VR0TAQH/BAUwAwEB/zAaBgNVHREEEzARgglsb2NhbGhvc3SHBH8AAAEwCgYIKoZI
zj0EAwIDSAAwRQIgUS80XE9LlrwOnkBp7Cw/y9yHaXqzBts2rzpNWqUo3aMCIQDB
KKoS0TDPyPuzM977s/uiN6S8rspHLnvDQYX0z2bfbw==
-----END CERTIFICATE-----`

async function portOf(t: TestContext, server: Server): Promise<number> {
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
  t.after(() => {
    server.closeAllConnections()
    server.close()
  })
  return (server.address() as AddressInfo).port
}

const world = () => ({ egress: newEgress(OPEN_EGRESS), signal: new AbortController().signal })

async function hiddenSite(t: TestContext): Promise<number> {
  return await portOf(
    t,
    createTlsServer({ key: KEY, cert: CERTIFICATE }, (request, response) => response.end(`hello ${request.url}`)),
  )
}

test('a certificate that nobody vouches for is refused, unless told otherwise', async t => {
  const url = `https://localhost:${await hiddenSite(t)}/a`

  await assert.rejects(callHttp(world(), { url }), /certificate/)
  const answer = await callHttp(world(), { url, isUnverified: true })

  assert.equal(answer.text, 'hello /a')
})

test('through a proxy a call over TLS goes by a tunnel, and the proxy is told who calls', async t => {
  const site = await hiddenSite(t)
  const seen: string[] = []
  const open = new Set<Duplex>()
  const proxy = createServer()
  proxy.on('connect', (request: IncomingMessage, client: Duplex) => {
    seen.push(`${request.url} ${request.headers['proxy-authorization']}`)
    const there: Socket = connect(site, '127.0.0.1', () => {
      client.write('HTTP/1.1 200 Connection Established\r\n\r\n')
      there.pipe(client).pipe(there)
    })
    for (const end of [client, there]) {
      open.add(end)
      end.on('error', () => end.destroy())
    }
  })
  t.after(() => open.forEach(end => end.destroy()))
  const way = { address: '127.0.0.1', port: await portOf(t, proxy), username: 'me', password: 'word' }

  const answer = await callHttp(world(), { url: 'https://hidden.example.com/a', proxy: way, isUnverified: true })

  assert.equal(answer.text, 'hello /a')
  const who = Buffer.from('me:word').toString('base64')
  assert.deepEqual(seen, [`hidden.example.com:443 Basic ${who}`])
})

test('a proxy is an address that may be closed', async () => {
  const closed = newEgress({ ...OPEN_EGRESS, deny: ['127.0.0.0/8'] })
  const call = { url: 'http://example.com/', proxy: { address: '127.0.0.1', port: 1 } }

  await assert.rejects(callHttp({ ...world(), egress: closed }, call), /"127\.0\.0\.1" may not be called/)
})

async function patientCall(
  t: TestContext,
  codes: readonly number[],
  call: Partial<HttpCall> = {},
): Promise<{ readonly code: number; readonly count: number; readonly logs: readonly LogLine[] }> {
  let count = 0
  const server = createServer((_, response) => response.writeHead(codes[count++] ?? 200).end())
  const url = `http://127.0.0.1:${await portOf(t, server)}/`
  const run = await createTestRunContext()
  t.after(() => run.close())
  const { code } = await callPatiently(run.ctx, { retries: 2, delayMs: 1 }, { url, ...call })
  return { code, count, logs: run.logs }
}

test('what fails for a moment is asked again, as often as may be', async t => {
  const good = await patientCall(t, [500, 429])
  const bad = await patientCall(t, [500, 500, 503])
  const wrong = await patientCall(t, [404])

  assert.deepEqual([good.code, good.count, good.logs.length], [200, 3, 2])
  assert.deepEqual([bad.code, bad.count], [503, 3])
  assert.deepEqual([wrong.code, wrong.count], [404, 1])
})

test('what starts something is sent again only when it was refused for now', async t => {
  const busy = await patientCall(t, [429], { method: 'POST' })
  const broken = await patientCall(t, [500], { method: 'POST' })

  assert.deepEqual([busy.code, busy.count], [200, 2])
  assert.deepEqual([broken.code, broken.count], [500, 1])
})

test('a wait ends with the answer, with its time, or with the task', async () => {
  const wait = { everyMs: 1, what: 'the run 7' }
  const never = async (): Promise<undefined> => undefined
  const stopped = { signal: AbortSignal.abort() }
  let count = 0
  const third = async (): Promise<number | undefined> => (++count < 3 ? undefined : count)

  assert.equal(await askAgainUntil(world(), { ...wait, atMostMs: 60_000, ask: third }), 3)
  await assert.rejects(
    askAgainUntil(world(), { ...wait, atMostMs: 2, ask: never }),
    /the run 7 is not done after PT0\.002S/,
  )
  await assert.rejects(askAgainUntil(stopped, { ...wait, atMostMs: 60_000, ask: never }), { name: 'AbortError' })
})
