// What a table says of its rows and columns.
import { defineMessages, type Translate } from '../lib/messages.ts'

const english = {
  arrangeColumns: 'Arrange the columns',
  list: 'List',
  nextRow: 'Next row',
  openInTab: 'Open in a new tab',
  previousRow: 'Previous row',
  select: 'Select {row}',
  selectAll: 'Select all rows that are loaded',
  selectRow: 'Select the row',
  selectUpTo: 'Select up to the row',
} as const

export const t: Translate<typeof english> = defineMessages('table', english)
