// What keys can be filtered by.
import type { FilterField } from '../../lib/filters/filter.ts'
import { t } from '../../lib/filters/messages.ts'

const MOMENTS = ['GREATER_THAN', 'GREATER_THAN_OR_EQUAL_TO', 'LESS_THAN', 'LESS_THAN_OR_EQUAL_TO'] as const

const UPDATED: FilterField = { name: 'updated', param: 'updated', label: t('updated'), type: 'date', ops: MOMENTS }
const EXPIRES: FilterField = {
  name: 'expires',
  param: 'expirationDate',
  label: t('expires'),
  type: 'date',
  ops: MOMENTS,
}
const NAMESPACE: FilterField = {
  name: 'ns',
  param: 'namespace',
  label: t('namespace'),
  type: 'word',
  ops: ['EQUALS', 'NOT_EQUALS', 'IN', 'NOT_IN', 'PREFIX', 'STARTS_WITH', 'ENDS_WITH', 'CONTAINS'],
}

export const KEY_FIELDS: readonly FilterField[] = [NAMESPACE, UPDATED, EXPIRES]
/** In the tab of a namespace, where the namespace is given. */
export const KEY_FIELDS_OF_NAMESPACE: readonly FilterField[] = [UPDATED, EXPIRES]
