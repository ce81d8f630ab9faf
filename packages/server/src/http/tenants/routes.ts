// The tenant of this server: what it is called and how it looks.
import { openShelf, type Shelf } from '../../access/settings-shelf.ts'
import { pageOfList, type Columns } from '../access/narrow-list.ts'
import { given } from '../access/present-people.ts'
import type { HttpDependencies } from '../dependencies.ts'
import type { Handlers } from '../exchange.ts'
import { json } from '../reply.ts'
import { RequestError, notFound } from '../request-error.ts'

type Document = Readonly<Record<string, unknown>>

interface Tenant {
  readonly id: string
  readonly name: string
  readonly appCatalogConfig?: Document
  readonly dashboard?: Document
}

const COLUMNS: Columns<Tenant> = { id: tenant => tenant.id, name: tenant => tenant.name }

export function tenantHandlers({ access: { book }, config }: HttpDependencies): Handlers<'tenants'> {
  const shelf: Shelf<Tenant> = openShelf<Tenant>(book, 'tenant')
  const own = (): Tenant => shelf.find(config.tenant) ?? { id: config.tenant, name: config.tenant }
  const getTenant = (id: string): Tenant => {
    if (id !== config.tenant) throw notFound(`The tenant "${id.slice(0, 100)}"`)
    return own()
  }
  const save = async (tenant: Tenant): Promise<void> => await book.change({ put: [shelf.putOf(tenant)] })
  return {
    search: ({ query, filters }) => pageOfList([own()], { ...query, filters }, { columns: COLUMNS, present }),
    create: ({ body: { id } }) => {
      throw new RequestError(
        409,
        'one-tenant',
        `A server has one tenant, "${config.tenant}": for "${id}" start another server (BATUTA_TENANT) with a database of its own.`,
      )
    },
    get: ({ params: { id } }) => json(present(getTenant(id))),
    update: async ({ params: { id }, body: { name }, note }) => {
      const tenant = getTenant(id)
      const changed = { ...tenant, name }
      await save(changed)
      note({ itemId: id, before: present(tenant), after: present(changed) })
      return json(present(changed))
    },
    delete: ({ params: { id } }) => {
      getTenant(id)
      throw new RequestError(409, 'one-tenant', `"${id}" is the only tenant of this server and is not deleted.`)
    },
    appsCatalog: ({ params: { id } }) => json(getTenant(id).appCatalogConfig ?? {}),
    saveAppsCatalog: async ({ params: { id }, body, note }) => {
      const tenant = getTenant(id)
      const { title, titleColor, primaryColor, backgroundColor, tileColor, buttonTextColor } = body
      const appCatalogConfig = given({ title, titleColor, primaryColor, backgroundColor, tileColor, buttonTextColor })
      await save({ ...tenant, appCatalogConfig })
      note({ itemId: id, before: tenant.appCatalogConfig, after: appCatalogConfig })
      return json(appCatalogConfig)
    },
    dashboards: ({ params: { id } }) => json(getTenant(id).dashboard ?? {}),
    saveDashboards: async ({ params: { id }, body, note }) => {
      const tenant = getTenant(id)
      const { defaultHomeDashboard, defaultFlowOverviewDashboard, defaultNamespaceOverviewDashboard } = body
      const dashboard = given({
        defaultHomeDashboard,
        defaultFlowOverviewDashboard,
        defaultNamespaceOverviewDashboard,
      })
      await save({ ...tenant, dashboard })
      note({ itemId: id, before: tenant.dashboard, after: dashboard })
      return json(dashboard)
    },
  }
}

function present({ id, name, appCatalogConfig, dashboard }: Tenant): Document {
  return { id, name, deleted: false, ...given({ appCatalogConfig }), ...(dashboard ? { settings: { dashboard } } : {}) }
}
