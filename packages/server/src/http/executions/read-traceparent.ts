import type { IncomingMessage } from 'node:http'
import { isTraceparent } from '../../telemetry/trace-context.ts'

/** The W3C trace of the caller; one that cannot be read is as if there were none. */
export function readTraceparent({ headers }: Pick<IncomingMessage, 'headers'>): string | undefined {
  const header = headers['traceparent']
  return typeof header === 'string' && isTraceparent(header) ? header : undefined
}
