import { defineMessages, type Translate } from '../../lib/messages.ts'

const english = {
  title: 'Search',
  search: 'Search',
  placeholder: 'Flows, executions, namespaces, files, keys, plugins',
  begin: 'What are you looking for?',
  beginText: 'Names of flows, namespaces, files, keys and plugins, or the beginning of the id of an execution.',
  nothing: 'Nothing is called like “{text}”.',
  failed: 'The search did not work.',
  more: 'There are more: write more of the name.',
  flows: 'Flows',
  executions: 'Executions',
  namespaces: 'Namespaces',
  files: 'Files',
  keys: 'Keys',
  plugins: 'Plugins',
  views: 'Saved filters',
} as const

export const t: Translate<typeof english> = defineMessages('search', english)
