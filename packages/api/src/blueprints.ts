// Flows to begin with, which come with the program.
import Type from 'typebox'
import { defineRoute, ofTenant, type Paths } from './route.ts'
import { DELETE, GET, POST, PUT, gives, maybe, takes } from './route-parts.ts'
import { Anything, NoQuery, Paging, pageOf } from './shapes.ts'

const NONE = { type: 'none' } as const
const OfKind = Type.Object({ kind: Type.String() })
const OfBlueprint = Type.Object({ kind: Type.String(), id: Type.String() })

const Blueprint = Type.Object({
  id: Type.String(),
  title: Type.String(),
  description: Type.String(),
  includedTasks: Type.Array(Type.String()),
  tags: Type.Array(Type.String()),
  kind: Type.String(),
})

const OfId = Type.Object({ id: Type.String() })
const ListQuery = Type.Object({
  ...Paging,
  q: Type.Optional(Type.String()),
  tags: Type.Optional(Type.Array(Type.String())),
})
const Tags = Type.Array(Type.Object({ id: Type.String(), name: Type.String() }))

/** 0.20 had blueprints where later versions have their kinds. */
function since1(path: string): Paths {
  const full = `/api/v1/{tenant}/blueprints/community${path}`
  return { b: full, c: full }
}

function until020(path: string): Paths {
  return { a: `/api/v1/blueprints/community${path}` }
}

const shared = {
  method: 'GET',
  params: OfBlueprint,
  query: NoQuery,
  body: NONE,
  status: 200,
  refusals: [404],
} as const

const WithSource = Type.Object({ ...Blueprint.properties, source: Type.String() })

/** `flow` is what 0.20 calls the source. */
const CustomBody = Type.Object({
  id: maybe(Type.String()),
  title: Type.String({ minLength: 1, maxLength: 200 }),
  description: maybe(Type.String({ maxLength: 10_000 })),
  tags: maybe(Type.Array(Type.String({ maxLength: 100 }), { maxItems: 20 })),
  source: maybe(Type.String({ maxLength: 100_000 })),
  flow: maybe(Type.String({ maxLength: 100_000 })),
})

const customRoutes = {
  listCustom: defineRoute({
    ...GET,
    paths: ofTenant('/blueprints/custom'),
    query: Type.Object({ ...ListQuery.properties, source: Type.Optional(Type.Boolean()) }),
    reply: gives(pageOf(Type.Object({ ...Blueprint.properties, source: Type.Optional(Type.String()) }))),
    permission: 'BLUEPRINT:READ',
    summary: 'Blueprints of this server, the latest first.',
  }),
  customTags: defineRoute({
    ...GET,
    paths: ofTenant('/blueprints/custom/tags'),
    query: Type.Object({ q: Type.Optional(Type.String()) }),
    reply: gives(Type.Array(Type.String())),
    permission: 'BLUEPRINT:READ',
    summary: 'What the blueprints of this server are about.',
  }),
  getCustom: defineRoute({
    ...GET,
    paths: ofTenant('/blueprints/custom/{id}'),
    params: OfId,
    reply: gives(WithSource),
    refusals: [404],
    permission: 'BLUEPRINT:READ',
    summary: 'A blueprint of this server with its source.',
  }),
  customSource: defineRoute({
    ...GET,
    paths: { ...ofTenant('/blueprints/custom/{id}/source'), a: '/api/v1/blueprints/custom/{id}/flow' },
    params: OfId,
    reply: { type: 'text' },
    refusals: [404],
    permission: 'BLUEPRINT:READ',
    summary: 'The YAML of a blueprint of this server.',
  }),
  createCustom: defineRoute({
    ...POST,
    paths: ofTenant('/blueprints/custom'),
    body: takes(CustomBody),
    reply: gives(WithSource),
    permission: 'BLUEPRINT:CREATE',
    summary: 'Keep a flow as something to begin with.',
  }),
  updateCustom: defineRoute({
    ...PUT,
    paths: ofTenant('/blueprints/custom/{id}'),
    params: OfId,
    body: takes(CustomBody),
    reply: gives(WithSource),
    refusals: [404],
    permission: 'BLUEPRINT:UPDATE',
    summary: 'Change a blueprint of this server.',
  }),
  deleteCustom: defineRoute({
    ...DELETE,
    status: 200,
    paths: ofTenant('/blueprints/custom/{id}'),
    params: OfId,
    refusals: [404],
    permission: 'BLUEPRINT:DELETE',
    summary: 'Take a blueprint of this server away.',
  }),
}

export const blueprintRoutes = {
  ...customRoutes,
  list: defineRoute({
    ...shared,
    paths: since1('/{kind}'),
    params: OfKind,
    query: ListQuery,
    reply: { type: 'json', schema: pageOf(Blueprint) },
    permission: 'BLUEPRINT:READ',
    summary: 'Flows to begin with, those of the welcome page first.',
  }),
  tags: defineRoute({
    ...shared,
    paths: since1('/{kind}/tags'),
    params: OfKind,
    query: Type.Object({ q: Type.Optional(Type.String()) }),
    reply: { type: 'json', schema: Tags },
    permission: 'BLUEPRINT:READ',
    summary: 'What blueprints are about.',
  }),
  get: defineRoute({
    ...shared,
    paths: since1('/{kind}/{id}'),
    reply: { type: 'json', schema: Type.Object({ ...Blueprint.properties, source: Type.String() }) },
    permission: 'BLUEPRINT:READ',
    summary: 'A blueprint with its source.',
  }),
  graph: defineRoute({
    ...shared,
    paths: since1('/{kind}/{id}/graph'),
    reply: { type: 'json', schema: Anything },
    permission: 'BLUEPRINT:READ',
    summary: 'A blueprint as a graph.',
  }),
  source: defineRoute({
    ...shared,
    paths: since1('/{kind}/{id}/source'),
    reply: { type: 'text' },
    permission: 'BLUEPRINT:READ',
    summary: 'The YAML of a blueprint.',
  }),
  listOld: defineRoute({
    ...shared,
    paths: until020(''),
    params: Type.Object({}),
    query: ListQuery,
    reply: { type: 'json', schema: pageOf(Blueprint) },
    permission: 'BLUEPRINT:READ',
    summary: 'Flows to begin with, as 0.20 lists them.',
  }),
  tagsOld: defineRoute({
    ...shared,
    paths: until020('/tags'),
    params: Type.Object({}),
    query: Type.Object({ q: Type.Optional(Type.String()) }),
    reply: { type: 'json', schema: Tags },
    permission: 'BLUEPRINT:READ',
    summary: 'What blueprints are about, as 0.20 asks.',
  }),
  getOld: defineRoute({
    ...shared,
    paths: until020('/{id}'),
    params: OfId,
    reply: { type: 'json', schema: Type.Object({ ...Blueprint.properties, flow: Type.String() }) },
    permission: 'BLUEPRINT:READ',
    summary: 'A blueprint with its source, as 0.20 asks.',
  }),
  graphOld: defineRoute({
    ...shared,
    paths: until020('/{id}/graph'),
    params: OfId,
    reply: { type: 'json', schema: Anything },
    permission: 'BLUEPRINT:READ',
    summary: 'A blueprint as a graph, as 0.20 asks.',
  }),
  sourceOld: defineRoute({
    ...shared,
    paths: until020('/{id}/flow'),
    params: OfId,
    reply: { type: 'text' },
    permission: 'BLUEPRINT:READ',
    summary: 'The YAML of a blueprint, as 0.20 asks.',
  }),
}
