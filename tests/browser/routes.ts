// The pages that are photographed and judged by axe in every look. Whoever adds a page adds its line; `seed.ts` makes what they show.
import type { Seed } from './seed.ts'

export interface VisitedRoute {
  /** Of the picture. */
  readonly name: string
  path(seed: Seed): string
}

export const ROUTES: readonly VisitedRoute[] = [
  { name: 'welcome', path: () => '/ui/welcome' },
  { name: 'preferences', path: () => '/ui/preferences' },
  { name: 'executions', path: () => '/ui/executions' },
  { name: 'executions-none', path: () => '/ui/executions?filters[state][EQUALS]=KILLED' },
  { name: 'executions-unknown-filter', path: () => '/ui/executions?filters[stat][EQUALS]=failed' },
  { name: 'keys', path: () => '/ui/kv' },
  { name: 'key', path: () => '/ui/kv?open=tests/discounts' },
  { name: 'key-new', path: () => '/ui/kv?new=true' },
  { name: 'secrets', path: () => '/ui/secrets' },
  { name: 'namespaces', path: () => '/ui/namespaces' },
  ...['overview', 'flows', 'executions', 'files', 'kv', 'secrets', 'variables', 'plugin-defaults', 'concurrency'].map(
    tab => ({
      name: `namespace-${tab}`,
      path: () => `/ui/namespaces/edit/tests/${tab}`,
    }),
  ),
  { name: 'files', path: () => '/ui/files' },
  { name: 'secret-new', path: () => '/ui/secrets?new=true' },
  { name: 'not-found', path: () => '/ui/nothing/here' },
  { name: 'not-found-near', path: () => '/ui/executons' },
]
