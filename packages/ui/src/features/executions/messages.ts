import { defineMessages, type Translate } from '../../lib/messages.ts'

const english = {
  title: 'Executions',
  table: 'Executions',
  state: 'State',
  flow: 'Flow',
  started: 'Started',
  duration: 'Duration',
  trigger: 'Trigger',
  labels: 'Labels',
  id: 'Id',
  byHand: 'by hand',
  failed: 'The executions could not be loaded.',
  none: 'Nothing has run yet.',
  noneText: 'An execution is one run of a flow. They appear here as soon as a flow runs.',
  noMatch: 'No execution matches the filter.',
  dropFilter: 'Remove the filter',
  count: { one: '{count} execution', other: '{count} executions' },
  noSort: 'There is no index to sort by it.',
} as const

export const t: Translate<typeof english> = defineMessages('executions', english)
