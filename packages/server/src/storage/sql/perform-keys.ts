// Keys with their versions, secrets, and what was said about namespaces.
import { KEY_VERSIONS_MAX, type KeyWrite, type Operations } from '../store.ts'
import type { KeyRow } from '../store.ts'
import type { Performance, Performers } from './perform.ts'
import * as sql from './perform.sql.ts'
import { keyOf } from './rows.ts'
import { run } from './statement.ts'

type KeyOperation =
  'setKey' | 'deleteKey' | 'purgeKeyVersions' | 'saveSecret' | 'deleteSecret' | 'saveNamespace' | 'deleteNamespace'

export const KEY_PERFORMERS: Pick<Performers, KeyOperation> = {
  *setKey(write) {
    return yield* setKey(write)
  },
  *deleteKey({ tenant, namespace, key, expiredByMs = 0 }) {
    const gone = yield run(sql.DELETE_KEY, tenant, namespace, key, expiredByMs)
    if (gone.length === 0) return false
    yield run(sql.DELETE_KEY_VERSIONS, tenant, namespace, key)
    return true
  },
  *purgeKeyVersions(purge) {
    return yield* purgeKeyVersions(purge)
  },
  *saveSecret({ tenant, namespace, key, cipher, description, tags, updatedMs }) {
    yield run(sql.UPSERT_SECRET, tenant, namespace, key, cipher, description, tags, updatedMs)
    return null
  },
  *deleteSecret({ tenant, namespace, key }) {
    return (yield run(sql.DELETE_SECRET, tenant, namespace, key)).length === 1
  },
  *saveNamespace({ tenant, namespace, settings, updatedMs }) {
    yield run(sql.UPSERT_NAMESPACE, tenant, namespace, settings, updatedMs)
    return null
  },
  *deleteNamespace({ tenant, namespace }) {
    return (yield run(sql.DELETE_NAMESPACE, tenant, namespace)).length === 1
  },
}

/** The row first: its lock puts writers of one key in an order, and with that the numbers of its versions. */
function* setKey(write: KeyWrite): Performance<KeyRow | null> {
  const { tenant, namespace, key, value, type, description, expiresMs, updatedMs, isOverwriting = true } = write
  const content = [tenant, namespace, key, value, type, description, expiresMs, updatedMs, isOverwriting] as const
  const [row] = yield run(sql.UPSERT_KEY, ...content)
  if (!row) return null
  const stored = keyOf(row)
  yield run(sql.INSERT_KEY_VERSION, tenant, namespace, key, stored.version, value, type, updatedMs)
  if (stored.version > KEY_VERSIONS_MAX)
    yield run(sql.TRIM_KEY_VERSIONS, tenant, namespace, key, stored.version - KEY_VERSIONS_MAX)
  return stored
}

/** Behind every moment that a store knows. */
const ALWAYS_MS = 2 ** 53 - 1

function* purgeKeyVersions(purge: Operations['purgeKeyVersions']['args']): Performance<number> {
  const { tenant, namespace, key, beforeMs, keptMin } = purge
  const kept = Math.max(1, keptMin)
  return (yield run(sql.PURGE_KEY_VERSIONS, tenant, namespace, key, beforeMs ?? ALWAYS_MS, kept)).length
}
