// A scope of namespaces as a condition of a statement.
import { ROOT_NAMESPACE, type NamespaceScope } from '@batuta/core'
import type { Condition } from './walk.sql.ts'

/** None when it is everywhere. */
export function scopeCondition(column: string, scope: NamespaceScope | undefined): readonly Condition[] {
  if (scope === undefined || scope.all) return []
  if (scope.allow.length === 0) return [{ text: '1 = 0', values: [] }]
  const allowed = scope.allow.includes(ROOT_NAMESPACE) ? [] : [anyOf(column, scope.allow)]
  const denied = scope.deny
    .map(owner => within(column, owner))
    .map(({ text, values }) => ({ text: `not ${text}`, values }))
  return [...allowed, ...denied]
}

/** The namespace and all below it. */
export function within(column: string, namespace: string): Condition {
  const [from, to] = below(namespace)
  return { text: `(${column} = ? or (${column} >= ? and ${column} < ?))`, values: [namespace, from, to] }
}

/** The names below a namespace lie between these two. */
export function below(namespace: string): readonly [from: string, to: string] {
  return [`${namespace}.`, `${namespace}/`]
}

function anyOf(column: string, owners: readonly string[]): Condition {
  const each = owners.map(owner => within(column, owner))
  return { text: `(${each.map(({ text }) => text).join(' or ')})`, values: each.flatMap(({ values }) => values) }
}
