// An execution as text for an issue: facts, the failure, the end of its log. Secrets are masked where lines are written, so none is in here.
import { api } from '../../lib/api.ts'
import { paths } from '../../lib/paths.ts'
import { stateWord } from '../../lib/states.ts'
import { formatDuration } from '../../lib/time.ts'
import type { ExecutionHead } from './use-execution.ts'

const LINES = 20

export async function markdownOf(head: ExecutionHead): Promise<string> {
  const { id, namespace, flowId, flowRevision, state, inputs = {} } = head
  const { lines } = await api.logs.window({ params: { executionId: id }, query: { from: -LINES, count: LINES } })
  const took =
    state.endDate === undefined
      ? ''
      : `, took ${formatDuration(Date.parse(state.endDate) - Date.parse(state.startDate))}`
  return [
    `**${stateWord(state.current)}**: \`${namespace}.${flowId}\` revision ${flowRevision}`,
    `Started ${state.startDate}${took}`,
    `${location.origin}/ui${paths.execution(head)}`,
    ...(Object.keys(inputs).length === 0 ? [] : ['', 'Inputs:', '```json', JSON.stringify(inputs, null, 2), '```']),
    '',
    `Last ${lines.length} lines of its log:`,
    '```',
    ...lines.map(({ timestamp, level, taskId = '', message }) => `${timestamp} ${level} ${taskId}: ${message}`),
    '```',
  ].join('\n')
}
