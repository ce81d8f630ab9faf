// What a bar of filters says.
import { defineMessages, type Translate } from '../lib/messages.ts'

const english = {
  clickToEdit: 'Click to edit',
  didYouMean: 'Did you mean {word}?',
  filter: 'Filter',
  list: 'List',
  remove: 'Remove {text}',
  removeFilters: 'Remove all filters',
  suggestions: 'Suggestions',
} as const

export const t: Translate<typeof english> = defineMessages('filterBar', english)
