// The two requests that come by the thousand a second, webhooks and starts, answered on the raw message before the router sees it. What is
// done is the same as on the routes; only the way there is shorter. Anything unusual is left to the routes.
import type { IncomingMessage, ServerResponse } from 'node:http'
import type { ApiDialect } from '@batuta/core'
import type { HttpDependencies } from './dependencies.ts'
import { DIALECT_HEADER, dialectOf } from './dialect.ts'
import { signalOf } from './exchange.ts'
import { callWebhook } from './executions/call-webhook.ts'
import { startExecution } from './executions/start-execution.ts'
import { BODY_BYTES_MAX, readBytes, textOf } from './read-body.ts'
import type { Reply } from './reply.ts'
import { refusalOf } from './request-error.ts'
import type { OriginCheck } from './trusted-origin.ts'
import { errorReply, writeReply } from './write-reply.ts'

export interface HotPaths {
  /** Undefined when the request is for the routes. */
  answer(incoming: IncomingMessage, outgoing: ServerResponse): Promise<void> | undefined
}

const WEBHOOK_METHODS: ReadonlySet<string | undefined> = new Set(['GET', 'POST', 'PUT'])
const NO_QUERY = {}

export function newHotPaths(dependencies: HttpDependencies, checkOrigin: OriginCheck): HotPaths {
  const { tenant } = dependencies.config
  const roots = [
    { prefix: `/api/v1/${tenant}/executions/`, dialects: ['b', 'c'] as const },
    { prefix: '/api/v1/executions/', dialects: ['a'] as const },
  ]
  return {
    answer: (incoming, outgoing) => {
      const url = incoming.url ?? ''
      const root = roots.find(({ prefix }) => url.startsWith(prefix))
      if (!root || url.includes('%')) return undefined
      const at = url.indexOf('?')
      const target: Target = {
        segments: url.slice(root.prefix.length, at < 0 ? undefined : at).split('/'),
        search: at < 0 ? '' : url.slice(at + 1),
        dialect: dialectOf(incoming.headers[DIALECT_HEADER], root.dialects, dependencies.config.apiDialect),
      }
      const run = findRun(incoming, outgoing, { target, dependencies, checkOrigin })
      return run && answer(incoming, outgoing, { run, dependencies })
    },
  }
}

interface Target {
  readonly segments: readonly string[]
  readonly search: string
  readonly dialect: ApiDialect
}

interface Search {
  readonly target: Target
  readonly dependencies: HttpDependencies
  readonly checkOrigin: OriginCheck
}

type Run = () => Promise<Reply>

function findRun(
  incoming: IncomingMessage,
  outgoing: ServerResponse,
  { target, dependencies, checkOrigin }: Search,
): Run | undefined {
  const { segments, search, dialect } = target
  const [first = '', second = '', third = '', fourth] = segments
  if (first === 'webhook' && fourth !== undefined && fourth !== '' && WEBHOOK_METHODS.has(incoming.method)) {
    const call = { namespace: second, flowId: third, key: fourth, dialect, search, rawHeaders: incoming.rawHeaders }
    const path = segments.length > 4 ? { path: segments.slice(4).join('/') } : {}
    return async () => {
      const bytes = await readBytes(incoming, BODY_BYTES_MAX)
      return await callWebhook(
        { ...call, ...path, body: bytes && textOf(bytes), signal: () => signalOf(outgoing) },
        dependencies,
      )
    }
  }
  const isStart = incoming.method === 'POST' && segments.length === 2 && search === ''
  if (!isStart || !dependencies.flows.newest({ tenant: dependencies.config.tenant, namespace: first, flowId: second }))
    return undefined
  return async () => {
    const { host, origin, 'sec-fetch-site': fetchSite } = incoming.headers
    const refusal = checkOrigin({ method: 'POST', host, origin, fetchSite: [fetchSite].flat()[0] })
    if (refusal) throw refusal
    const params = { namespace: first, id: second }
    const call = {
      params,
      query: NO_QUERY,
      incoming,
      dialect,
      signal: () => signalOf(outgoing),
    }
    return await startExecution(call, dependencies)
  }
}

async function answer(
  incoming: IncomingMessage,
  outgoing: ServerResponse,
  { run, dependencies }: { readonly run: Run; readonly dependencies: HttpDependencies },
): Promise<void> {
  try {
    await writeReply(outgoing, await run())
  } catch (error) {
    const { refusal, isOurs } = refusalOf(error)
    const path = (incoming.url ?? '').replace(/\?.*$/s, '')
    if (isOurs) dependencies.log.error(`${incoming.method} ${path} answered ${refusal.status}`, refusal.cause ?? error)
    await writeReply(outgoing, errorReply(refusal, path))
  }
}
