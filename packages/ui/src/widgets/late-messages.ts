// What the parts say that come when somebody asks for them.
import { defineMessages, type Translate } from '../lib/messages.ts'

const english = {
  after: 'After: {title}',
  asTheyWere: 'As they were',
  before: 'Before: {title}',
  cancel: 'Cancel',
  columns: 'Columns',
  copyAs: 'Copy as…',
  done: 'Done',
  hidePassword: 'Hide the password',
  isCopied: 'Copied.',
  keepInSight: 'Keep in sight: {title}',
  letScroll: 'Let scroll: {title}',
  link: 'Link',
  narrower: 'Narrower: {title}',
  showPassword: 'Show the password',
  standsThere: 'It stands there already.',
  stillCounted: 'What this would do is still being counted.',
  table: 'Table',
  typeFirst: 'Type {word} first.',
  typeToGoOn: 'Type {word} to go on',
  wider: 'Wider: {title}',
} as const

export const t: Translate<typeof english> = defineMessages('lateWidgets', english)
