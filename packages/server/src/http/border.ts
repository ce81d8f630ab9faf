// What stands around every route, whatever it does: the headers of its replies, the questions of browsers that no route answers, and how much each may ask.
import type { IncomingMessage } from 'node:http'
import type { Route } from '@batuta/api'
import type { Clock } from '../platform/platform.ts'
import { Allowance, tooMany } from './allowance.ts'
import { newClientAddress, type ClientAddress } from './client-address.ts'
import { newCors } from './cors.ts'
import type { HttpConfig } from './dependencies.ts'
import type { Reply } from './reply.ts'
import type { RequestError } from './request-error.ts'
import { newSecurityHeaders, type SecurityHeaders } from './security-headers.ts'

export interface Border {
  /** What is answered before any route is asked for. */
  answer(incoming: IncomingMessage): Reply | undefined
  /** Who has asked too much is told when to come back. */
  refusal(route: Route, incoming: IncomingMessage): RequestError | undefined
  /** A refusal of a route that says something about who asked. */
  note(refusal: RequestError, incoming: IncomingMessage): void
  headersOf(incoming: IncomingMessage): SecurityHeaders
}

/** Guesses at the keys of webhooks, each minute from one address. */
const MISSES_PER_MINUTE = 10
/** Of one credential, in units of a small request: a thousand a second are a program that ran wild. */
const REQUESTS_PER_MINUTE = 120_000
const LIST_COST = 5

export function newBorder(config: HttpConfig, platform: Pick<Clock, 'elapsedMs'>): Border {
  const { url, cors: rules = [] } = config
  const secure = newSecurityHeaders(url)
  const cors = newCors(rules)
  const limits = newLimits(config, platform)
  return {
    answer: ({ method = '', headers }) => cors.preflight(method, headers),
    ...limits,
    headersOf:
      rules.length === 0
        ? () => secure
        : ({ headers }) => {
            const more = cors.headersFor(headers)
            return reply => [...secure(reply), ...more]
          },
  }
}

function newLimits(config: HttpConfig, platform: Pick<Clock, 'elapsedMs'>): Pick<Border, 'refusal' | 'note'> {
  const { trustedProxies, requestsPerMinute = REQUESTS_PER_MINUTE } = config
  const elapsedMs = (): number => platform.elapsedMs()
  const clientOf = newClientAddress(trustedProxies)
  const misses = new Allowance({ most: MISSES_PER_MINUTE, perMinute: MISSES_PER_MINUTE, elapsedMs })
  const requests = new Allowance({ most: requestsPerMinute, perMinute: requestsPerMinute, elapsedMs })
  return {
    refusal: (route, incoming) => {
      if (route.permission === 'key') return refusalOfGuess(misses, clientOf, incoming)
      const { authorization, cookie } = incoming.headers
      const who = authorization ?? cookie
      if (who === undefined || requestsPerMinute === 0 || route.permission === 'public') return undefined
      const cost = costOf(route)
      const waitMs = requests.waitMs(who, cost)
      if (waitMs > 0) return tooMany('You have asked for more than you may in a minute.', waitMs)
      requests.spend(who, cost)
      return undefined
    },
    note: ({ code }, incoming) => {
      if (code !== 'webhook-not-found') return
      const client = clientOf(incoming)
      if (client !== undefined) misses.spend(client)
    },
  }
}

/** Before the key is looked at: who is to wait does not learn whether the next guess is right. */
function refusalOfGuess(
  misses: Allowance,
  clientOf: ClientAddress,
  incoming: IncomingMessage,
): RequestError | undefined {
  if (misses.isUntouched) return undefined
  const client = clientOf(incoming)
  const waitMs = client === undefined ? 0 : misses.waitMs(client)
  return waitMs === 0 ? undefined : tooMany('Too many calls of webhooks that are not there.', waitMs)
}

const costs = new WeakMap<Route, number>()

/** Lists read many rows, whatever they show of them. */
function costOf(route: Route): number {
  const known = costs.get(route)
  if (known !== undefined) return known
  const cost = 'size' in route.query.properties || route.reply.type === 'events' ? LIST_COST : 1
  costs.set(route, cost)
  return cost
}
