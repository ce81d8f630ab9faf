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
