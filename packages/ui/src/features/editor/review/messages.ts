import { defineMessages, type Translate } from '../../../lib/messages.ts'

const english = {
  title: 'What changes in {flow}',
  message: 'Why (optional)',
  messageHint: 'Stands beside the revision, with your name.',
  text: 'The text against revision {revision}',
  mine: 'yours',
  revision: 'revision {revision}',
  nothing: 'The text is the same.',
  schedules: 'Schedules',
  noSchedules: 'No schedule changes.',
  before: 'Until now',
  after: 'From now on',
  comes: 'new',
  goes: 'It fires no more.',
  compared: 'Of the next {count} dates: {added} added, {removed} left out.',
  none: 'It does not fire.',
  failed: 'The dates could not be worked out.',
  callers: 'Flows that start this one',
  listeners: 'Flows that it starts, or that wait for it',
  alone: 'No flow starts this one or waits for it.',
  inputsGone: { one: 'The input {names} goes.', other: 'The inputs {names} go.' },
  inputsNeeded: {
    one: 'The input {names} must be given from now on.',
    other: 'The inputs {names} must be given from now on.',
  },
  outputsGone: { one: 'The output {names} goes.', other: 'The outputs {names} go.' },
  dependants: 'Dependants',
  cancel: 'Cancel',
  save: 'Save',
  saveAndRun: 'Save & run',
} as const

export const t: Translate<typeof english> = defineMessages('review', english)
