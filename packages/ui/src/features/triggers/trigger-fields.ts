import type { FilterField } from '../../lib/filters/filter.ts'
import { t } from '../../lib/filters/messages.ts'

const WORDS = ['EQUALS', 'NOT_EQUALS', 'IN', 'NOT_IN', 'CONTAINS', 'STARTS_WITH', 'ENDS_WITH'] as const

export const TRIGGER_FIELDS: readonly FilterField[] = [
  { name: 'ns', param: 'namespace', label: t('namespace'), type: 'word', ops: [...WORDS, 'PREFIX'] },
  { name: 'flow', param: 'flowId', aliases: ['flowId'], label: t('flow'), type: 'word', ops: WORDS },
  { name: 'trigger', param: 'triggerId', aliases: ['triggerId'], label: t('trigger'), type: 'word', ops: WORDS },
]
