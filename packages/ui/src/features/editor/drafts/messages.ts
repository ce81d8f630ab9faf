import { defineMessages, type Translate } from '../../../lib/messages.ts'

const english = {
  keep: 'Save draft',
  keepAs: 'Save as draft',
  discard: 'Throw the draft away',
  publish: 'Publish',
  publishAndRun: 'Publish & run',
  more: 'More ways to save',
  isKept: 'The draft is kept. What is published goes on as it is.',
  isDiscarded: 'The draft is thrown away.',
  undoDiscard: 'Undo',
  notKept: 'The draft could not be changed.',
  whyUnnamed: 'A draft needs an id and a namespace.',
  whyKept: 'Nothing has changed since the draft was saved.',
  there: 'There is a draft that is not published, from {date}.',
  thereBy: 'There is a draft that is not published, by {author}, from {date}.',
  open: 'Open the draft',
  isDraft: 'This is a draft: triggers and executions go on with revision {revision}.',
  isNewDraft: 'This is a draft: until it is published nothing can run or trigger it.',
  isOutdated: 'Revision {revision} was published since; publishing merges both.',
  showPublished: 'Show revision {revision}',
  mark: 'draft',
} as const

export const t: Translate<typeof english> = defineMessages('drafts', english)
