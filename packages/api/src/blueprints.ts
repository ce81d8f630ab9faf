// Flows to begin with, which come with the program.
import Type from 'typebox'
import { defineRoute, type Paths } from './route.ts'
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

export const blueprintRoutes = {
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
