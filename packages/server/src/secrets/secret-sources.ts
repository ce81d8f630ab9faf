// Where secrets come from: what was saved here, encrypted; managers elsewhere, by their plugins; the environment. They are asked in this order, each for
// the namespace and those above it, the nearest first; the environment knows no namespaces.
import { BatutaError } from '@batuta/core'
import type { SecretStore } from '@batuta/plugin-sdk'
import { withAncestors } from '../namespaces/ancestors.ts'
import type { SecretRow, Store } from '../storage/store.ts'
import type { RowKeys } from './row-keys.ts'
import type { SecretRules } from './secret-rules.ts'
import { allowedByTags, expectAllowed } from './allowed-tasks.ts'

export interface SecretKey {
  readonly tenant: string
  readonly namespace: string
  readonly key: string
  /** Of the task that asks; absent where none does. */
  readonly taskType?: string
}

export interface NamedManager extends SecretStore {
  readonly id?: string
  readonly isReadOnly?: boolean
  /** Types of tasks that are given its secrets; all unless said. */
  readonly allowedTasks?: readonly string[]
}

export interface SecretWorld {
  readonly store: Store
  readonly environmentSecrets: ReadonlyMap<string, string>
  /** Managers elsewhere, in the order of asking. */
  readonly managers?: readonly NamedManager[]
  /** What is configured of namespaces. */
  readonly secretRules?: SecretRules
  /** Absent where no key of encryption is configured. */
  readonly rowKeys?: RowKeys
}

/** @throws {BatutaError} `secret-not-found` with what to do. */
export async function getSecret(world: SecretWorld, { tenant, namespace, key, taskType }: SecretKey): Promise<string> {
  const { managers, isIsolated } = world.secretRules?.(namespace) ?? {}
  const asked = isIsolated ? [namespace] : withAncestors(namespace)
  for (const each of asked) {
    const saved = await world.store.read.findSecret(tenant, each, nameOf(key))
    if (saved) {
      expectAllowed(allowedByTags(JSON.parse(saved.tags)), key, taskType)
      return await open(world, saved, key)
    }
  }
  for (const manager of chosenOf(world.managers ?? [], managers))
    for (const each of asked) {
      const secret = await manager.find(each, key)
      if (secret === undefined) continue
      expectAllowed(manager.allowedTasks, key, taskType)
      return secret
    }
  const secret = isIsolated ? undefined : world.environmentSecrets.get(nameOf(key))
  if (secret !== undefined) return secret
  throw new BatutaError(
    'secret-not-found',
    `There is no secret "${key}" for the namespace "${namespace}": save it there, or set the environment variable SECRET_${nameOf(key)} to its base64 text.`,
  )
}

function chosenOf<T extends { readonly id?: string }>(
  all: readonly T[],
  ids: readonly string[] | undefined,
): readonly T[] {
  return ids === undefined ? all : ids.flatMap(id => all.filter(manager => manager.id === id))
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
