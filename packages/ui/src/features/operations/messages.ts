import { defineMessages, type Translate } from '../../lib/messages.ts'

const english = {
  restart: 'Restart',
  replay: 'Replay',
  kill: 'Kill',
  pause: 'Pause',
  resume: 'Resume',
  'force-run': 'Force',
  unqueue: 'Unqueue',
  labels: 'Labels',
  delete: 'Delete',
  enable: 'Enable',
  disable: 'Disable',
  executions: { one: '{count} execution', other: '{count} executions' },
  flows: { one: '{count} flow', other: '{count} flows' },
  triggers: { one: '{count} trigger', other: '{count} triggers' },
  gathering: '{action}: {items} found so far',
  running: '{action}: {done} of {items}',
  paused: '{action}: rests at {done} of {items}',
  done: '{action}: {items}',
  cancelled: '{action}: cancelled after {items}',
  failed: '{action}: ended early after {items}',
  undoing: 'Undo of {action}',
  left: {
    one: '{count} was left as it is: {why}',
    other: '{count} were left as they are, such as: {why}',
  },
  pauseIt: 'Pause',
  goOn: 'Go on',
  cancel: 'Cancel',
  undo: 'Undo',
  notDone: '{action} did not work.',
} as const

export const t: Translate<typeof english> = defineMessages('operations', english)
export type OperationWord = keyof typeof english
