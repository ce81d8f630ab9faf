// What fields of filters are called, and what is said of a filter that cannot be sent.
import { defineMessages, type Translate } from '../messages.ts'

const english = {
  duration: 'Duration',
  ended: 'Ended',
  execution: 'Execution',
  expires: 'Expires',
  flow: 'Flow',
  kin: 'Parents or children',
  label: 'Label',
  level: 'Level',
  namespace: 'Namespace',
  parent: 'Parent execution',
  revision: 'Revision',
  since: 'Since',
  started: 'Started',
  state: 'State',
  task: 'Task',
  text: 'Text',
  trigger: 'Trigger',
  updated: 'Updated',
  noField: 'There is no field "{field}" here.',
  noValue: '"{value}" is no {label}.',
  notThatWay: '"{field}" cannot be asked for that way.',
  sayWhich: 'Say which one: {field}.name:value.',
} as const

export const t: Translate<typeof english> = defineMessages('filters', english)
