// What the parts say that all pages share.
import { defineMessages, type Translate } from '../lib/messages.ts'

const english = {
  clearSelection: 'Clear the selection',
  close: 'Close',
  copied: 'Copied',
  copiedAs: 'Copied as {name}.',
  copy: 'Copy',
  copyForColleague: 'Copy for a colleague',
  heightOf: 'Height of {name}',
  loading: 'Loading',
  notAllowed: 'Not allowed here.',
  notCopiedAs: 'Copying as {name} did not work.',
  notLoaded: 'This could not be loaded.',
  partFailed:
    'This part of the page did not come from the server. Reload the page if trying again does not help. ({cause})',
  selected: '{count} selected',
  selection: 'Selection',
  tryAgain: 'Try again',
  whatMayIDo: 'What may I do?',
  widthOf: 'Width of {name}',
} as const

export const t: Translate<typeof english> = defineMessages('widgets', english)
