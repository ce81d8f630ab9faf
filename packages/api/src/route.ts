// A route is data: the server binds it, the client calls it, the documentation is made of it. One table, three readers.
import type { ApiDialect } from '@batuta/core'
import type { TObject, TSchema } from 'typebox'

export type Method = 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE'

/** What the caller must be allowed to do. `public`: nothing; `key`: the path carries the secret. */
export type Permission =
  | 'public'
  | 'key'
  | 'flow:read'
  | 'flow:write'
  | 'execution:read'
  | 'execution:create'
  | 'execution:update'
  | 'execution:delete'
  | 'log:read'
  | 'log:delete'
  | 'key:read'
  | 'key:write'
  | 'file:read'
  | 'file:write'
  | 'secret:read'
  | 'secret:write'
  | 'namespace:read'
  | 'namespace:write'
  | 'plugin:read'
  | 'instance:read'
  | 'instance:update'

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
  | { readonly type: 'text' }
  | { readonly type: 'bytes' }
  | { readonly type: 'events'; readonly schema: TSchema }

/** Per dialect of the API; `{tenant}` is the first parameter from dialect b on. A missing path: the dialect does not have the route. */
export type Paths = { readonly [Dialect in ApiDialect]?: string }

export interface Route<
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
  /** Of a success. */
  readonly status: number
  readonly reply: Reply
  /** Refusals that this route has beside 400, 422, 429, 500 and 503, which all have. */
  readonly refusals?: readonly number[]
  /** Takes `If-Match` with the revision that the change is based on; a newer one is answered with 412 and that revision as `newest`. */
  readonly isConditional?: boolean
  readonly permission: Permission
  readonly summary: string
  readonly isDeprecated?: boolean
}

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
