import Type from 'typebox'
import { defineRoute, ofInstance, ofTenant } from './route.ts'
import { Anything, Names, NoParams, NoQuery } from './shapes.ts'

const NONE = { type: 'none' } as const
const ANYTHING = { type: 'json', schema: Anything } as const

export const miscRoutes = {
  health: probe('/health', 'Whether the server can do its work; 503 when it cannot.'),
  liveness: probe('/health/liveness', 'Whether the process is alive.'),
  readiness: probe('/health/readiness', 'Whether the server takes requests; 503 when it does not.'),
  ping: defineRoute({
    method: 'GET',
    paths: ofInstance('/ping'),
    params: NoParams,
    query: NoQuery,
    body: NONE,
    status: 200,
    reply: { type: 'text' },
    permission: 'public',
    summary: 'Answers pong.',
  }),
  configs: defineRoute({
    method: 'GET',
    paths: ofInstance('/api/v1/configs'),
    params: NoParams,
    query: NoQuery,
    body: NONE,
    status: 200,
    reply: ANYTHING,
    permission: 'public',
    summary: 'What clients ask for at their start.',
  }),
  loginConfig: defineRoute({
    method: 'GET',
    paths: ofInstance('/api/v1/configs/login'),
    params: NoParams,
    query: NoQuery,
    body: NONE,
    status: 200,
    reply: ANYTHING,
    permission: 'public',
    summary: 'How one logs in.',
  }),
  authErrors: defineRoute({
    method: 'GET',
    paths: ofInstance('/api/v1/basicAuthValidationErrors'),
    params: NoParams,
    query: NoQuery,
    body: NONE,
    status: 200,
    reply: { type: 'json', schema: Names },
    permission: 'public',
    summary: 'What is wrong with the configured credentials.',
  }),
  usages: defineRoute({
    method: 'GET',
    paths: ofTenant('/usages/all'),
    params: NoParams,
    query: NoQuery,
    body: NONE,
    status: 200,
    reply: ANYTHING,
    permission: 'flow:read',
    summary: 'How much there is of what.',
  }),
  openApi: defineRoute({
    method: 'GET',
    paths: ofInstance('/api/v1/openapi.json'),
    params: NoParams,
    query: Type.Object({
      dialect: Type.Optional(Type.Union([Type.Literal('a'), Type.Literal('b'), Type.Literal('c')])),
    }),
    body: NONE,
    status: 200,
    reply: ANYTHING,
    permission: 'public',
    summary: 'This description.',
  }),
}

function probe(path: string, summary: string) {
  return defineRoute({
    method: 'GET',
    paths: ofInstance(path),
    params: NoParams,
    query: NoQuery,
    body: NONE,
    status: 200,
    reply: ANYTHING,
    refusals: [503],
    permission: 'public',
    summary,
  })
}
