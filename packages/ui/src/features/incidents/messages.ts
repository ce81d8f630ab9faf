import { defineMessages, type Translate } from '../../lib/messages.ts'

const english = {
  title: 'Incidents',
  range: 'Of the last',
  day: '24 hours',
  week: '7 days',
  month: '30 days',
  failed: 'The failures could not be gathered.',
  none: 'Nothing failed.',
  noneText: 'Failures that are alike, by task and message, are gathered here: how often, since when, in which flows.',
  gone: 'This failure did not happen in the range.',
  all: 'All incidents',
  looked: { one: '{count} failure was looked at.', other: '{count} failures were looked at.' },
  partly: 'There are too many failures: those before {when} were not looked at.',
  times: '{count}×',
  since: 'since {when}',
  last: 'last {when}',
  flows: { one: '{count} flow', other: '{count} flows' },
  trend: 'Failures over the range',
  revisions: 'revisions {list}',
  lastSuccess: 'Last success',
  inRevision: 'revision {revision}',
  never: 'none in sight',
  executions: 'Latest executions',
  replay: { one: 'Replay it', other: 'Replay these {count}' },
  replayTitle: { one: 'Replay {count} execution?', other: 'Replay {count} executions?' },
  replayText: 'Each is run anew from its start, with the inputs it had. What its tasks do to the world, they do again.',
  replayed: { one: 'Replayed {count} execution.', other: 'Replayed {count} executions.' },
  notReplayed: 'The executions were not replayed.',
  message: 'Message',
} as const

export const t: Translate<typeof english> = defineMessages('incidents', english)
