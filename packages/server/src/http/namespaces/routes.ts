// Namespaces are there when something is in them: nobody has to make one.
import type { HttpDependencies } from '../dependencies.ts'
import type { Handlers } from '../exchange.ts'
import { json } from '../reply.ts'

export function namespaceHandlers({ flows, config }: HttpDependencies): Handlers<'namespaces'> {
  const known = (): readonly string[] => {
    const names = new Set<string>()
    for (const { tenant, namespace } of flows.all()) {
      if (tenant !== config.tenant) continue
      for (let name = namespace; name !== ''; name = name.slice(0, Math.max(0, name.lastIndexOf('.')))) names.add(name)
    }
    return [...names].sort()
  }
  const matching = (q: string | undefined): readonly string[] => {
    const wanted = q?.toLowerCase() ?? ''
    return known().filter(name => name.toLowerCase().includes(wanted))
  }
  return {
    search: ({ query: { q, page = 1, size = 10, sort = [] } }) => {
      const found = matching(q)
      const ordered = sort.includes('id:desc') ? found.toReversed() : found
      const results = ordered.slice((page - 1) * size, page * size).map(id => ({ id }))
      return json({ results, total: found.length })
    },
    get: ({ params }) => json({ id: params.id }),
    autocomplete: ({ query, body }) => {
      const found = matching(body.q ?? query.q)
      return json([...new Set([...found, ...(body.ids ?? [])])])
    },
  }
}
