// What executions can be filtered by. The server refuses what is not here; a chip that asks for it turns red.
import type { FilterField } from '../../lib/filters/filter.ts'
import { EXECUTION_STATES } from '../../lib/states.ts'

export const EXECUTION_FIELDS: readonly FilterField[] = [
  {
    name: 'state',
    param: 'state',
    label: 'State',
    type: 'word',
    ops: ['EQUALS', 'NOT_EQUALS', 'IN', 'NOT_IN'],
    values: EXECUTION_STATES,
  },
  {
    name: 'ns',
    param: 'namespace',
    label: 'Namespace',
    type: 'word',
    ops: ['EQUALS', 'NOT_EQUALS', 'IN', 'NOT_IN', 'PREFIX', 'STARTS_WITH', 'ENDS_WITH', 'CONTAINS'],
  },
  {
    name: 'flow',
    param: 'flowId',
    label: 'Flow',
    type: 'word',
    ops: ['EQUALS', 'NOT_EQUALS', 'IN', 'NOT_IN', 'STARTS_WITH', 'ENDS_WITH', 'CONTAINS'],
  },
  {
    name: 'start',
    param: 'startDate',
    label: 'Started',
    type: 'date',
    ops: ['GREATER_THAN', 'GREATER_THAN_OR_EQUAL_TO', 'LESS_THAN', 'LESS_THAN_OR_EQUAL_TO'],
  },
  {
    name: 'end',
    param: 'endDate',
    label: 'Ended',
    type: 'date',
    ops: ['GREATER_THAN', 'GREATER_THAN_OR_EQUAL_TO', 'LESS_THAN', 'LESS_THAN_OR_EQUAL_TO'],
  },
  { name: 'dur', param: 'duration', label: 'Duration', type: 'duration', ops: ['GREATER_THAN', 'LESS_THAN'] },
  { name: 'label', param: 'labels', label: 'Label', type: 'map', ops: ['EQUALS'] },
  {
    name: 'trigger',
    param: 'triggerId',
    label: 'Trigger',
    type: 'word',
    ops: ['EQUALS', 'NOT_EQUALS', 'IN', 'NOT_IN', 'STARTS_WITH', 'ENDS_WITH', 'CONTAINS'],
  },
  {
    name: 'rev',
    param: 'flowRevision',
    label: 'Revision',
    type: 'word',
    ops: ['EQUALS', 'NOT_EQUALS', 'IN', 'NOT_IN'],
  },
  { name: 'parent', param: 'triggerExecutionId', label: 'Parent execution', type: 'word', ops: ['EQUALS'] },
  {
    name: 'child',
    param: 'childFilter',
    label: 'Parents or children',
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
