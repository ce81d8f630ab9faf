import { defineMessages, type Translate } from '../../lib/messages.ts'

const english = {
  section: 'Steps through the execution',
  failed: 'The journal could not be loaded.',
  events: 'Events',
  at: 'Time',
  first: 'To the first event',
  back: 'One event back',
  forward: 'One event forward',
  last: 'To the last event',
  task: 'Next task',
  failure: 'Next failure',
  position: 'Position in the journal',
  seq: '{seq} of {total}',
  event: 'What this event carries',
  outputsOf: 'Outputs of {task} at this moment',
  variables: 'Variables at this moment',
  running: 'under way: {tasks}',
} as const

export const debugMessages: Translate<typeof english> = defineMessages('debug', english)
