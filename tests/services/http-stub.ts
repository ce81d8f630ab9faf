// A stranger's server for tests of what speaks to it over HTTP: it answers as a test says, and remembers what it was asked.
import { createServer } from 'node:http'
import type { TestContext } from 'node:test'

export interface StubRequest {
  readonly method: string
  readonly path: string
  readonly headers: Readonly<Record<string, string | string[] | undefined>>
  readonly body: string
}

export interface StubAnswer {
  readonly status?: number
  readonly headers?: Readonly<Record<string, string>>
  /** A text as it is, anything else as JSON. */
  readonly body?: unknown
}

export interface HttpStub {
  readonly origin: string
  readonly host: string
  readonly requests: readonly StubRequest[]
}

export async function startHttpStub(
  t: TestContext,
  answer: (request: StubRequest, origin: string) => StubAnswer | Promise<StubAnswer>,
): Promise<HttpStub> {
  const requests: StubRequest[] = []
  let origin = ''
  const server = createServer((incoming, outgoing) => {
    let body = ''
    incoming.setEncoding('utf8')
    incoming.on('data', (chunk: string) => void (body += chunk))
    incoming.on('end', () => {
      const { method = '', url = '', headers } = incoming
      const request = { method, path: url, headers, body }
      requests.push(request)
      void Promise.resolve(answer(request, origin)).then(({ status = 200, headers: more = {}, body: reply = '' }) => {
        outgoing.writeHead(status, more)
        outgoing.end(typeof reply === 'string' ? reply : JSON.stringify(reply))
      })
    })
  })
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
  t.after(() => {
    server.closeAllConnections()
    server.close()
  })
  const address = server.address()
  const port = typeof address === 'object' && address !== null ? address.port : 0
  const host = `127.0.0.1:${port}`
  origin = `http://${host}`
  return { origin, host, requests }
}
