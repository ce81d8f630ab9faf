// One stream of server-sent events per browser, and what it tells of: topics that are added and removed while it is open.
import Type, { type Static } from 'typebox'
import { defineRoute, ofTenant } from './route.ts'

const LiveFrame = Type.Object({
  topic: Type.String({ description: 'live for what concerns the stream itself' }),
  type: Type.String({
    description:
      'hello: the stream is open. snapshot: how it is now, read again what you keep. delta: what has changed. gap: frames were dropped, snapshots follow. refused: there is no such topic.',
  }),
})

const Topic = Type.Object({
  topic: Type.String({ maxLength: 300 }),
  query: Type.Optional(Type.String({ maxLength: 4_000, description: 'Of a list: the query of its search' })),
  after: Type.Optional(Type.Integer({ minimum: 0, description: 'Of a log: the chunk to go on after' })),
})

export const TOPICS_MAX = 200

export const liveRoutes = {
  stream: defineRoute({
    method: 'GET',
    paths: ofTenant('/live'),
    params: Type.Object({}),
    query: Type.Object({
      topics: Type.Optional(
        Type.String({ maxLength: 20_000, description: 'The first ones, with commas between them' }),
      ),
    }),
    body: { type: 'none' },
    status: 200,
    reply: { type: 'events', schema: LiveFrame },
    permission: 'EXECUTION:READ',
    namespaceFrom: 'scope',
    summary:
      'What happens, as it happens: exec:{id}, logs:{id}, list:{name}, counts, inbox, trigger:{namespace}.{flow}, flow:{namespace}.{flow}. Last-Event-ID goes on with the topics of the stream before.',
  }),
  topics: defineRoute({
    method: 'POST',
    paths: ofTenant('/live/{clientId}/topics'),
    params: Type.Object({ clientId: Type.String() }),
    query: Type.Object({}),
    body: {
      type: 'json',
      schema: Type.Object({
        add: Type.Optional(Type.Array(Type.Union([Type.String({ maxLength: 300 }), Topic]), { maxItems: TOPICS_MAX })),
        remove: Type.Optional(Type.Array(Type.String({ maxLength: 300 }), { maxItems: TOPICS_MAX })),
      }),
    },
    status: 200,
    reply: { type: 'json', schema: Type.Object({ topics: Type.Array(Type.String()) }) },
    refusals: [404],
    permission: 'EXECUTION:READ',
    namespaceFrom: 'scope',
    summary: 'Add topics to a stream that is open, and take others away.',
  }),
}

export type LiveFrameDocument = Static<typeof LiveFrame>
