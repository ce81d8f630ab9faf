// What the logs of all executions can be filtered by.
import type { FilterField } from '../../lib/filters/filter.ts'
import { t } from '../../lib/filters/messages.ts'

export const LOG_FIELDS: readonly FilterField[] = [
  {
    name: 'level',
    param: 'level',
    label: t('level'),
    type: 'word',
    ops: ['EQUALS', 'GREATER_THAN_OR_EQUAL_TO'],
    values: ['TRACE', 'DEBUG', 'INFO', 'WARN', 'ERROR'],
  },
  { name: 'ns', param: 'namespace', label: t('namespace'), type: 'word', ops: ['EQUALS', 'PREFIX'] },
  { name: 'flow', param: 'flowId', aliases: ['flowId'], label: t('flow'), type: 'word', ops: ['EQUALS'] },
  { name: 'task', param: 'taskId', aliases: ['taskId'], label: t('task'), type: 'word', ops: ['EQUALS'] },
  {
    name: 'exec',
    param: 'executionId',
    aliases: ['executionId'],
    label: t('execution'),
    type: 'word',
    ops: ['EQUALS'],
  },
  {
    name: 'start',
    param: 'startDate',
    label: t('since'),
    type: 'date',
    ops: ['GREATER_THAN', 'GREATER_THAN_OR_EQUAL_TO'],
  },
]
