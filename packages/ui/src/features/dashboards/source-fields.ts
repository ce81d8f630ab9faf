// What the form offers: the fields of each source and how they are put together.

export const SOURCE_FIELDS: Readonly<Record<string, readonly string[]>> = {
  Executions: [
    'ID',
    'NAMESPACE',
    'FLOW_ID',
    'STATE',
    'START_DATE',
    'END_DATE',
    'DURATION',
    'FLOW_REVISION',
    'TRIGGER_ID',
  ],
  Logs: ['LEVEL', 'MESSAGE', 'DATE', 'NAMESPACE', 'FLOW_ID', 'TASK_ID', 'EXECUTION_ID', 'ATTEMPT_NUMBER'],
  Metrics: ['NAME', 'VALUE', 'DATE', 'TYPE', 'NAMESPACE', 'FLOW_ID', 'TASK_ID', 'EXECUTION_ID'],
  Flows: ['ID', 'NAMESPACE', 'REVISION', 'DISABLED'],
  Triggers: [
    'TRIGGER_ID',
    'NAMESPACE',
    'FLOW_ID',
    'NEXT_EXECUTION_DATE',
    'LAST_TRIGGERED_DATE',
    'DISABLED',
    'EXECUTION_ID',
  ],
}

export const DATE_FIELDS: Readonly<Record<string, string>> = {
  Executions: 'START_DATE',
  Logs: 'DATE',
  Metrics: 'DATE',
  Triggers: 'NEXT_EXECUTION_DATE',
}

export const AGGREGATIONS = ['COUNT', 'SUM', 'AVG', 'MIN', 'MAX'] as const

export const COMPARISONS = [
  'EQUAL_TO',
  'NOT_EQUAL_TO',
  'IN',
  'NOT_IN',
  'CONTAINS',
  'STARTS_WITH',
  'ENDS_WITH',
  'GREATER_THAN',
  'GREATER_THAN_OR_EQUAL_TO',
  'LESS_THAN',
  'LESS_THAN_OR_EQUAL_TO',
  'IS_NULL',
  'IS_NOT_NULL',
  'IS_TRUE',
  'IS_FALSE',
] as const
