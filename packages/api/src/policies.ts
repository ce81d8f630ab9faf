// Policies in Kestra 2.0's shape, of an instance, a tenant or a namespace: three times the same routes, under three paths.
import Type, { type TObject } from 'typebox'
import { defineRoute, ofInstance, ofTenant, type Paths, type Guard } from './route.ts'
import { Anything, NoParams, NoQuery, Paging, pageOf } from './shapes.ts'

const NONE = { type: 'none' } as const

const Violation = Type.Object({
  policyId: Type.String(),
  isBlocking: Type.Boolean(),
  isEvaluated: Type.Boolean(),
  message: Type.String(),
  path: Type.String(),
})

/** As YAML in `source`, or as the fields themselves. */
const PolicyRequest = Type.Object({
  source: Type.Optional(Type.String()),
  content: Type.Optional(Type.String()),
  id: Type.Optional(Type.String()),
  displayName: Type.Optional(Type.String()),
  description: Type.Optional(Type.String()),
  enforcement: Type.Optional(Type.String()),
  target: Type.Optional(Anything),
  rules: Type.Optional(Type.Array(Anything)),
})

export const Policy = Type.Object({
  id: Type.String(),
  displayName: Type.Optional(Type.String()),
  description: Type.Optional(Type.String()),
  enforcement: Type.String(),
  target: Anything,
  rules: Type.Array(Anything),
  source: Type.String(),
  scope: Type.String({ description: 'INSTANCE, TENANT or NAMESPACE' }),
  namespace: Type.Optional(Type.String()),
  isStatic: Type.Boolean({ description: 'Of the configuration: nobody changes it here' }),
  created: Type.Optional(Type.String()),
  updated: Type.Optional(Type.String()),
})
const POLICY = { type: 'json', schema: Policy } as const
const COUNT = { type: 'json', schema: Type.Object({ count: Type.Integer() }) } as const
const IDS = { type: 'json', schema: Type.Array(Type.String(), { maxItems: 1_000 }) } as const

interface Place<Params extends TObject, One extends TObject> {
  readonly paths: (path: string) => Paths
  readonly params: Params
  readonly one: One
  readonly guards: { readonly [Which in 'read' | 'create' | 'update' | 'delete']: Guard }
  readonly what: string
}

const Evaluation = Type.Object({
  policyId: Type.String(),
  flows: Type.Integer({ description: 'That it holds for' }),
  results: Type.Array(
    Type.Object({ namespace: Type.String(), flowId: Type.String(), violations: Type.Array(Violation) }),
  ),
  total: Type.Integer({ description: 'Flows that break it' }),
})

function readingOf<Params extends TObject, One extends TObject>({
  paths,
  params,
  one,
  guards,
  what,
}: Place<Params, One>) {
  return {
    search: defineRoute({
      method: 'GET',
      paths: paths('/search'),
      params,
      query: Type.Object({ ...Paging, q: Type.Optional(Type.String()) }),
      body: NONE,
      status: 200,
      reply: { type: 'json', schema: pageOf(Policy) },
      ...guards.read,
      summary: `The policies of ${what}.`,
    }),
    get: defineRoute({
      method: 'GET',
      paths: paths('/{id}'),
      params: one,
      query: NoQuery,
      body: NONE,
      status: 200,
      reply: POLICY,
      refusals: [404],
      ...guards.read,
      summary: `A policy of ${what}.`,
    }),
    evaluate: defineRoute({
      method: 'GET',
      paths: paths('/{id}/evaluate'),
      params: one,
      query: Type.Object({ ...Paging }),
      body: NONE,
      status: 200,
      reply: { type: 'json', schema: Evaluation },
      refusals: [404],
      ...guards.read,
      summary: 'Which saved flows break the policy, whatever its enforcement.',
    }),
    export: defineRoute({
      method: 'POST',
      paths: paths('/export'),
      params,
      query: NoQuery,
      body: NONE,
      status: 200,
      reply: { type: 'bytes' },
      ...guards.read,
      summary: `All policies of ${what}, as YAML documents.`,
    }),
    exportByIds: defineRoute({
      method: 'POST',
      paths: paths('/export/by-ids'),
      params,
      query: NoQuery,
      body: IDS,
      status: 200,
      reply: { type: 'bytes' },
      ...guards.read,
      summary: `Some policies of ${what}, as YAML documents.`,
    }),
  }
}

