import type { HttpDependencies } from '../dependencies.ts'
import { events } from '../event-stream.ts'
import type { Handlers } from '../exchange.ts'
import { json } from '../reply.ts'
import { LiveHub } from './live-hub.ts'

export function liveHandlers(dependencies: HttpDependencies): Handlers<'live'> {
  const hub = new LiveHub(dependencies)
  return {
    stream: ({ query, incoming, signal }) => {
      const last = incoming.headers['last-event-id']
      const topics = (query.topics ?? '').split(',').filter(topic => topic !== '')
      return events(hub.open([last].flat()[0], topics, signal()), dependencies.platform)
    },
    topics: ({ params, body: { add = [], remove = [] } }) => {
      const wishes = add.map(topic => (typeof topic === 'string' ? { topic } : topic))
      return json({ topics: hub.change(params.clientId, wishes, remove) })
    },
  }
}
