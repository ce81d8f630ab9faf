// What a token is for, in a few words.
import { t } from './messages.ts'

const NAMED_MAX = 3

/** `everything its owner may`; `FLOW, EXECUTION and 3 more in company.team`. */
export function tellScopes(scopes: readonly unknown[] | undefined): string {
  if (scopes === undefined || scopes.length === 0) return t('scopeAll')
  return scopes.map(tellScope).join('; ')
}

function tellScope(scope: unknown): string {
  if (typeof scope !== 'object' || scope === null) return t('scopeAll')
  const namespace = 'namespace' in scope && typeof scope.namespace === 'string' ? scope.namespace : undefined
  const names = 'permissions' in scope ? namesOf(scope.permissions) : undefined
  const what = names === undefined ? t('scopeAll') : tellNames(names)
  return namespace === undefined ? what : t('scopeIn', { what, namespace })
}

function tellNames(names: readonly string[]): string {
  const shown = names.slice(0, NAMED_MAX).join(', ')
  return names.length <= NAMED_MAX ? shown : t('andMore', { shown, count: names.length - NAMED_MAX })
}

function namesOf(permissions: unknown): readonly string[] | undefined {
  return typeof permissions === 'object' && permissions !== null ? Object.keys(permissions) : undefined
}