function writingOf<Params extends TObject, One extends TObject>({
  paths,
  params,
  one,
  guards,
  what,
}: Place<Params, One>) {
  return {
    create: defineRoute({
      method: 'POST',
      paths: paths(''),
      params,
      query: NoQuery,
      body: { type: 'json', schema: PolicyRequest },
      status: 200,
      reply: POLICY,
      refusals: [409],
      ...guards.create,
      summary: `Make a policy of ${what}.`,
    }),
    update: defineRoute({
      method: 'PUT',
      paths: paths('/{id}'),
      params: one,
      query: NoQuery,
      body: { type: 'json', schema: PolicyRequest },
      status: 200,
      reply: POLICY,
      refusals: [404],
      ...guards.update,
      summary: `Change a policy of ${what}.`,
    }),
    delete: defineRoute({
      method: 'DELETE',
      paths: paths('/{id}'),
      params: one,
      query: NoQuery,
      body: NONE,
      status: 204,
      reply: { type: 'empty' },
      refusals: [404],
      ...guards.delete,
      summary: `Delete a policy of ${what}.`,
    }),
    deleteByIds: defineRoute({
      method: 'DELETE',
      paths: paths('/delete/by-ids'),
      params,
      query: NoQuery,
      body: IDS,
      status: 200,
      reply: COUNT,
      ...guards.delete,
      summary: `Delete some policies of ${what}.`,
    }),
  }
}

const OfNamespace = Type.Object({ namespace: Type.String() })
const OfNamespaceAndId = Type.Object({ namespace: Type.String(), id: Type.String() })
const OfId = Type.Object({ id: Type.String() })

const OF_TENANT = {
  ...{ paths: (path: string) => ofTenant(`/policies${path}`), params: NoParams, one: OfId, what: 'the tenant' },
  guards: {
    read: { permission: 'TENANT_SETTINGS:READ' },
    create: { permission: 'TENANT_SETTINGS:CREATE' },
    update: { permission: 'TENANT_SETTINGS:UPDATE' },
    delete: { permission: 'TENANT_SETTINGS:DELETE' },
  },
} as const
const OF_NAMESPACE = {
  paths: (path: string) => ofTenant(`/namespaces/{namespace}/policies${path}`),
  ...{ params: OfNamespace, one: OfNamespaceAndId, what: 'a namespace' },
  guards: {
    read: { permission: 'POLICY:READ', namespaceFrom: 'path' },
    create: { permission: 'POLICY:CREATE', namespaceFrom: 'path' },
    update: { permission: 'POLICY:UPDATE', namespaceFrom: 'path' },
    delete: { permission: 'POLICY:DELETE', namespaceFrom: 'path' },
  },
} as const
const OF_INSTANCE = {
  paths: (path: string) => ofInstance(`/api/v1/instance/policies${path}`),
  ...{ params: NoParams, one: OfId, what: 'the instance' },
  guards: {
    read: { permission: 'SYSTEM_SETTINGS:READ' },
    create: { permission: 'SYSTEM_SETTINGS:CREATE' },
    update: { permission: 'SYSTEM_SETTINGS:UPDATE' },
    delete: { permission: 'SYSTEM_SETTINGS:DELETE' },
  },
} as const

export const tenantPolicyRoutes = {
  ...readingOf(OF_TENANT),
  ...writingOf(OF_TENANT),
  preview: defineRoute({
    method: 'POST',
    paths: ofTenant('/flows/policies/preview'),
    params: NoParams,
    query: NoQuery,
    body: {
      type: 'json',
      schema: Type.Object({
        source: Type.String({ description: 'Of a flow' }),
        policy: Type.Optional(Type.String({ description: 'YAML of a policy to judge by, instead of those that hold' })),
      }),
    },
    status: 200,
    reply: {
      type: 'json',
      schema: Type.Object({
        isBlocked: Type.Boolean(),
        violations: Type.Array(Violation),
        policies: Type.Array(Type.String(), { description: 'Ids of those that hold' }),
      }),
    },
    permission: 'FLOW:READ',
    namespaceFrom: 'scope',
    summary: 'What policies say to a flow before it is saved.',
  }),
  import: defineRoute({
    method: 'POST',
    paths: ofTenant('/policies/import'),
    params: NoParams,
    query: NoQuery,
    body: { type: 'form' },
    status: 200,
    reply: {
      type: 'json',
      schema: Type.Object({
        imported: Type.Array(Type.String()),
        errors: Type.Array(Type.Object({ index: Type.Integer(), message: Type.String() })),
      }),
    },
    permission: 'TENANT_SETTINGS:UPDATE',
    summary: 'Make or change policies of the tenant from a file of YAML documents (`fileUpload`).',
  }),
}
export const namespacePolicyRoutes = { ...readingOf(OF_NAMESPACE), ...writingOf(OF_NAMESPACE) }
export const instancePolicyRoutes = { ...readingOf(OF_INSTANCE), ...writingOf(OF_INSTANCE) }
