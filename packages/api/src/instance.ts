import Type from 'typebox'
import { instanceFactRoutes } from './instance-facts.ts'
import { defineRoute, ofInstance, ofTenantOnly, type Paths } from './route.ts'
import { NoParams, NoQuery, Paging, pageOf } from './shapes.ts'

const NONE = { type: 'none' } as const

/** 0.20 called the instance a cluster. */
function ofCluster(path: string): Paths {
  const now = ofInstance(`/api/v1/instance${path}`)
  return { ...now, a: `/api/v1/cluster${path}` }
}

/** One role of one node. */
const Service = Type.Object({
  id: Type.String(),
  type: Type.String(),
  state: Type.String(),
  server: Type.Object({
    id: Type.String(),
    type: Type.String(),
    version: Type.String(),
    hostname: Type.String(),
    props: Type.Record(Type.String(), Type.Unknown()),
  }),
  createdAt: Type.String(),
  props: Type.Record(Type.String(), Type.Unknown()),
})

const MaintenanceStatus = Type.Object({ maintenance: Type.Boolean(), since: Type.Optional(Type.String()) })

export const instanceRoutes = {
  ...instanceFactRoutes,
  activeServices: defineRoute({
    method: 'GET',
    paths: ofCluster('/services/active'),
    params: NoParams,
    query: NoQuery,
    body: NONE,
    status: 200,
    reply: {
      type: 'json',
      schema: Type.Object({
        total: Type.Integer(),
        services: Type.Array(Type.Object({ type: Type.String(), total: Type.Integer() })),
      }),
    },
    permission: 'INSTANCE:READ',
    summary: 'How many services of each type are at work.',
  }),
  searchServices: defineRoute({
    method: 'GET',
    paths: ofCluster('/services/search'),
    params: NoParams,
    query: Type.Object({
      ...Paging,
      state: Type.Optional(Type.Array(Type.String())),
      type: Type.Optional(Type.Array(Type.String())),
    }),
    body: NONE,
    status: 200,
    reply: { type: 'json', schema: pageOf(Service) },
    permission: 'INSTANCE:READ',
    summary: 'The services of all nodes, those that are gone last.',
  }),
  service: defineRoute({
    method: 'GET',
    paths: ofCluster('/services/{serviceId}'),
    params: Type.Object({ serviceId: Type.String() }),
    query: NoQuery,
    body: NONE,
    status: 200,
    reply: { type: 'json', schema: Service },
    refusals: [404],
    permission: 'INSTANCE:READ',
    summary: 'One service.',
  }),
  workerTags: defineRoute({
    method: 'GET',
    paths: ofTenantOnly('/worker-selectors/tags', ['c']),
    params: NoParams,
    query: NoQuery,
    body: NONE,
    status: 200,
    reply: { type: 'json', schema: Type.Object({ tags: Type.Array(Type.String()) }) },
    permission: 'INSTANCE:READ',
    summary: 'The tags of the workers that are there, for `workerSelector`.',
  }),
  enterMaintenance: switching('enter', 'Nothing new begins on any node; what runs may end.'),
  exitMaintenance: switching('exit', 'Ends the maintenance.'),
  maintenance: defineRoute({
    method: 'GET',
    paths: ofInstance('/api/v1/instance/maintenance/status'),
    params: NoParams,
    query: NoQuery,
    body: NONE,
    status: 200,
    reply: { type: 'json', schema: MaintenanceStatus },
    permission: 'person',
    summary: 'Whether there is maintenance, and since when.',
  }),
}

function switching(verb: 'enter' | 'exit', summary: string) {
  return defineRoute({
    method: 'POST',
    paths: ofInstance(`/api/v1/instance/maintenance/${verb}`),
    params: NoParams,
    query: NoQuery,
    body: NONE,
    status: 200,
    reply: { type: 'json', schema: MaintenanceStatus },
    permission: 'INSTANCE:UPDATE',
    summary,
  })
}
