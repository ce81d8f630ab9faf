// Who did what, when and from where: an unbroken chain.
import Type from 'typebox'
import { Instant } from './access-shapes.ts'
import { CSV, defineRoute, ofInstance, ofTenant, ofTenantOnly, type Paths } from './route.ts'
import { GET, OfId, POST, gives, maybe, takes } from './route-parts.ts'
import { Anything, Paging, pageOf } from './shapes.ts'

const AuditLog = Type.Object({
  tenantId: Type.Optional(Type.String()),
  id: Type.String(),
  type: Type.String({
    description: 'READ, CREATE, UPDATE, DELETE, LOGIN, LOGOUT, IMPERSONATE, LOGIN_FAILURE or ACCOUNT_LOCKED',
  }),
  userId: Type.String(),
  impersonatedBy: Type.Optional(Type.String()),
  ipAddress: Type.Optional(Type.String()),
  date: Instant,
  detail: Anything,
  appliedPatch: Type.Array(Anything),
  revertPatch: Type.Array(Anything),
})

const AuditItem = Type.Object({
  auditLog: AuditLog,
  user: Type.Optional(Type.Object({ id: Type.String(), username: Type.String() })),
})

const Found = {
  q: Type.Optional(Type.String()),
  namespace: Type.Optional(Type.String()),
  flowId: Type.Optional(Type.String()),
  executionId: Type.Optional(Type.String()),
  userId: Type.Optional(Type.String()),
  id: Type.Optional(Type.String({ description: 'Of what was changed' })),
  resources: Type.Optional(Type.Array(Type.String())),
  permission: Type.Optional(Type.String({ description: '0.20: the resource' })),
  startDate: Type.Optional(Type.String()),
  endDate: Type.Optional(Type.String()),
  details: Type.Optional(Type.Array(Type.String({ description: 'key:value' }))),
  type: Type.Optional(Type.String()),
}

const Diff = Type.Object({ before: Type.Optional(Type.String()), after: Type.Optional(Type.String()) })
const OfPrevious = Type.Object({ previousId: Type.Optional(Type.String()) })

/** 0.20 has those of the tenant at this place. */
function ofNewer(path: string): Paths {
  return { b: `/api/v1${path}`, c: `/api/v1${path}` }
}

export const auditLogRoutes = {
  search: defineRoute({
    ...GET,
    paths: ofTenant('/auditlogs/search'),
    query: Type.Object({ ...Paging, ...Found }),
    reply: gives(pageOf(AuditItem)),
    permission: 'AUDITLOG:READ',
    namespaceFrom: 'scope',
    summary: 'What was done, latest first; of the namespaces whose audit you may read.',
  }),
  find: defineRoute({
    ...POST,
    paths: ofTenant('/auditlogs/find'),
    body: takes(
      Type.Object({
        resource: maybe(Type.String()),
        permission: maybe(Type.String()),
        type: maybe(Type.String()),
        detail: maybe(Anything),
      }),
    ),
    reply: gives(AuditItem),
    refusals: [404],
    permission: 'AUDITLOG:READ',
    namespaceFrom: 'scope',
    summary: 'The latest entry of this kind about this object.',
  }),
  history: defineRoute({
    ...GET,
    paths: ofTenantOnly('/auditlogs/history/{detailId}'),
    params: Type.Object({ detailId: Type.String() }),
    reply: gives(Type.Array(Type.Object({ id: Type.String(), date: Instant, username: Type.Optional(Type.String()) }))),
    permission: 'AUDITLOG:READ',
    namespaceFrom: 'scope',
    summary: 'Who changed an object, and when.',
  }),
  diff: defineRoute({
    ...GET,
    paths: ofTenant('/auditlogs/{id}/diff'),
    params: OfId,
    query: OfPrevious,
    reply: gives(Diff),
    refusals: [404],
    permission: 'AUDITLOG:READ',
    namespaceFrom: 'scope',
    summary: 'What an entry changed, or what changed since another one.',
  }),
  export: defineRoute({
    ...GET,
    paths: ofTenantOnly('/auditlogs/export'),
    query: Type.Object(Found),
    reply: CSV,
    permission: 'AUDITLOG:READ',
    namespaceFrom: 'scope',
    summary: 'As CSV.',
  }),
  searchAll: defineRoute({
    ...GET,
    paths: ofNewer('/auditlogs/search'),
    query: Type.Object({ ...Paging, ...Found }),
    reply: gives(pageOf(AuditItem)),
    permission: 'AUDITLOG:READ',
    namespaceFrom: 'scope',
    summary: 'The same, for clients that ask for the whole instance.',
  }),
  diffOfInstance: defineRoute({
    ...GET,
    paths: ofNewer('/auditlogs/{id}/diff'),
    params: OfId,
    query: OfPrevious,
    reply: gives(Diff),
    refusals: [404],
    permission: 'AUDITLOG:READ',
    namespaceFrom: 'scope',
    summary: 'What an entry changed.',
  }),
  exportAll: defineRoute({
    ...GET,
    paths: ofNewer('/auditlogs/export'),
    query: Type.Object(Found),
    reply: CSV,
    permission: 'AUDITLOG:READ',
    namespaceFrom: 'scope',
    summary: 'As CSV, for clients that ask for the whole instance.',
  }),
  verify: defineRoute({
    ...GET,
    paths: ofInstance('/api/v1/auditlogs/verify'),
    reply: gives(
      Type.Object({
        isSound: Type.Boolean(),
        count: Type.Integer(),
        head: Type.Optional(Type.String({ description: 'The hash of the last entry: keep it elsewhere.' })),
        problem: Type.Optional(Type.String()),
      }),
    ),
    permission: 'AUDITLOG:READ',
    namespaceFrom: 'scope',
    summary: 'Whether the chain is unbroken: nothing was changed, taken out or put in.',
  }),
}
