import { defineMessages, type Translate } from '../../lib/messages.ts'

const english = {
  required: 'required',
  notSet: 'not set',
  yes: 'yes',
  no: 'no',
  choose: 'Choose…',
  others: 'Others, with commas between them',
  byLocalClock: 'By the clock of this browser.',
  durationHint: 'Such as 15m, 1h30m or PT15M.',
  durationIs: 'That is {length}.',
  drop: 'Drop a file here, or',
  browse: 'Browse…',
  storageUri: 'URI of a stored file',
  removeFile: 'Remove {name}',
  onlyExtensions: 'Only {list}.',
  oneOf: 'One per line of a JSON list, such as [1, 2].',
  noInputs: 'Nothing is asked.',
} as const

export const t: Translate<typeof english> = defineMessages('input-form', english)
