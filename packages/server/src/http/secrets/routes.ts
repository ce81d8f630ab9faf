import { BatutaError } from '@batuta/core'
import { isAtOrAbove, withAncestors } from '../../namespaces/ancestors.ts'
import { describeSecret, metaOf, saveSecret, type SecretMeta, type SecretSaveWorld } from '../../secrets/secret-rows.ts'
import { rotateKeys } from '../../secrets/rotate-keys.ts'
import { nameOf } from '../../secrets/secret-sources.ts'
import type { HttpDependencies } from '../dependencies.ts'
import type { Handlers } from '../exchange.ts'
import { applyFilters, listOf, type FilterTable } from '../read-filters.ts'
import { empty, json, type Reply } from '../reply.ts'
import { sortDocuments } from '../sort-documents.ts'
import { notFound } from '../request-error.ts'
import { newSecretUsage } from './secret-usage.ts'

type Test = (meta: Partial<SecretMeta>) => boolean

const FILTERS: FilterTable<readonly Test[]> = {
  q: {
    EQUALS: (tests, value) => [...tests, ({ key = '' }) => key.toLowerCase().includes(value.toLowerCase())],
    CONTAINS: (tests, value) => [...tests, ({ key = '' }) => key.toLowerCase().includes(value.toLowerCase())],
  },
  namespace: {
    EQUALS: (tests, value) => [...tests, ({ namespace }) => namespace === value],
    IN: (tests, value) => [...tests, ({ namespace = '' }) => listOf(value).includes(namespace)],
    PREFIX: (tests, value) => [...tests, ({ namespace }) => namespace !== undefined && isAtOrAbove(value, namespace)],
  },
}

interface Page {
  readonly page?: number
  readonly size?: number
  readonly sort?: readonly string[]
}

export function secretHandlers(dependencies: HttpDependencies): Handlers<'secrets'> {
  const { store, config, platform, secrets } = dependencies
  const { tenant } = config
  const world: SecretSaveWorld = { store, nowMs: () => platform.nowMs(), ...secrets }
  const namesOfEnvironment = [...secrets.environmentSecrets.keys()].sort()
  const metasOf = async (namespace: string): Promise<readonly SecretMeta[]> =>
    (await store.read.listSecrets(tenant, namespace)).map(metaOf)
  const usage = newSecretUsage(dependencies)
  return {
    usage: async ({ query: { namespace } }) =>
      json({ canSave: secrets.rowKeys !== undefined, asked: await usage(namespace) }),
    search: async ({ query, filters }) => {
      const tests = applyFilters<readonly Test[]>([], filters, FILTERS)
      const all = [...(await store.read.listSecrets(tenant)).map(metaOf), ...namesOfEnvironment.map(key => ({ key }))]
      return pageOf(
        all.filter(meta => tests.every(test => test(meta))),
        query,
      )
    },
    listOfNamespace: async ({ params, query }) =>
      pageOf(await metasOf(params.namespace), query, secrets.secretRules?.(params.namespace).isReadOnly),
    inherited: async ({ params }) => {
      const found: [string, readonly string[]][] = []
      for (const namespace of withAncestors(params.namespace))
        found.push([namespace, (await store.read.listSecrets(tenant, namespace)).map(({ key }) => key)])
      const own = found[0]?.[1] ?? []
      return json(Object.fromEntries([[params.namespace, [...own, ...namesOfEnvironment]], ...found.slice(1)]))
    },
    save: async ({ params, body }) => {
      await saveSecret(world, { tenant, namespace: params.namespace, ...body })
      return json(await metasOf(params.namespace))
    },
    rotateKeys: async () => {
      const { rowKeys } = secrets
      if (!rowKeys)
        throw new BatutaError(
          'config-invalid',
          'There is no key to encrypt with: configure one (kestra.encryption.secret-key) and restart the server.',
        )
      secrets.addOwnKey?.()
      return json(await rotateKeys({ store, rowKeys, tenant }))
    },
    describe: async ({ params, body }) => {
      if (!(await describeSecret(world, { tenant, ...params, ...body }))) throw notFound(`The secret "${params.key}"`)
      return json(await metasOf(params.namespace))
    },
    delete: async ({ params: { namespace, key } }) => {
      if (!(await store.perform('deleteSecret', { tenant, namespace, key: nameOf(key) })))
        throw notFound(`The secret "${key}"`)
      return empty(200)
    },
  }
}

function pageOf(metas: readonly Partial<SecretMeta>[], { page = 1, size = 10, sort }: Page, isReadOnly = false): Reply {
  return json({
    readOnly: isReadOnly,
    results: sortDocuments(metas, sort).slice((page - 1) * size, page * size),
    total: metas.length,
  })
}
