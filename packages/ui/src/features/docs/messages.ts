import { defineMessages, type Translate } from '../../lib/messages.ts'

const english = {
  title: 'Documentation',
  pages: 'Pages',
  search: 'Search the documentation',
  found: { one: '{count} place', other: '{count} places' },
  noMatch: 'Nothing is said about “{q}”.',
  unknown: 'There is no page “{page}”.',
  toStart: 'To the first page',
  failed: 'The page could not be loaded.',
  results: 'Places found',
  section: 'Documentation',
  onPage: 'On this page',
} as const

export const t: Translate<typeof english> = defineMessages('docs', english)
