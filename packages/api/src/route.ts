// A route is data: the server binds it, the client calls it, the documentation is made of it. One table, three readers.
import type { Action, ApiDialect, ResourceOf } from '@batuta/core'
import type { TObject, TSchema } from 'typebox'

export type Method = 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE'

/**
 * What the caller must be allowed to do. `public`: nothing; `key`: the path carries the secret; `person`: whoever is known, and the route looks by
 * itself at what they may see. The permission of what belongs to namespaces says where the namespace comes from.
 */
export type Guard =
  | { readonly permission: 'public' | 'key' | 'person'; readonly namespaceFrom?: undefined }
  | { readonly permission: `${ResourceOf<'shared' | 'instance'>}:${Action}`; readonly namespaceFrom?: undefined }
  | { readonly permission: `${ResourceOf<'namespace'>}:${Action}`; readonly namespaceFrom: NamespaceFrom }

/**
 * `path`, `id`: the parameter `namespace`, or `id`. `execution`: that of the execution that the parameter `executionId` names. `body`: what is sent
 * names it, and nothing is written where it may not be. `scope`: the route is shown what the caller may do it to, and nothing else.
 */
export type NamespaceFrom = 'path' | 'id' | 'execution' | 'body' | 'scope'

export type Permission = Guard['permission']

/** How the body travels. `form`: named values, as multipart, JSON or URL-encoded; `raw`: whatever came, up to the limit. */
export type BodySpec =
  | { readonly type: 'none' }
  | { readonly type: 'json'; readonly schema: TSchema; /** None is an empty object. */ readonly isOptional?: boolean }
  | { readonly type: 'yaml'; /** Several documents may come, so the body may be longer. */ readonly isMany?: boolean }
  | { readonly type: 'text' }
  | { readonly type: 'form' }
  | { readonly type: 'raw' }

export type ReplySpec =
  | { readonly type: 'empty' }
  | { readonly type: 'json'; readonly schema: TSchema }
  | { readonly type: 'text'; /** Plain text unless said. */ readonly contentType?: string }
  | { readonly type: 'bytes'; readonly contentType?: string }
  | { readonly type: 'events'; readonly schema: TSchema }

/** Per dialect of the API; `{tenant}` is the first parameter from dialect b on. A missing path: the dialect does not have the route. */
export type Paths = { readonly [Dialect in ApiDialect]?: string }

export type Route<
  Params extends TObject = TObject,
  Query extends TObject = TObject,
  Body extends BodySpec = BodySpec,
  Reply extends ReplySpec = ReplySpec,
> = RouteParts<Params, Query, Body, Reply> & Guard

export interface RouteParts<
  Params extends TObject = TObject,
  Query extends TObject = TObject,
  Body extends BodySpec = BodySpec,
  Reply extends ReplySpec = ReplySpec,
> {
  readonly method: Method
  readonly paths: Paths
  readonly params: Params
  readonly query: Query
  readonly body: Body
  /** Answered even while the server waits for its first user. */
  readonly isBeforeSetUp?: true
  /** Of a success. */
  readonly status: number
  readonly reply: Reply
  /** Refusals that this route has beside those that follow from its path, its body and its permission, and 400, 422, 429, 500 and 503, which all have. */
  readonly refusals?: readonly number[]
  /** Takes `If-Match` with the revision that the change is based on; a newer one is answered with 412 and that revision as `newest`. */
  readonly isConditional?: boolean
  readonly summary: string
  readonly isDeprecated?: boolean
  /** The answer tells a secret that is told once: it is not kept for a call that is made again. */
  readonly isToldOnce?: true
}

/** A table for spreadsheets. */
export const CSV = { type: 'text', contentType: 'text/csv' } as const satisfies ReplySpec

export function defineRoute<
  Params extends TObject,
  Query extends TObject,
  Body extends BodySpec,
  Reply extends ReplySpec,
>(route: Route<Params, Query, Body, Reply>): Route<Params, Query, Body, Reply> {
  return route
}

/** A resource of a tenant. 0.20 had no tenants in the path. */
export function ofTenant(path: string): Required<Paths> {
  return { a: `/api/v1${path}`, b: `/api/v1/{tenant}${path}`, c: `/api/v1/{tenant}${path}` }
}

/** Of versions that have tenants in the path only. */
export function ofTenantOnly(path: string, dialects: readonly ('b' | 'c')[] = ['b', 'c']): Paths {
  return Object.fromEntries(dialects.map(dialect => [dialect, `/api/v1/{tenant}${path}`]))
}

/** What one does to an execution: a bare verb until 1.3, `actions/<verb>` in 2.0. */
export function actionPaths(verb: string): Required<Paths> {
  const owner = ofTenant('/executions/{executionId}')
  return { a: `${owner.a}/${verb}`, b: `${owner.b}/${verb}`, c: `${owner.c}/actions/${verb}` }
}

/** The same for all tenants. */
export function ofInstance(path: string): Required<Paths> {
  return { a: path, b: path, c: path }
}
