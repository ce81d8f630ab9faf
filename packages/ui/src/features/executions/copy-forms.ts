// Executions as text that can be taken elsewhere.
import { routes } from '@batuta/api'
import { apiUrl } from '../../lib/api.ts'
import { paths } from '../../lib/paths.ts'
import { stateWord } from '../../lib/states.ts'
import { formatDuration } from '../../lib/time.ts'
import { curlLine, type CopyForm } from '../../widgets/copy-as.tsx'
import type { ExecutionRow } from './use-executions.ts'

export function formsOfRows(rows: readonly ExecutionRow[]): readonly CopyForm[] {
  return [
    { name: 'Links', text: () => rows.map(row => `${location.origin}/ui${paths.execution(row)}`).join('\n') },
    { name: 'Ids', text: () => rows.map(({ id }) => id).join('\n') },
    {
      name: 'cURL',
      text: () =>
        rows.map(({ id }) => curlLine(apiUrl(routes.executions.get, { params: { executionId: id } }))).join('\n'),
    },
    { name: 'JSON', text: () => JSON.stringify(rows, null, 2) },
    { name: 'Markdown', text: () => markdownOf(rows) },
    { name: 'CSV', text: () => csvOf(rows) },
  ]
}

function markdownOf(rows: readonly ExecutionRow[]): string {
  const lines = rows.map(row => {
    const { state, namespace, flowId, id, failure } = row
    const error = failure
      ? `${failure.taskId}: ${failure.message ?? ''}`.replaceAll('\n', ' ').replaceAll('|', '\\|')
      : ''
    return `| ${stateWord(state.current)} | ${namespace}.${flowId} | ${state.startDate} | ${tookOf(row)} | ${error} | \`${id}\` |`
  })
  return ['| State | Flow | Started | Duration | Error | Id |', '|---|---|---|---|---|---|', ...lines].join('\n')
}

function csvOf(rows: readonly ExecutionRow[]): string {
  const lines = rows.map(row =>
    [row.state.current, row.namespace, row.flowId, row.state.startDate, row.state.endDate ?? '', row.id]
      .map(cell => `"${cell.replaceAll('"', '""')}"`)
      .join(','),
  )
  return ['state,namespace,flow,started,ended,id', ...lines].join('\n')
}

function tookOf({ state: { startDate, endDate } }: ExecutionRow): string {
  return endDate === undefined ? '' : formatDuration(Date.parse(endDate) - Date.parse(startDate))
}
