// Keys with their versions, secrets, and what was said about namespaces.
import { KEY_VERSIONS_MAX, type KeyRow, type KeyVersion, type KeyVersionsPurge, type KeyWrite } from '../store.ts'
import type { Performers } from './perform.ts'
import { keyKeyOf, namespaceKeyOf, type Tables } from './tables.ts'

type KeyOperation =
  'setKey' | 'deleteKey' | 'purgeKeyVersions' | 'saveSecret' | 'deleteSecret' | 'saveNamespace' | 'deleteNamespace'

export const KEY_PERFORMERS: Pick<Performers, KeyOperation> = {
  setKey: (tables, write) => setKey(tables, write),
  deleteKey: (tables, { expiredByMs, ...key }) => {
    const known = tables.keys.get(keyKeyOf(key))
    if (!known || (expiredByMs !== undefined && !(known.expiresMs !== null && known.expiresMs <= expiredByMs)))
      return false
    tables.keyVersions.delete(keyKeyOf(key))
    return tables.keys.delete(keyKeyOf(key))
  },
  purgeKeyVersions: (tables, purge) => purgeKeyVersions(tables, purge),
  saveSecret: (tables, row) => {
    tables.secrets.set(keyKeyOf(row), row)
    return null
  },
  deleteSecret: (tables, key) => tables.secrets.delete(keyKeyOf(key)),
  saveNamespace: (tables, row) => {
    tables.namespaces.set(namespaceKeyOf(row), row)
    return null
  },
  deleteNamespace: (tables, key) => tables.namespaces.delete(namespaceKeyOf(key)),
}

function setKey(tables: Tables, { isOverwriting = true, ...content }: KeyWrite): KeyRow | null {
  const id = keyKeyOf(content)
  const known = tables.keys.get(id)
  const isExpired = known !== undefined && known.expiresMs !== null && known.expiresMs <= content.updatedMs
  if (known && !isOverwriting && !isExpired) return null
  const { value, type, updatedMs } = content
  const version = (known?.version ?? 0) + 1
  const row: KeyRow = { ...content, version, createdMs: known?.createdMs ?? updatedMs }
  const versions: readonly KeyVersion[] = [...(tables.keyVersions.get(id) ?? []), { version, value, type, updatedMs }]
  tables.keys.set(id, row)
  tables.keyVersions.set(
    id,
    versions.filter(one => one.version > version - KEY_VERSIONS_MAX),
  )
  return row
}

function purgeKeyVersions(tables: Tables, { beforeMs, keptMin, ...key }: KeyVersionsPurge): number {
  const versions = tables.keyVersions.get(keyKeyOf(key)) ?? []
  const kept = new Set(versions.slice(-Math.max(1, keptMin)))
  const staying = versions.filter(one => kept.has(one) || !(beforeMs === null || one.updatedMs < beforeMs))
  tables.keyVersions.set(keyKeyOf(key), staying)
  return versions.length - staying.length
}
