// Namespaces are there when something is in them, or when somebody said something about them: nobody has to make one.
import { NAMESPACE_VARIABLES, encodeValue, fromPlain, namespaceRoot, toPlain } from '@batuta/core'
import type { Settings } from '../../namespaces/namespace-settings.ts'
import type { HttpDependencies } from '../dependencies.ts'
import type { Handlers } from '../exchange.ts'
import { empty, json, jsonText } from '../reply.ts'
import { notFound } from '../request-error.ts'

export function namespaceHandlers(dependencies: HttpDependencies): Handlers<'namespaces'> {
  const { namespaces } = dependencies
  const matching = (q: string | undefined): readonly string[] => {
    const wanted = q?.toLowerCase() ?? ''
    return knownIn(dependencies).filter(name => name.toLowerCase().includes(wanted))
  }
  return {
    search: ({ query: { q, page = 1, size = 10, sort = [] } }) => {
      const found = matching(q)
      const ordered = sort.includes('id:desc') ? found.toReversed() : found
      const results = ordered.slice((page - 1) * size, page * size).map(id => ({ id }))
      return json({ results, total: found.length })
    },
    get: async ({ params: { id } }) => {
      // Another node may have saved it.
      await namespaces.load()
      return jsonText(textOf(id, namespaces.find(id)))
    },
    create: async ({ body }) => jsonText(textOf(body.id, await namespaces.save(body.id, fromPlain(body)))),
    update: async ({ params: { id }, body }) => {
      const before = namespaces.find(id)
      const settings = before === undefined ? {} : { ...before, variables: toPlain(before.variables) }
      return jsonText(textOf(id, await namespaces.save(id, fromPlain({ ...settings, ...body }))))
    },
    delete: async ({ params: { id } }) => {
      if (!(await namespaces.delete(id))) throw notFound(`What was said about the namespace "${id}"`)
      return empty(204)
    },
    inheritedVariables: async ({ params: { id } }) => {
      await namespaces.load()
      const above = id.includes('.') ? id.slice(0, id.lastIndexOf('.')) : ''
      const roots = new Map([[NAMESPACE_VARIABLES, namespaces.variables]])
      return jsonText(encodeValue(namespaceRoot(roots, above) ?? {}))
    },
    autocomplete: ({ query, body }) => {
      const found = matching(body.q ?? query.q)
      return json([...new Set([...found, ...(body.ids ?? [])])])
    },
  }
}

/** With those above them. */
function knownIn({ flows, config, namespaces }: HttpDependencies): readonly string[] {
  const names = new Set<string>(namespaces.names())
  for (const { tenant, namespace } of flows.all()) {
    if (tenant !== config.tenant) continue
    for (let name = namespace; name !== ''; name = name.slice(0, Math.max(0, name.lastIndexOf('.')))) names.add(name)
  }
  return [...names].sort()
}

function textOf(id: string, settings: Settings | undefined): string {
  return encodeValue(settings === undefined ? { id } : { id, ...settings })
}
