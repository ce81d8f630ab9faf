// What works where: the roles of all nodes as Kestra's clients know them, and maintenance.
import type { HttpDependencies } from '../dependencies.ts'
import type { Handlers } from '../exchange.ts'
import { json, type Reply } from '../reply.ts'
import { notFound } from '../request-error.ts'
import { factHandlers } from './facts.ts'
import { listServices, type Service } from './services.ts'

const PAGE_SIZE = 10

export function instanceHandlers(dependencies: HttpDependencies): Handlers<'instance'> {
  const { store, instance } = dependencies
  const { mode, announcement } = instance
  const services = async (): Promise<readonly Service[]> => await listServices({ store, announcement, mode })
  const status = (): Reply =>
    json(
      mode.sinceMs === undefined
        ? { maintenance: false }
        : { maintenance: true, since: new Date(mode.sinceMs).toISOString() },
    )
  return {
    ...factHandlers(dependencies),
    activeServices: async () => {
      const active = (await services()).filter(({ isLive }) => isLive)
      const byType = Map.groupBy(active, ({ document }) => document.type)
      const totals = [...byType].map(([type, of]) => ({ type, total: of.length }))
      return json({ total: active.length, services: totals })
    },
    searchServices: async ({ query: { state, type, page = 1, size = PAGE_SIZE } }) => {
      const found = (await services())
        .map(({ document }) => document)
        .filter(service => (state?.includes(service.state) ?? true) && (type?.includes(service.type) ?? true))
      return json({ results: found.slice((page - 1) * size, page * size), total: found.length })
    },
    service: async ({ params: { serviceId } }) => {
      const found = (await services()).find(({ document }) => document.id === serviceId)
      if (!found) throw notFound(`The service "${serviceId}"`)
      return json(found.document)
    },
    workerTags: async () => {
      const nodes = (await store.cluster?.listNodes()) ?? [announcement()]
      const workers = nodes.filter(({ isLive, roles }) => isLive && roles.includes('worker'))
      return json({ tags: [...new Set(workers.flatMap(({ worker }) => worker.tags))].sort() })
    },
    enterMaintenance: async () => {
      await mode.enter()
      return status()
    },
    exitMaintenance: async () => {
      await mode.exit()
      return status()
    },
    maintenance: () => status(),
  }
}
