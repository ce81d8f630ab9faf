import type { HttpDependencies } from '../dependencies.ts'
import type { Handlers } from '../exchange.ts'
import { json } from '../reply.ts'
import { calendar } from './calendar.ts'
import { decide } from './decisions.ts'
import { simulate } from './simulate.ts'

export function planningHandlers(dependencies: HttpDependencies): Handlers<'planning'> {
  return {
    simulate: async ({ body }) => json(await simulate(body, dependencies)),
    calendar: async ({ query }) => json(await calendar(query, dependencies)),
    decisions: async ({ query }) => json(await decide(query, dependencies)),
  }
}
