import { defineMessages, type Translate } from '../../lib/messages.ts'

const english = {
  fine: 'No problems.',
  judging: 'The server judges it …',
  problems: 'Problems',
  line: 'Line {line}',
} as const

export const t: Translate<typeof english> = defineMessages('yaml-document', english)
