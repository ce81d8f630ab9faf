import type { Catalogue, ResolvedType } from '@batuta/core'
import type { HttpDependencies } from '../dependencies.ts'
import type { Handlers } from '../exchange.ts'
import { json, type Reply } from '../reply.ts'
import { notFound } from '../request-error.ts'
import { describeType, schemaOfType } from './describe-type.ts'
import { describeInput, flowSchema, inputTypes, isSchemaName, isTrigger, type SchemaName } from './flow-schema.ts'
import { drawIcon, groupOf, iconOf, iconsByGroup, iconsByType } from './icons.ts'
import { indexTypes } from './index-types.ts'
import { listPlugins } from './list-plugins.ts'

const CACHED = { 'cache-control': 'public, max-age=3600' }

export function pluginHandlers({ saveWorld, manifests }: HttpDependencies): Handlers<'plugins'> {
  const { catalogue } = saveWorld
  const texts = new Map<string, string>()
  let types = manifests.types
  /** Written once, until plugins come or go. */
  const once = (key: string, write: () => unknown): Reply => {
    if (types !== manifests.types) texts.clear()
    types = manifests.types
    const known = texts.get(key) ?? JSON.stringify(write())
    texts.set(key, known)
    return { type: 'body', status: 200, contentType: 'application/json', body: known, headers: CACHED }
  }
  const versionsOf = ({ type }: ResolvedType): readonly string[] =>
    manifests.plugins.filter(plugin => plugin.tasks.some(task => task.type === type)).map(plugin => plugin.version)
  return {
    list: ({ dialect, query }) => {
      if (dialect !== 'c') return once('list', () => listPlugins(catalogue, manifests, { isBySubGroup: false }))
      const all = listPlugins(catalogue, manifests, { isBySubGroup: false })
      const { page = 1, size = all.length } = query
      return json({ results: all.slice((page - 1) * size, page * size), total: all.length })
    },
    subgroups: () => once('subgroups', () => listPlugins(catalogue, manifests, { isBySubGroup: true })),
    index: () => once('index', () => indexTypes(catalogue)),
    ...iconHandlers(catalogue, once),
    inputTypes: () => json(inputTypes().map(type => ({ type, cls: type }))),
    inputSchema: ({ params }) => {
      const type = inputTypes().find(known => known === params.type.toUpperCase())
      if (type === undefined) throw notFound(`The type of inputs "${params.type}"`)
      return once(`input ${type}`, () => describeInput(type))
    },
    triggers: () =>
      once('triggers', () => {
        const found = [...catalogue.names()].flatMap(name => catalogue.resolve(name) ?? []).filter(isTrigger)
        return { results: found.map(({ type, kind }) => ({ type, cls: type, kind })), total: found.length }
      }),
    schema: ({ params, query }) => {
      const name = schemaName(params.type)
      if (query.arrayOf !== true) return once(`schema ${name}`, () => flowSchema(name, catalogue))
      return once(`schema ${name}[]`, () => {
        const { $schema, definitions, ...items } = flowSchema(name, catalogue)
        return { $schema, definitions, type: 'array', items }
      })
    },
    properties: ({ params }) => {
      const name = schemaName(params.type)
      return once(`properties ${name}`, () => {
        const definitions = flowSchema(name, catalogue)['definitions']
        return typeof definitions === 'object' && definitions !== null && name in definitions
          ? Object.entries(definitions).find(([key]) => key === name)?.[1]
          : {}
      })
    },
    get: ({ params }) => {
      const type = catalogue.resolve(params.cls)
      if (!type) throw unknownType(params.cls, catalogue.suggest(params.cls))
      return { ...json({ ...describeType(type), properties: schemaOfType(type) }), headers: CACHED }
    },
    versions: ({ params }) => {
      const type = catalogue.resolve(params.cls)
      if (!type) throw unknownType(params.cls, catalogue.suggest(params.cls))
      return json({ type: type.type, versions: versionsOf(type) })
    },
    getVersion: ({ params: { cls, version } }) => {
      const type = catalogue.resolve(cls)
      if (!type) throw unknownType(cls, catalogue.suggest(cls))
      if (!versionsOf(type).includes(version)) throw notFound(`The version "${version}" of "${type.type}"`)
      return { ...json({ ...describeType(type), properties: schemaOfType(type) }), headers: CACHED }
    },
  }
}

function iconHandlers(
  catalogue: Catalogue,
  once: (key: string, write: () => unknown) => Reply,
): Pick<Handlers<'plugins'>, 'icons' | 'groupIcons' | 'icon' | 'iconFile'> {
  const get = (cls: string): ResolvedType => {
    const type = catalogue.resolve(cls)
    if (!type) throw unknownType(cls, catalogue.suggest(cls))
    return type
  }
  return {
    icons: () => once('icons', () => iconsByType(catalogue)),
    groupIcons: () => once('group icons', () => iconsByGroup(catalogue)),
    icon: ({ params }) => ({ ...json(iconOf(get(params.cls))), headers: CACHED }),
    iconFile: ({ params }): Reply => {
      const body = drawIcon(groupOf(get(params.cls).type))
      return { type: 'body', status: 200, contentType: 'image/svg+xml', body, headers: CACHED }
    },
  }
}

function schemaName(text: string): SchemaName {
  const name = text.toLowerCase()
  if (!isSchemaName(name)) throw notFound(`The schema "${text}"`)
  return name
}

function unknownType(name: string, suggestion: string | undefined): Error {
  return notFound(
    suggestion === undefined ? `The type "${name}"` : `The type "${name}" (did you mean "${suggestion}"?)`,
  )
}
