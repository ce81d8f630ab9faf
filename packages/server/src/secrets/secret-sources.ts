// Where secrets come from: what was saved here, encrypted; managers elsewhere, by their plugins; the environment. They are asked in this order, each for
// the namespace and those above it, the nearest first; the environment knows no namespaces.
import { BatutaError } from '@batuta/core'
import type { SecretStore } from '@batuta/plugin-sdk'
import { withAncestors } from '../namespaces/ancestors.ts'
import type { SecretRow, Store } from '../storage/store.ts'
import type { RowKeys } from './row-keys.ts'

export interface SecretKey {
  readonly tenant: string
  readonly namespace: string
  readonly key: string
}

export interface SecretWorld {
  readonly store: Store
  readonly environmentSecrets: ReadonlyMap<string, string>
  /** Managers elsewhere. */
  readonly managers?: readonly SecretStore[]
  /** Absent where no key of encryption is configured. */
  readonly rowKeys?: RowKeys
}

/** @throws {BatutaError} `secret-not-found` with what to do. */
export async function getSecret(world: SecretWorld, { tenant, namespace, key }: SecretKey): Promise<string> {
  for (const each of withAncestors(namespace)) {
    const saved = await world.store.read.findSecret(tenant, each, nameOf(key))
    if (saved) return await open(world, saved, key)
  }
  for (const manager of world.managers ?? [])
    for (const each of withAncestors(namespace)) {
      const secret = await manager.find(each, key)
      if (secret !== undefined) return secret
    }
  const secret = world.environmentSecrets.get(nameOf(key))
  if (secret !== undefined) return secret
  throw new BatutaError(
    'secret-not-found',
    `There is no secret "${key}" for the namespace "${namespace}": save it there, or set the environment variable SECRET_${nameOf(key)} to its base64 text.`,
  )
}

async function open({ rowKeys }: SecretWorld, { cipher, ...row }: SecretRow, key: string): Promise<string> {
  if (!rowKeys)
    throw new BatutaError('secret-not-found', `The secret "${key}" cannot be read: no encryption key is configured.`)
  try {
    return await rowKeys.open({ table: 'secrets', tenant: row.tenant, namespace: row.namespace, id: row.key }, cipher)
  } catch (cause) {
    throw new BatutaError(
      'secret-not-found',
      `The secret "${key}" was encrypted with another key than the one that is configured: save it again, or configure that key.`,
      { cause },
    )
  }
}

/** Names are compared without regard to case. */
export function nameOf(key: string): string {
  return key.toUpperCase()
}

const PREFIX = 'SECRET_'
const BASE64 = /^[A-Za-z0-9+/]*={0,2}$/

/** Read once: what changes in the environment later counts after a restart. */
export function readEnvironmentSecrets(
  environment: Readonly<Record<string, string | undefined>>,
  onNotice: (message: string) => void,
): ReadonlyMap<string, string> {
  const secrets = new Map<string, string>()
  for (const [name, value] of Object.entries(environment)) {
    if (!name.toUpperCase().startsWith(PREFIX) || value === undefined) continue
    const encoded = value.replace(/\s+/g, '')
    if (BASE64.test(encoded) && encoded.length % 4 !== 1)
      secrets.set(nameOf(name.slice(PREFIX.length)), Buffer.from(encoded, 'base64').toString('utf8'))
    else onNotice(`the environment variable ${name} holds no base64 text: there is no such secret`)
  }
  return secrets
}
