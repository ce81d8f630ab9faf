import { encodeValue, parseDuration } from '@batuta/core'
import {
  deleteKey,
  findStoredKey,
  isAlive,
  listInheritedKeys,
  listKeys,
  setKey,
  type KeyWorld,
} from '../../keys/key-store.ts'
import { ionValue, keyTypeOf, textOfKey, typedValue, valueOfKey } from '../../keys/key-value.ts'
import type { KeyKey, KeyRow } from '../../storage/store.ts'
import type { HttpDependencies } from '../dependencies.ts'
import type { Handlers } from '../exchange.ts'
import { empty, json, jsonText } from '../reply.ts'
import { RequestError, notFound, unprocessable } from '../request-error.ts'
import { searchKeys } from './search-keys.ts'

export function keyHandlers(dependencies: HttpDependencies): Handlers<'keys'> {
  const world = keyWorldOf(dependencies)
  const { tenant } = dependencies.config
  const keyOf = (params: { readonly namespace: string; readonly key: string }): KeyKey => ({ tenant, ...params })
  return {
    search: async ({ query, filters }) => {
      const { page = 1, size = 10, sort = [] } = query
      const found = await searchKeys(world, { tenant, filters, sort })
      const rows = found.slice((page - 1) * size, page * size)
      return json({ results: rows.map(row => ({ ...entryOf(row), ...looksOf(row) })), total: found.length })
    },
    listOfNamespace: async ({ params }) => json((await listKeys(world, tenant, params.namespace)).map(entryOf)),
    inheritance: async ({ params }) => json((await listInheritedKeys(world, tenant, params.namespace)).map(entryOf)),
    get: async ({ params, query }) => {
      const row = await findStoredKey(world, keyOf(params))
      if (!row) throw notFound(nameOf(params))
      if (!isAlive(row, world)) throw new RequestError(410, 'key-expired', `${nameOf(params)} has expired.`)
      const { type, version, updatedMs } = row
      const more = query.text === true ? { text: textOfKey(row), ...saidOf(row) } : {}
      return jsonText(
        encodeValue({ type, value: valueOfKey(row), revision: version, updated: iso(updatedMs), ...more }),
      )
    },
    set: async ({ params, query, body, incoming }) => {
      const { ttl, description } = incoming.headers
      await setKey(world, {
        ...keyOf(params),
        content: query.type === undefined ? ionValue(body) : typedValue(body, keyTypeOf(query.type), 2),
        ttlMs: ttlOf(query.ttl ?? [ttl].flat()[0]),
        description: query.description ?? [description].flat()[0],
        isOverwriting: true,
      })
      return empty(200)
    },
    delete: async ({ params }) => json(await deleteKey(world, keyOf(params))),
    deleteMany: async ({ params, body }) => {
      const keys: string[] = []
      for (const key of body.keys)
        if (await deleteKey(world, { tenant, namespace: params.namespace, key })) keys.push(key)
      return json({ keys })
    },
  }
}

export function keyWorldOf({ store, files, flows, platform }: HttpDependencies): KeyWorld {
  return { store, files, flows, nowMs: () => platform.nowMs() }
}

function nameOf({ namespace, key }: { readonly namespace: string; readonly key: string }): string {
  return `The key "${key}" of the namespace "${namespace}"`
}

function ttlOf(text: string | undefined): number | undefined {
  if (text === undefined || text.trim() === '') return undefined
  const ttlMs = parseDuration(text)
  if (ttlMs === undefined) throw unprocessable('ttl-invalid', `The ttl "${text}" is no ISO 8601 duration such as P30D.`)
  return ttlMs
}

function entryOf(row: KeyRow): Readonly<Record<string, unknown>> {
  return {
    namespace: row.namespace,
    key: row.key,
    version: row.version,
    revision: row.version,
    creationDate: iso(row.createdMs),
    updateDate: iso(row.updatedMs),
    ...saidOf(row),
  }
}

const PREVIEW_CHARS = 200

function looksOf(row: KeyRow): { readonly type: string; readonly preview: string } {
  // A long text is JSON with its quotation mark: no need to read megabytes for a line of a list.
  const isLong = row.value.length > 4 * PREVIEW_CHARS
  return { type: row.type, preview: (isLong ? row.value : textOfKey(row)).slice(0, PREVIEW_CHARS) }
}

function saidOf({ description, expiresMs }: KeyRow): {
  readonly description?: string
  readonly expirationDate?: string
} {
  return {
    ...(description === null ? {} : { description }),
    ...(expiresMs === null ? {} : { expirationDate: iso(expiresMs) }),
  }
}

function iso(atMs: number): string {
  return new Date(atMs).toISOString()
}
