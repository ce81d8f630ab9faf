// The tenant of this server. There is one: whoever wants two starts two servers, which may share a database server.
import Type from 'typebox'
import { Name } from './access-shapes.ts'
import { defineRoute, ofInstance } from './route.ts'
import { DELETE, GET, OfId, POST, PUT, gives, maybe, takes } from './route-parts.ts'
import { Paging, pageOf } from './shapes.ts'

const Colour = Type.String({ maxLength: 64 })

const AppsCatalog = Type.Object({
  title: maybe(Type.String({ maxLength: 200 })),
  titleColor: maybe(Colour),
  primaryColor: maybe(Colour),
  backgroundColor: maybe(Colour),
  tileColor: maybe(Colour),
  buttonTextColor: maybe(Colour),
})

const DashboardId = maybe(Type.String({ maxLength: 200 }))
const Dashboards = Type.Object({
  defaultHomeDashboard: DashboardId,
  defaultFlowOverviewDashboard: DashboardId,
  defaultNamespaceOverviewDashboard: DashboardId,
})

const Tenant = Type.Object({
  id: Type.String(),
  name: Type.String(),
  deleted: Type.Boolean(),
  appCatalogConfig: Type.Optional(AppsCatalog),
  settings: Type.Optional(Type.Object({ dashboard: Type.Optional(Dashboards) })),
})

const TenantBody = Type.Object({ id: Type.String({ minLength: 1, maxLength: 100 }), name: Name })

const INSTANCE = '/api/v1/tenants'

export const tenantRoutes = {
  search: defineRoute({
    ...GET,
    paths: ofInstance(`${INSTANCE}/search`),
    query: Type.Object({ ...Paging, q: Type.Optional(Type.String()) }),
    reply: gives(pageOf(Tenant)),
    permission: 'TENANT:READ',
    summary: 'The tenants: one.',
  }),
  create: defineRoute({
    ...POST,
    paths: ofInstance(INSTANCE),
    body: takes(TenantBody),
    reply: gives(Tenant),
    refusals: [409],
    permission: 'TENANT:CREATE',
    summary: 'Refused: a server has one tenant.',
  }),
  get: defineRoute({
    ...GET,
    paths: ofInstance(`${INSTANCE}/{id}`),
    params: OfId,
    reply: gives(Tenant),
    refusals: [404],
    permission: 'TENANT:READ',
    summary: 'The tenant.',
  }),
  update: defineRoute({
    ...PUT,
    paths: ofInstance(`${INSTANCE}/{id}`),
    params: OfId,
    body: takes(TenantBody),
    reply: gives(Tenant),
    refusals: [404],
    permission: 'TENANT:UPDATE',
    summary: 'Call the tenant something else.',
  }),
  delete: defineRoute({
    ...DELETE,
    paths: ofInstance(`${INSTANCE}/{id}`),
    params: OfId,
    refusals: [404, 409],
    permission: 'TENANT:DELETE',
    summary: 'Refused: a server has one tenant.',
  }),
  appsCatalog: defineRoute({
    ...GET,
    paths: ofInstance(`${INSTANCE}/{id}/apps-catalog`),
    params: OfId,
    reply: gives(AppsCatalog),
    refusals: [404],
    permission: 'person',
    summary: 'How the catalogue of apps looks.',
  }),
  saveAppsCatalog: defineRoute({
    ...POST,
    paths: ofInstance(`${INSTANCE}/{id}/apps-catalog`),
    params: OfId,
    body: takes(AppsCatalog),
    reply: gives(AppsCatalog),
    refusals: [404],
    permission: 'TENANT_SETTINGS:UPDATE',
    summary: 'Say how the catalogue of apps looks.',
  }),
  dashboards: defineRoute({
    ...GET,
    paths: { c: `${INSTANCE}/{id}/settings/default-dashboards` },
    params: OfId,
    reply: gives(Dashboards),
    refusals: [404],
    permission: 'person',
    summary: 'Which dashboards are shown unless people choose others.',
  }),
  saveDashboards: defineRoute({
    ...POST,
    paths: { c: `${INSTANCE}/{id}/settings/default-dashboards` },
    params: OfId,
    body: takes(Dashboards),
    reply: gives(Dashboards),
    refusals: [404],
    permission: 'TENANT_SETTINGS:UPDATE',
    summary: 'Say which dashboards are shown unless people choose others.',
  }),
}
