import { defineMessages, type Translate } from '../../lib/messages.ts'

const english = {
  title: 'Compare executions',
  executions: 'Executions',
  choose: 'Choose two executions to see what they have not in common.',
  toList: 'Choose them in the list',
  failed: 'The executions could not be compared.',
  swap: 'Swap',
  first: 'First divergence',
  same: 'They have no difference in inputs, revision, states and outputs.',
  tasks: 'Tasks',
  table: 'Tasks side by side',
  all: 'All {count} tasks',
  partial: 'They have more task runs than are compared.',
  differences: 'All other differences',
  noTasks: 'No task came to something else.',
  task: 'Task',
  left: 'Left',
  right: 'Right',
  duration: 'Duration',
  differs: 'Differs in',
  absent: 'not there',
  becomes: 'becomes',
  revision: 'rev {revision}',
} as const

export const compareMessages: Translate<typeof english> = defineMessages('compare', english)
