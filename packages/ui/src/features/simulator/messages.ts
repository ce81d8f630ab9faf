import { defineMessages, type Translate } from '../../lib/messages.ts'

const english = {
  cron: 'Cron',
  cronHint: 'minute hour day month weekday',
  noWords: 'This is no cron expression.',
  zone: 'Zone',
  days: 'Days to come',
  dayTitle: { one: '{date}: {count} time', other: '{date}: {count} times' },
  next: 'Next dates',
  repeated: 'the clocks show this hour twice',
  shifted: 'moved: that hour does not exist on that day',
  overlaps: 'the one before may still run',
  gap: 'On {date} the clocks leave out {minutes} minutes.',
  overlap: 'On {date} the clocks repeat {minutes} minutes.',
  skipped: 'Left out: {times}.',
  changed: 'Against what is saved: {added} added, {removed} removed.',
  failed: 'The dates could not be worked out.',
  reset: 'As saved',
  ical: 'Save as iCal',
  none: 'It does not fire.',
} as const

export const t: Translate<typeof english> = defineMessages('simulator', english)
