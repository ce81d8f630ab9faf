// What stands around every route, whatever it does: the headers of its replies, and the questions of browsers that no route answers.
import type { IncomingMessage } from 'node:http'
import { newCors } from './cors.ts'
import type { HttpConfig } from './dependencies.ts'
import type { Reply } from './reply.ts'
import { newSecurityHeaders, type SecurityHeaders } from './security-headers.ts'

export interface Border {
  /** What is answered before any route is asked for. */
  answer(incoming: IncomingMessage): Reply | undefined
  headersOf(incoming: IncomingMessage): SecurityHeaders
}

export function newBorder({ url, cors: rules = [] }: HttpConfig): Border {
  const secure = newSecurityHeaders(url)
  const cors = newCors(rules)
  return {
    answer: ({ method = '', headers }) => cors.preflight(method, headers),
    headersOf:
      rules.length === 0
        ? () => secure
        : ({ headers }) => {
            const more = cors.headersFor(headers)
            return reply => [...secure(reply), ...more]
          },
  }
}
