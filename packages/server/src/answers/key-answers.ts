// What is asked of the key-value store: kv() by expressions, the rest by the tasks of `core.kv`.
import { BatutaError, type Value } from '@batuta/core'
import {
  deleteKey,
  expectNamespace,
  findKey,
  findOwnKey,
  listKeys,
  purgeKeys,
  setKey,
  type KeyPurgeBehavior,
} from '../keys/key-store.ts'
import { keyTypeOf, outputOfKey, typedValue, valueOfKey } from '../keys/key-value.ts'
import type { KeyKey } from '../storage/store.ts'
import { flagOf, optionalInteger, optionalText, optionalTexts, textOf, valueOf } from './arguments.ts'
import type { Answers, Asker } from './asker.ts'

export const KEY_ANSWERS: Answers = {
  kv: async (world, args, asker) => {
    const key = keyOf(asker, args)
    const row = await findKey(world, key)
    if (row) return valueOfKey(row)
    if (!flagOf(args, 'errorOnMissing', true)) return null
    throw missing(key)
  },
  'kv.get': async (world, args, asker) => {
    const key = keyOf(asker, args)
    await expectNamespace(world, key, asker.namespace)
    const row = await (flagOf(args, 'inherit', true) ? findKey(world, key) : findOwnKey(world, key))
    if (row) return { value: outputOfKey(row, asker.dialect ?? 1) }
    if (!flagOf(args, 'errorOnMissing', false)) return {}
    throw missing(key)
  },
  'kv.set': async (world, args, asker) => {
    const key = keyOf(asker, args)
    await expectNamespace(world, key, asker.namespace)
    const type = optionalText(args, 'type')
    await setKey(world, {
      ...key,
      content: typedValue(valueOf(args, 'value'), type === undefined ? undefined : keyTypeOf(type), asker.dialect ?? 1),
      description: optionalText(args, 'description'),
      ttlMs: optionalInteger(args, 'ttlMs'),
      isOverwriting: flagOf(args, 'overwrite', true),
    })
    return null
  },
  'kv.delete': async (world, args, asker) => {
    const key = keyOf(asker, args)
    await expectNamespace(world, key, asker.namespace)
    const isDeleted = await deleteKey(world, key)
    if (!isDeleted && flagOf(args, 'errorOnMissing', false)) throw missing(key)
    return isDeleted
  },
  'kv.keys': async (world, args, asker) => {
    const namespace = optionalText(args, 'namespace') ?? asker.namespace
    await expectNamespace(world, { tenant: asker.tenant, namespace }, asker.namespace)
    const prefix = optionalText(args, 'prefix') ?? ''
    const rows = await listKeys(world, asker.tenant, namespace)
    return rows.filter(({ key }) => key.startsWith(prefix)).map(({ key }): Value => key)
  },
  'kv.purge': async (world, args, { tenant, namespace }) => {
    const namespacePattern = optionalText(args, 'namespacePattern')
    const namespaces = optionalTexts(args, 'namespaces') ?? (namespacePattern === undefined ? [namespace] : undefined)
    return await purgeKeys(world, {
      tenant,
      namespaces,
      namespacePattern,
      hasChildren: flagOf(args, 'includeChildNamespaces', true),
      keyPattern: optionalText(args, 'keyPattern'),
      behavior: behaviorOf(args),
    })
  },
}

function behaviorOf(args: Parameters<(typeof KEY_ANSWERS)[string]>[1]): KeyPurgeBehavior {
  if (optionalText(args, 'behavior') !== 'version')
    return { type: 'key', isExpiredOnly: flagOf(args, 'expiredOnly', true) }
  const beforeMs = optionalInteger(args, 'beforeMs') ?? null
  const kept = optionalInteger(args, 'keepAmount')
  return { type: 'version', beforeMs, keptMin: kept ?? 1 }
}

function keyOf({ tenant, namespace }: Asker, args: Parameters<(typeof KEY_ANSWERS)[string]>[1]): KeyKey {
  return { tenant, namespace: optionalText(args, 'namespace') ?? namespace, key: textOf(args, 'key') }
}

function missing({ key, namespace }: KeyKey): BatutaError {
  return new BatutaError('key-not-found', `There is no key "${key}" in the namespace "${namespace}".`)
}
