// A stranger's manager of secrets, as strict as the real one where it matters: what it is not told to answer it refuses.
import { createServer, type IncomingMessage } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { TestContext } from 'node:test'
import type { ManagerWorld } from '../managers/options.ts'

export interface Asked {
  readonly method: string
  readonly url: string
  readonly headers: IncomingMessage['headers']
  readonly body: string
}

export interface Answered {
  readonly status: number
  readonly body?: unknown
  /** Never answers. */
  readonly isSilent?: boolean
}

export interface StubManager {
  readonly url: string
  readonly asked: Asked[]
}

export async function openStub(t: TestContext, answer: (asked: Asked) => Answered): Promise<StubManager> {
  const asked: Asked[] = []
  const server = createServer((request, reply) => {
    let body = ''
    request.setEncoding('utf8')
    request.on('data', (chunk: string) => (body += chunk))
    request.on('end', () => {
      const one = { method: request.method ?? '', url: request.url ?? '', headers: request.headers, body }
      asked.push(one)
      const { status, body: said = {}, isSilent } = answer(one)
      if (isSilent) return
      reply.statusCode = status
      reply.end(typeof said === 'string' ? said : JSON.stringify(said))
    })
  })
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
  t.after(() => {
    server.closeAllConnections()
    server.close()
  })
  const { port } = server.address() as AddressInfo
  return { url: `http://127.0.0.1:${port}`, asked }
}

/** A clock that stands still until it is moved. */
export function testWorld(more: Partial<ManagerWorld> = {}): ManagerWorld {
  return { environment: {}, folder: '/', nowMs: () => 0, at: () => () => {}, onNotice: () => {}, ...more }
}
