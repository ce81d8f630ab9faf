import { defineMessages, type Translate } from '../../lib/messages.ts'

const english = {
  table: 'Metrics',
  task: 'Task',
  name: 'Metric',
  value: 'Value',
  share: 'Beside the largest',
  tags: 'Tags',
  failed: 'The metrics could not be loaded.',
  none: 'No task has measured anything.',
  noneText: 'Tasks write metrics such as rows read or seconds spent.',
} as const

export const metricMessages: Translate<typeof english> = defineMessages('metrics', english)
