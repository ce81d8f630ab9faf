import { defineMessages, type Translate } from '../../lib/messages.ts'

const english = {
  gantt: 'Task runs over time',
  task: 'Task',
  time: 'Time',
  took: 'Duration',
  iterations: { one: '{count} iteration', other: '{count} iterations' },
  allIterations: { one: 'Show the iteration', other: 'Show all {count} iterations' },
  iteration: 'iteration {number}',
  iterationsFrom: 'iterations {from} to {to}',
  loading: 'Loading …',
  attempts: { one: '{count} attempt', other: '{count} attempts' },
  fold: 'Fold {name}',
  unfold: 'Unfold {name}',
  waited: 'waited {time} for a worker',
  queued: 'In the queue for {time}',
  waiting: 'Waited {time} for the next attempt',
  find: 'Find a task',
  zoomIn: 'Zoom in',
  zoomOut: 'Zoom out',
  fit: 'Show all of the time',
  critical: 'Critical path',
  criticalTold: {
    one: 'Critical path: {count} task, {busy} of {total} ({share} %)',
    other: 'Critical path: {count} tasks, {busy} of {total} ({share} %)',
  },
  absolute: 'Time of day',
  byDuration: 'Longest first',
  failuresOnly: 'Failures only',
  exportCsv: 'Download as CSV',
  more: 'More of the chart',
  noMatch: 'No task matches.',
  nextFailure: 'Next failure',
  partial: 'Of {total} task runs only those that are unfolded are searched.',
  none: 'No task has begun yet.',
} as const

export const t: Translate<typeof english> = defineMessages('gantt', english)
