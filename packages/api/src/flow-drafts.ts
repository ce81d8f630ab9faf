// Drafts of flows: what is written and not yet published. Triggers, executions and other flows know nothing of it; a flow has one at most.
import Type from 'typebox'
import { defineRoute, ofTenant } from './route.ts'
import { NoParams, NoQuery } from './shapes.ts'

const OfFlow = Type.Object({ namespace: Type.String(), id: Type.String() })
const NONE = { type: 'none' } as const

const Head = {
  namespace: Type.String(),
  id: Type.String(),
  revision: Type.Integer({ description: 'What it would be if it were published now.' }),
  follows: Type.Integer({ description: 'The published revision that it is a change of; 0 where there was none.' }),
  isOutdated: Type.Boolean({ description: 'Another revision was published since.' }),
  version: Type.Integer({ description: 'Counts how often the draft was saved: the tag for If-Match.' }),
  author: Type.Optional(Type.String({ description: 'Who saved it last; absent where nobody has to sign in.' })),
  updated: Type.String({ format: 'date-time' }),
}

const Draft = Type.Object({ ...Head, source: Type.String() })

export const flowDraftRoutes = {
  listDrafts: defineRoute({
    method: 'GET',
    paths: ofTenant('/flow-drafts'),
    params: NoParams,
    query: Type.Object({ namespace: Type.Optional(Type.String()) }),
    body: NONE,
    status: 200,
    reply: { type: 'json', schema: Type.Array(Type.Object(Head)) },
    permission: 'FLOW:READ',
    namespaceFrom: 'scope',
    summary: 'Drafts of flows, those that were never published as well, by namespace and id.',
  }),
  getDraft: defineRoute({
    method: 'GET',
    paths: ofTenant('/flows/{namespace}/{id}/draft'),
    params: OfFlow,
    query: NoQuery,
    body: NONE,
    status: 200,
    reply: { type: 'json', schema: Draft },
    refusals: [404],
    permission: 'FLOW:READ',
    namespaceFrom: 'path',
    summary: 'The draft of a flow.',
  }),
  saveDraft: defineRoute({
    method: 'PUT',
    paths: ofTenant('/flows/{namespace}/{id}/draft'),
    params: OfFlow,
    query: Type.Object({
      follows: Type.Optional(
        Type.Integer({
          minimum: 0,
          description: 'The revision that it is a change of: the newest, unless it is named.',
        }),
      ),
    }),
    body: { type: 'yaml' },
    status: 200,
    reply: { type: 'json', schema: Draft },
    refusals: [404, 412],
    isConditional: true,
    permission: 'FLOW:UPDATE',
    namespaceFrom: 'path',
    summary: 'Keep a text as the draft of a flow, whether it is valid or not; the flow need not be there.',
  }),
  discardDraft: defineRoute({
    method: 'DELETE',
    paths: ofTenant('/flows/{namespace}/{id}/draft'),
    params: OfFlow,
    query: NoQuery,
    body: NONE,
    status: 204,
    reply: { type: 'empty' },
    refusals: [404],
    permission: 'FLOW:UPDATE',
    namespaceFrom: 'path',
    summary: 'Throw the draft of a flow away; what is published stays.',
  }),
}
