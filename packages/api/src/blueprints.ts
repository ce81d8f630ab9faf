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

/** 0.20 had blueprints where later versions have their kinds. */
function since1(path: string): Paths {
  const full = `/api/v1/{tenant}/blueprints/community${path}`
  return { b: full, c: full }
}

const shared = {
  method: 'GET',
  params: OfBlueprint,
  query: NoQuery,
  body: NONE,
  status: 200,
  refusals: [404],
  permission: 'plugin:read',
} as const

export const blueprintRoutes = {
  list: defineRoute({
    ...shared,
    paths: since1('/{kind}'),
    params: OfKind,
    query: Type.Object({
      ...Paging,
      q: Type.Optional(Type.String()),
      tags: Type.Optional(Type.Array(Type.String())),
    }),
    reply: { type: 'json', schema: pageOf(Blueprint) },
    summary: 'Flows to begin with, those of the welcome page first.',
  }),
  tags: defineRoute({
    ...shared,
    paths: since1('/{kind}/tags'),
    params: OfKind,
    query: Type.Object({ q: Type.Optional(Type.String()) }),
    reply: { type: 'json', schema: Type.Array(Type.Object({ id: Type.String(), name: Type.String() })) },
    summary: 'What blueprints are about.',
  }),
  get: defineRoute({
    ...shared,
    paths: since1('/{kind}/{id}'),
    reply: { type: 'json', schema: Type.Object({ ...Blueprint.properties, source: Type.String() }) },
    summary: 'A blueprint with its source.',
  }),
  graph: defineRoute({
    ...shared,
    paths: since1('/{kind}/{id}/graph'),
    reply: { type: 'json', schema: Anything },
    summary: 'A blueprint as a graph.',
  }),
  source: defineRoute({
    ...shared,
    paths: since1('/{kind}/{id}/source'),
    reply: { type: 'text' },
    summary: 'The YAML of a blueprint.',
  }),
}
