// Secrets that people save: only their names and descriptions ever come back.
import { BatutaError } from '@batuta/core'
import type { SecretRow, Store } from '../storage/store.ts'
import { nextVersion, type RowKeys } from './row-keys.ts'
import type { SecretRules } from './secret-rules.ts'
import { nameOf, type SecretKey } from './secret-sources.ts'

export interface SecretTag {
  readonly key: string
  readonly value: string
}

export interface SecretMeta {
  readonly namespace: string
  readonly key: string
  readonly description?: string
  readonly tags?: readonly SecretTag[]
}

export interface SecretSaveWorld {
  readonly store: Store
  nowMs(): number
  readonly rowKeys?: RowKeys
  readonly secretRules?: SecretRules
}

const KEY = /^[A-Za-z_][A-Za-z0-9_.-]*$/
const KEY_CHARS_MAX = 256
const SECRET_CHARS_MAX = 256 * 1024

export async function saveSecret(
  { store, nowMs, rowKeys, secretRules }: SecretSaveWorld,
  secret: SecretKey & { readonly value: string; readonly description?: string; readonly tags?: readonly SecretTag[] },
): Promise<void> {
  const { tenant, namespace, key, value, description, tags = [] } = secret
  if (!KEY.test(key) || key.length > KEY_CHARS_MAX)
    throw new BatutaError(
      'key-invalid',
      `"${key.slice(0, KEY_CHARS_MAX)}" cannot be the name of a secret: it begins with a letter or "_" and goes on with letters, digits, "_", "." and "-".`,
    )
  if (value.length > SECRET_CHARS_MAX)
    throw new BatutaError('key-value-invalid', `A secret has at most ${SECRET_CHARS_MAX} characters.`)
  if (secretRules?.(namespace).isReadOnly === true)
    throw new BatutaError(
      'secret-unavailable',
      `The secrets of the namespace "${namespace}" are kept elsewhere and only read here: change them in their manager.`,
    )
  if (!rowKeys)
    throw new BatutaError(
      'config-invalid',
      'Secrets are kept encrypted: configure a key (kestra.encryption.secret-key, base64 of 32 bytes) and restart the server.',
    )
  const place = { table: 'secrets', tenant, namespace, id: nameOf(key) } as const
  const before = await store.read.findSecret(tenant, namespace, place.id)
  await store.perform('saveSecret', {
    ...{ tenant, namespace, key: place.id, cipher: await rowKeys.seal(place, value, nextVersion(before?.cipher)) },
    ...{ description: description ?? null, tags: JSON.stringify(tags), updatedMs: nowMs() },
  })
}

/** What is said about it; false when there is no such secret. */
export async function describeSecret(
  { store, nowMs }: SecretSaveWorld,
  { tenant, namespace, key, ...said }: SecretKey & Pick<SecretMeta, 'description' | 'tags'>,
): Promise<boolean> {
  const row = await store.read.findSecret(tenant, namespace, nameOf(key))
  if (!row) return false
  const description = said.description ?? row.description
  const tags = said.tags === undefined ? row.tags : JSON.stringify(said.tags)
  await store.perform('saveSecret', { ...row, description, tags, updatedMs: nowMs() })
  return true
}

export function metaOf({ namespace, key, description, tags }: SecretRow): SecretMeta {
  return {
    namespace,
    key,
    ...(description === null ? {} : { description }),
    tags: JSON.parse(tags),
  }
}
