import { defineMessages, type Translate } from '../../lib/messages.ts'

const english = {
  more: 'More of it',
  download: 'Download',
  failed: 'The file could not be read.',
  cut: 'This is its beginning.',
  pdf: 'A PDF document: download it to read it.',
  raw: 'As it stands',
  rows: { one: '{count} row', other: '{count} rows' },
} as const

export const fileMessages: Translate<typeof english> = defineMessages('file-preview', english)
