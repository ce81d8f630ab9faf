// What charts can be made of: the sources and their fields, by Kestra's names.

export type SourceName = 'Executions' | 'Logs' | 'Metrics' | 'Flows' | 'Triggers'

export type Field =
  | 'ID'
  | 'NAMESPACE'
  | 'FLOW_ID'
  | 'FLOW_REVISION'
  | 'STATE'
  | 'DURATION'
  | 'START_DATE'
  | 'END_DATE'
  | 'LABELS'
  | 'EXECUTION_ID'
  | 'TASK_ID'
  | 'TASK_RUN_ID'
  | 'ATTEMPT_NUMBER'
  | 'TRIGGER_ID'
  | 'LEVEL'
  | 'MESSAGE'
  | 'DATE'
  | 'NAME'
  | 'TYPE'
  | 'VALUE'
  | 'REVISION'
  | 'DISABLED'
  | 'NEXT_EXECUTION_DATE'
  | 'LAST_TRIGGERED_DATE'

/** Dates are milliseconds until they are shown. */
export type Cell = string | number | boolean | null

export const FIELDS_OF: Readonly<Record<SourceName, readonly Field[]>> = {
  Executions: [
    'ID',
    'NAMESPACE',
    'FLOW_ID',
    'FLOW_REVISION',
    'STATE',
    'DURATION',
    'START_DATE',
    'END_DATE',
    'TRIGGER_ID',
    'LABELS',
  ],
  Logs: [
    'NAMESPACE',
    'FLOW_ID',
    'EXECUTION_ID',
    'TASK_ID',
    'TASK_RUN_ID',
    'ATTEMPT_NUMBER',
    'LEVEL',
    'MESSAGE',
    'DATE',
  ],
  Metrics: ['NAMESPACE', 'FLOW_ID', 'EXECUTION_ID', 'TASK_ID', 'TASK_RUN_ID', 'NAME', 'TYPE', 'VALUE', 'DATE'],
  Flows: ['ID', 'NAMESPACE', 'REVISION', 'DISABLED'],
  Triggers: [
    'ID',
    'NAMESPACE',
    'FLOW_ID',
    'TRIGGER_ID',
    'EXECUTION_ID',
    'NEXT_EXECUTION_DATE',
    'LAST_TRIGGERED_DATE',
    'DISABLED',
  ],
}

export const SOURCES: readonly SourceName[] = ['Executions', 'Logs', 'Metrics', 'Flows', 'Triggers']

export function isDateField(field: Field): boolean {
  return field.endsWith('DATE')
}

/** `io.kestra.plugin.core.dashboard.data.ExecutionsKPI` → `Executions`. */
export function sourceOf(type: string): SourceName | undefined {
  const name = type.split('.').at(-1)?.replace(/KPI$/, '')
  return SOURCES.find(source => source === name)
}
