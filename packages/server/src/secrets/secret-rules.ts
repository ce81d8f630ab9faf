// Where the secrets of a namespace come from, where the configuration says it: which managers are asked, whether any are kept here, and whether only its own
// flows read them. What is said of a namespace holds for those below it, until one of them says otherwise.
import { BatutaError, isList, isMap, mapGet, printValue, type Value } from '@batuta/core'
import { withAncestors } from '../namespaces/ancestors.ts'

export interface SecretRule {
  /** The ids of the managers that are asked, in this order; all of them unless said. */
  readonly managers?: readonly string[]
  /** Nothing is saved here. */
  readonly isReadOnly?: boolean
  /** Neither are namespaces above asked, nor do flows of other namespaces read them, nor does the environment count. */
  readonly isIsolated?: boolean
}

export type SecretRules = (namespace: string) => SecretRule

/** @throws {BatutaError} `config-invalid` with the place. */
export function readSecretRules(value: Value | undefined, ids: readonly string[], all: SecretRule = {}): SecretRules {
  if (value === undefined || value === null) return () => all
  if (typeof value !== 'object' || !isMap(value)) throw wrong('secrets.namespaces', 'it must be a map')
  const rules = new Map<string, SecretRule>()
  for (const [namespace, said] of Object.entries(value))
    rules.set(namespace, ruleOf(`secrets.namespaces.${namespace}`, said, ids))
  return namespace => {
    const found = withAncestors(namespace).flatMap(each => rules.get(each) ?? [])
    return found.reduceRight<SecretRule>((above, own) => ({ ...above, ...own }), all)
  }
}

function ruleOf(at: string, said: Value, ids: readonly string[]): SecretRule {
  if (said === null || typeof said !== 'object' || !isMap(said))
    throw wrong(at, 'it must be a map {managers, read-only, isolated}')
  const flag = (name: string, camel: string): boolean | undefined => {
    const value = mapGet(said, name) ?? mapGet(said, camel)
    return value === undefined || value === null ? undefined : printValue(value) === 'true'
  }
  const managers = mapGet(said, 'managers')
  const [isReadOnly, isIsolated] = [flag('read-only', 'readOnly'), flag('isolated', 'isolated')]
  return {
    ...(managers === undefined || managers === null ? {} : { managers: idsOf(`${at}.managers`, managers, ids) }),
    ...(isReadOnly === undefined ? {} : { isReadOnly }),
    ...(isIsolated === undefined ? {} : { isIsolated }),
  }
}

function idsOf(at: string, value: Value, known: readonly string[]): readonly string[] {
  if (!isList(value)) throw wrong(at, 'it must be a list of ids of managers')
  const ids = value.map(printValue)
  const ghost = ids.find(id => !known.includes(id))
  if (ghost !== undefined) throw wrong(at, `there is no manager "${ghost}", only ${known.join(', ') || 'none'}`)
  return ids
}

function wrong(at: string, what: string): BatutaError {
  return new BatutaError('config-invalid', `The option ${at} cannot be used: ${what}.`)
}
