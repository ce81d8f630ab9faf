// What executions can be filtered by. The server refuses what is not here; a chip that asks for it turns red.
import type { FilterField } from '../../lib/filters/filter.ts'
import { EXECUTION_STATES } from '../../lib/states.ts'
import { t } from '../../lib/filters/messages.ts'

export const EXECUTION_FIELDS: readonly FilterField[] = [
  {
    name: 'state',
    param: 'state',
    label: t('state'),
    type: 'word',
    ops: ['EQUALS', 'NOT_EQUALS', 'IN', 'NOT_IN'],
    values: EXECUTION_STATES,
  },
  {
    name: 'ns',
    param: 'namespace',
    label: t('namespace'),
    type: 'word',
    ops: ['EQUALS', 'NOT_EQUALS', 'IN', 'NOT_IN', 'PREFIX', 'STARTS_WITH', 'ENDS_WITH', 'CONTAINS'],
  },
  {
    name: 'flow',
    param: 'flowId',
    label: t('flow'),
    type: 'word',
    ops: ['EQUALS', 'NOT_EQUALS', 'IN', 'NOT_IN', 'STARTS_WITH', 'ENDS_WITH', 'CONTAINS'],
  },
  {
    name: 'start',
    param: 'startDate',
    label: t('started'),
    type: 'date',
    ops: ['GREATER_THAN', 'GREATER_THAN_OR_EQUAL_TO', 'LESS_THAN', 'LESS_THAN_OR_EQUAL_TO'],
  },
  {
    name: 'end',
    param: 'endDate',
    label: t('ended'),
    type: 'date',
    ops: ['GREATER_THAN', 'GREATER_THAN_OR_EQUAL_TO', 'LESS_THAN', 'LESS_THAN_OR_EQUAL_TO'],
  },
  { name: 'dur', param: 'duration', label: t('duration'), type: 'duration', ops: ['GREATER_THAN', 'LESS_THAN'] },
  { name: 'label', param: 'labels', label: t('label'), type: 'map', ops: ['EQUALS'] },
  {
    name: 'trigger',
    param: 'triggerId',
    label: t('trigger'),
    type: 'word',
    ops: ['EQUALS', 'NOT_EQUALS', 'IN', 'NOT_IN', 'STARTS_WITH', 'ENDS_WITH', 'CONTAINS'],
  },
  {
    name: 'rev',
    param: 'flowRevision',
    label: t('revision'),
    type: 'word',
    ops: ['EQUALS', 'NOT_EQUALS', 'IN', 'NOT_IN'],
  },
  { name: 'parent', param: 'triggerExecutionId', label: t('parent'), type: 'word', ops: ['EQUALS'] },
  {
    name: 'child',
    param: 'childFilter',
    label: t('kin'),
    type: 'word',
    ops: ['EQUALS'],
    values: ['CHILD', 'MAIN'],
  },
]

/** The fields whose values the server can tell, under its names. */
export const DISTINCT_FIELDS: Readonly<Record<string, string>> = {
  ns: 'NAMESPACE',
  flow: 'FLOW_ID',
  trigger: 'TRIGGER_ID',
}
