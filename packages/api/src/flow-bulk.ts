// The same to many flows, by their names or by a search, and flows as files.
import Type, { type TObject } from 'typebox'
import { CSV, defineRoute, ofTenant, type BodySpec, type Method } from './route.ts'
import { BulkReply, IdWithNamespace, Names, NoParams, NoQuery } from './shapes.ts'

const NONE = { type: 'none' } as const
const KEYS = { type: 'json', schema: Type.Array(IdWithNamespace, { maxItems: 10_000 }) } as const

/** `q`, `scope`, `namespace` and `labels`; dialects b and c add `filters[…]`, which are read beside the query. */
export const FlowFilters = {
  q: Type.Optional(Type.String()),
  scope: Type.Optional(Type.Array(Type.String())),
  namespace: Type.Optional(Type.String()),
  labels: Type.Optional(Type.Array(Type.String())),
}
const searched = Type.Object(FlowFilters)

function bulk<Query extends TObject, Body extends BodySpec>(
  path: string,
  {
    method = 'POST',
    query,
    body,
    summary,
  }: { readonly method?: Method; readonly query: Query; readonly body: Body; readonly summary: string },
) {
  return defineRoute({
    method,
    paths: ofTenant(`/flows/${path}`),
    params: NoParams,
    query,
    body,
    status: 200,
    reply: { type: 'json', schema: BulkReply },
    permission: method === 'DELETE' ? 'FLOW:DELETE' : 'FLOW:UPDATE',
    namespaceFrom: 'scope',
    summary,
  })
}

export const flowBulkRoutes = {
  deleteByIds: bulk('delete/by-ids', {
    method: 'DELETE',
    query: NoQuery,
    body: KEYS,
    summary: 'Delete several flows.',
  }),
  deleteByQuery: bulk('delete/by-query', {
    method: 'DELETE',
    query: searched,
    body: NONE,
    summary: 'Delete the flows that a search finds.',
  }),
  disableByIds: bulk('disable/by-ids', { query: NoQuery, body: KEYS, summary: 'Disable several flows.' }),
  disableByQuery: bulk('disable/by-query', {
    query: searched,
    body: NONE,
    summary: 'Disable the flows that a search finds.',
  }),
  enableByIds: bulk('enable/by-ids', { query: NoQuery, body: KEYS, summary: 'Enable several flows.' }),
  enableByQuery: bulk('enable/by-query', {
    query: searched,
    body: NONE,
    summary: 'Enable the flows that a search finds.',
  }),
  exportByIds: defineRoute({
    method: 'POST',
    paths: ofTenant('/flows/export/by-ids'),
    params: NoParams,
    query: NoQuery,
    body: KEYS,
    status: 200,
    reply: { type: 'bytes' },
    permission: 'FLOW:READ',
    namespaceFrom: 'scope',
    summary: 'The sources of several flows as a zip file.',
  }),
  exportByQuery: defineRoute({
    method: 'GET',
    paths: ofTenant('/flows/export/by-query'),
    params: NoParams,
    query: searched,
    body: NONE,
    status: 200,
    reply: { type: 'bytes' },
    permission: 'FLOW:READ',
    namespaceFrom: 'scope',
    summary: 'The sources of the flows that a search finds as a zip file.',
  }),
  exportCsv: defineRoute({
    method: 'GET',
    paths: ofTenant('/flows/export/by-query/csv'),
    params: NoParams,
    query: searched,
    body: NONE,
    status: 200,
    reply: CSV,
    permission: 'FLOW:READ',
    namespaceFrom: 'scope',
    summary: 'The flows that a search finds as rows.',
  }),
  import: defineRoute({
    method: 'POST',
    paths: ofTenant('/flows/import'),
    params: NoParams,
    query: Type.Object({ failOnError: Type.Optional(Type.Boolean({ default: false })) }),
    body: { type: 'raw' },
    status: 200,
    reply: { type: 'json', schema: Names },
    permission: 'FLOW:CREATE',
    namespaceFrom: 'body',
    summary: 'Save the flows of a zip or YAML file; the names of those that cannot be are answered.',
  }),
}
