import { defineMessages, type Translate } from '../../lib/messages.ts'

const english = {
  checked: 'Checked',
  fulfilled: 'yes',
  broken: 'no',
  evidence: 'Reasons that were written down',
  noEvidence: 'None: whatever it was asked, it started.',
  times: { one: '{count} time', other: '{count} times' },
  lastAt: 'last {date}',
  next: 'Next',
  noNext: 'No next date.',
  around: 'Executions around then',
  failed: 'The reasons could not be loaded.',
  at: 'At',
  atHint: 'A moment to ask about, or nothing for now.',
} as const

export const t: Translate<typeof english> = defineMessages('why', english)
