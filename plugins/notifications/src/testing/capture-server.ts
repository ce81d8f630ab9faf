// A service as a notification sees it: takes a request, keeps it, answers.
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { text } from 'node:stream/consumers'
import type { TestContext } from 'node:test'
import { createTestRunContext } from '@batuta/plugin-sdk'
import type { TestRun } from '@batuta/plugin-sdk'

export interface Captured {
  readonly method: string
  readonly path: string
  readonly headers: Readonly<Record<string, string | string[] | undefined>>
  readonly body: string
}

export interface CaptureServer {
  readonly url: string
  readonly requests: readonly Captured[]
}

/** Answers everything with one code and one text. */
export async function captureServer(t: TestContext, code = 200, reply = 'ok'): Promise<CaptureServer> {
  const requests: Captured[] = []
  const answer = async (incoming: IncomingMessage, response: ServerResponse): Promise<void> => {
    const { method = '', url = '', headers } = incoming
    requests.push({ method, path: url, headers, body: await text(incoming) })
    response.writeHead(code, { 'content-type': 'application/json', 'x-answer': 'yes' }).end(reply)
  }
  const server = createServer((incoming, response) => void answer(incoming, response))
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
  t.after(() => {
    server.closeAllConnections()
    server.close()
  })
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, requests }
}

/** As the server answers it for an execution that failed. */
export const FACTS = {
  execution: { id: 'e7', namespace: 'company.data', flowId: 'load', state: { current: 'FAILED' } },
  duration: 'PT1M3S',
  startDate: '2026-01-02T03:04:05Z',
  link: 'https://batuta.example.com/ui/main/executions/company.data/load/e7',
  firstFailed: { taskId: 'copy' },
  lastTask: { taskId: 'clean' },
}

export async function openRun(t: TestContext): Promise<TestRun> {
  const run = await createTestRunContext({
    answer: (name, args) => {
      if (name !== 'execution.facts') throw new Error(`nobody answers ${name}`)
      return 'executionId' in args && args['executionId'] === 'none' ? null : FACTS
    },
  })
  t.after(() => run.close())
  return run
}
