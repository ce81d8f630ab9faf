// What the logs of all executions can be filtered by.
import type { FilterField } from '../../lib/filters/filter.ts'

export const LOG_FIELDS: readonly FilterField[] = [
  {
    name: 'level',
    param: 'level',
    label: 'Level',
    type: 'word',
    ops: ['EQUALS', 'GREATER_THAN_OR_EQUAL_TO'],
    values: ['TRACE', 'DEBUG', 'INFO', 'WARN', 'ERROR'],
  },
  { name: 'ns', param: 'namespace', label: 'Namespace', type: 'word', ops: ['EQUALS', 'PREFIX'] },
  { name: 'flow', param: 'flowId', aliases: ['flowId'], label: 'Flow', type: 'word', ops: ['EQUALS'] },
  { name: 'task', param: 'taskId', aliases: ['taskId'], label: 'Task', type: 'word', ops: ['EQUALS'] },
  { name: 'exec', param: 'executionId', aliases: ['executionId'], label: 'Execution', type: 'word', ops: ['EQUALS'] },
  {
    name: 'start',
    param: 'startDate',
    label: 'Since',
    type: 'date',
    ops: ['GREATER_THAN', 'GREATER_THAN_OR_EQUAL_TO'],
  },
]
