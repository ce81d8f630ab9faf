import { defineMessages, type Translate } from '../../lib/messages.ts'

const english = {
  title: 'Replay the execution',
  intro: 'A replay is a new execution with an id of its own. A restart keeps the id and runs only what failed.',
  from: 'From',
  fromStart: 'the start',
  fromFailed: 'what failed: {task}',
  fromTask: 'another task',
  task: 'Task to begin from',
  allAgain: 'All tasks run again; what they write, they write again.',
  againFrom: '{task} and what comes after it run again.',
  reused: 'The outputs of {tasks} are used again. {task} and what comes after it run again.',
  revision: 'Revision of the flow',
  same: 'the same: {revision}',
  latest: 'the latest: {revision}',
  inputs: 'Inputs',
  sameInputs: 'the same',
  otherInputs: 'changed',
  cancel: 'Cancel',
  replay: 'Replay',
  failed: 'The replay was refused.',
  underWay: 'The replay is under way.',
} as const

export const replayMessages: Translate<typeof english> = defineMessages('replay', english)
