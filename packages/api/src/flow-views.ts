// Flows looked at from aside: as graphs, by their parts, by what stands in their sources.
import Type from 'typebox'
import { defineRoute, ofTenant } from './route.ts'
import { Anything, Flow, NoParams, NoQuery, Paging, Violation, pageOf } from './shapes.ts'

const OfFlow = Type.Object({ namespace: Type.String(), id: Type.String() })
const NONE = { type: 'none' } as const
const ANYTHING = { type: 'json', schema: Anything } as const
const VIOLATION = { type: 'json', schema: Violation } as const
const Depth = {
  destinationOnly: Type.Optional(Type.Boolean({ default: false })),
  expandAll: Type.Optional(Type.Boolean({ default: false })),
}

const Tree = Type.Record(Type.String(), Type.Unknown())
const Strings = Type.Array(Type.String())

/** `*` is any key; names of types are `string`, `number`, `boolean`, `any`. */
const ExpressionContext = Type.Object({
  inputs: Tree,
  outputs: Tree,
  vars: Tree,
  trigger: Type.Unknown(),
  labels: Strings,
  taskrun: Strings,
  flow: Strings,
  execution: Strings,
  namespace: Tree,
  secrets: Strings,
  kv: Strings,
  files: Strings,
  filters: Type.Array(Type.Object({ name: Type.String(), arguments: Strings })),
  functions: Type.Array(Type.Object({ name: Type.String(), arguments: Strings })),
})

const shared = { status: 200 } as const

export const flowViewRoutes = {
  graphOfSource: defineRoute({
    ...shared,
    method: 'POST',
    paths: ofTenant('/flows/graph'),
    params: NoParams,
    query: Type.Object({ subflows: Type.Optional(Type.Array(Type.String())) }),
    body: { type: 'yaml' },
    reply: ANYTHING,
    permission: 'FLOW:READ',
    namespaceFrom: 'body',
    summary: 'The graph of a flow that is not saved.',
  }),
  expressions: defineRoute({
    ...shared,
    method: 'POST',
    paths: ofTenant('/flows/expressions'),
    params: NoParams,
    query: Type.Object({ taskId: Type.Optional(Type.String()) }),
    body: { type: 'yaml' },
    reply: { type: 'json', schema: ExpressionContext },
    refusals: [404],
    permission: 'FLOW:READ',
    namespaceFrom: 'body',
    summary: 'What the expressions of a task may name, as the flow is written and as the server knows its namespace.',
  }),
  graph: defineRoute({
    ...shared,
    method: 'GET',
    paths: ofTenant('/flows/{namespace}/{id}/graph'),
    params: OfFlow,
    query: Type.Object({
      revision: Type.Optional(Type.Integer({ minimum: 1 })),
      subflows: Type.Optional(Type.Array(Type.String())),
    }),
    body: NONE,
    reply: ANYTHING,
    refusals: [404],
    permission: 'FLOW:READ',
    namespaceFrom: 'path',
    summary: 'The graph of a flow.',
  }),
  dependencies: defineRoute({
    ...shared,
    method: 'GET',
    paths: ofTenant('/flows/{namespace}/{id}/dependencies'),
    params: OfFlow,
    query: Type.Object(Depth),
    body: NONE,
    reply: ANYTHING,
    refusals: [404],
    permission: 'FLOW:READ',
    namespaceFrom: 'path',
    summary: 'The flows that a flow starts, and those that start it.',
  }),
  dependenciesOfNamespace: defineRoute({
    ...shared,
    method: 'GET',
    paths: ofTenant('/namespaces/{namespace}/dependencies'),
    params: Type.Object({ namespace: Type.String() }),
    query: Type.Object(Depth),
    body: NONE,
    reply: ANYTHING,
    permission: 'FLOW:READ',
    namespaceFrom: 'path',
    summary: 'How the flows of a namespace start one another.',
  }),
  searchSource: defineRoute({
    ...shared,
    method: 'GET',
    paths: ofTenant('/flows/source'),
    params: NoParams,
    query: Type.Object({
      ...Paging,
      q: Type.Optional(Type.String()),
      namespace: Type.Optional(Type.String()),
    }),
    body: NONE,
    reply: {
      type: 'json',
      schema: pageOf(Type.Object({ model: Flow, fragments: Type.Array(Type.String()) })),
    },
    permission: 'FLOW:READ',
    namespaceFrom: 'scope',
    summary: 'Search the sources of flows.',
  }),
  deprecated: defineRoute({
    ...shared,
    method: 'GET',
    paths: ofTenant('/flows/deprecated'),
    params: NoParams,
    query: Type.Object({ namespace: Type.Optional(Type.String()) }),
    body: NONE,
    reply: { type: 'json', schema: Type.Array(Anything) },
    permission: 'FLOW:READ',
    namespaceFrom: 'scope',
    summary: 'The flows that use what is deprecated, each with the places.',
  }),
  validateTask: defineRoute({
    ...shared,
    method: 'POST',
    paths: ofTenant('/flows/validate/task'),
    params: NoParams,
    query: Type.Object({ section: Type.String({ pattern: '^(TASKS|TRIGGERS)$' }) }),
    body: { type: 'yaml' },
    reply: VIOLATION,
    permission: 'FLOW:READ',
    namespaceFrom: 'body',
    summary: 'Judge one task or trigger.',
  }),
  validateTrigger: defineRoute({
    ...shared,
    method: 'POST',
    paths: ofTenant('/flows/validate/trigger'),
    params: NoParams,
    query: NoQuery,
    body: { type: 'yaml' },
    reply: VIOLATION,
    permission: 'FLOW:READ',
    namespaceFrom: 'body',
    summary: 'Judge one trigger.',
  }),
}
