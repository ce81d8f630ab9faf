import { defineMessages, type Translate } from '../../lib/messages.ts'

const english = {
  title: 'Calendar',
  month: 'Month',
  week: 'Week',
  day: 'Day',
  view: 'View',
  today: 'Today',
  earlier: 'Earlier',
  later: 'Later',
  namespace: 'Namespace',
  allNamespaces: 'All namespaces',
  failed: 'The calendar could not be loaded.',
  planned: { one: '{count} planned', other: '{count} planned' },
  done: { one: '{count} execution', other: '{count} executions' },
  failedCount: '{count} failed',
  nothing: 'nothing',
  partial: 'Some schedules fire more often than was counted: there are more than are shown.',
  plannedHead: 'Planned',
  noPlanned: 'Nothing is planned on this day.',
  ran: 'Executions of this day',
  hour: 'Hour',
  cell: '{date}: {text}',
  more: { one: 'and {count} more', other: 'and {count} more' },
  legendDone: 'succeeded',
  legendFailed: 'failed',
  legendOther: 'other',
  legendPlanned: 'planned',
  section: 'Calendar',
} as const

export const t: Translate<typeof english> = defineMessages('calendar', english)
