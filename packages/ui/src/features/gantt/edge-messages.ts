import { defineMessages, type Translate } from '../../lib/messages.ts'

const english = {
  waitedFor: 'Waited for {tasks}',
  followedBy: 'Followed by {tasks}',
  criticalTold: {
    one: 'Critical path: {count} task, {busy} of {total} ({share} %)',
    other: 'Critical path: {count} tasks, {busy} of {total} ({share} %)',
  },
  noneBefore: 'It waited for no other task run.',
  noneAfter: 'No task run waited for it.',
  andMore: '{names} and {more} more',
} as const

export const edgeMessages: Translate<typeof english> = defineMessages('gantt-edges', english)
