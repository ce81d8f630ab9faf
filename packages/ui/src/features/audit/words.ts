import { t } from './messages.ts'

export const AUDIT_ACTIONS = [
  'CREATE',
  'UPDATE',
  'DELETE',
  'READ',
  'LOGIN',
  'LOGOUT',
  'LOGIN_FAILURE',
  'ACCOUNT_LOCKED',
  'IMPERSONATE',
] as const

export function actionWord(action: string): string {
  const known = AUDIT_ACTIONS.find(each => each === action)
  return known === undefined ? action : t(known)
}

export function outcomeWord(outcome: string): string {
  if (outcome === 'denied') return t('denied')
  return outcome === 'failed' ? t('failedOutcome') : t('done')
}
