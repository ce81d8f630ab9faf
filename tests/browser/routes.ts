// The pages that are photographed and judged by axe in every look. Whoever adds a page adds its line; `seed.ts` makes what they show.
import type { Seed } from './seed.ts'

export interface VisitedRoute {
  /** Of the picture. */
  readonly name: string
  path(seed: Seed): string
  /** It shows that there is no such thing: the API answers 404. */
  readonly isUnknown?: boolean
}

export const ROUTES: readonly VisitedRoute[] = [
  { name: 'welcome', path: () => '/ui/welcome' },
  { name: 'preferences', path: () => '/ui/preferences' },
  { name: 'executions', path: () => '/ui/executions' },
  { name: 'executions-none', path: () => '/ui/executions?filters[state][EQUALS]=KILLED' },
  { name: 'executions-unknown-filter', path: () => '/ui/executions?filters[stat][EQUALS]=failed' },
  { name: 'executions-chosen', path: () => '/ui/executions?filters[state][IN]=SUCCESS,FAILED' },
  { name: 'task-runs', path: () => '/ui/taskruns' },
  { name: 'execution-failed', path: ({ failed }) => `/ui/executions/tests/broken/${failed}` },
  { name: 'execution-paused', path: ({ paused }) => `/ui/executions/tests/approval/${paused}` },
  { name: 'execution', path: ({ succeeded }) => `/ui/executions/examples/parallel-and-loops/${succeeded}` },
  {
    name: 'execution-gantt',
    path: ({ succeeded }) => `/ui/executions/examples/parallel-and-loops/${succeeded}/gantt?task=${succeeded}-0`,
  },
  {
    name: 'execution-topology',
    path: ({ succeeded }) => `/ui/executions/examples/parallel-and-loops/${succeeded}/topology`,
  },
  {
    name: 'execution-outputs',
    path: ({ succeeded }) => `/ui/executions/examples/parallel-and-loops/${succeeded}/outputs`,
  },
  {
    name: 'execution-metrics',
    path: ({ succeeded }) => `/ui/executions/examples/parallel-and-loops/${succeeded}/metrics`,
  },
  { name: 'execution-alone', path: ({ failed }) => `/ui/executions/tests/broken/${failed}/dependencies` },
  { name: 'execution-debug', path: ({ failed }) => `/ui/executions/tests/broken/${failed}/debug?at=4` },
  {
    name: 'execution-fork',
    path: ({ failed }) => `/ui/executions/tests/broken/${failed}/debug?at=4&open=fork`,
  },
  { name: 'execution-replay', path: ({ failed }) => `/ui/executions/tests/broken/${failed}?open=replay` },
  { name: 'execution-unknown', path: () => '/ui/executions/tests/broken/0VbfV3Qv0Hvuh9YQx1PTvU', isUnknown: true },
  { name: 'compare', path: ({ failed, succeeded }) => `/ui/executions/compare?left=${succeeded}&right=${failed}` },
  { name: 'flows', path: () => '/ui/flows' },
  { name: 'flows-flat', path: () => '/ui/flows?view=flat' },
  { name: 'flows-none', path: () => '/ui/flows?filters[namespace][EQUALS]=nowhere' },
  ...['overview', 'executions', 'edit', 'topology', 'revisions', 'triggers', 'dependencies'].map(tab => ({
    name: `flow-${tab}`,
    path: () => `/ui/flows/edit/examples/parallel-and-loops/${tab}`,
  })),
  { name: 'flow-topology-table', path: () => '/ui/flows/edit/examples/parallel-and-loops/topology?view=table' },
  { name: 'flow-unknown', path: () => '/ui/flows/edit/tests/nothing', isUnknown: true },
  { name: 'flow-new', path: () => '/ui/flows/new?template=parallel' },
  { name: 'home', path: () => '/ui/dashboards' },
  { name: 'dashboard', path: () => '/ui/dashboards/default' },
  { name: 'dashboard-new', path: () => '/ui/dashboards/new' },
  { name: 'dashboard-edit', path: () => '/ui/dashboards/default/edit' },
  { name: 'dashboard-unknown', path: () => '/ui/dashboards/nothing', isUnknown: true },
  { name: 'run-dialog', path: () => '/ui/executions?run=tests/broken' },
  { name: 'run-which', path: () => '/ui/executions?run=choose' },
  { name: 'logs', path: () => '/ui/logs' },
  { name: 'logs-none', path: () => '/ui/logs?filters[namespace][EQUALS]=nowhere' },
  {
    name: 'execution-logs',
    path: ({ succeeded }) => `/ui/executions/examples/parallel-and-loops/${succeeded}/logs?line=3&q=run`,
  },
  { name: 'triggers', path: () => '/ui/admin/triggers' },
  { name: 'trigger', path: () => '/ui/admin/triggers?trigger=examples.hello-world.webhook' },
  { name: 'calendar', path: () => '/ui/calendar' },
  { name: 'calendar-week', path: () => '/ui/calendar?view=week' },
  { name: 'calendar-day', path: () => '/ui/calendar?view=day' },
  { name: 'inbox', path: () => '/ui/inbox' },
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
  { name: 'blueprints', path: () => '/ui/blueprints' },
  { name: 'docs', path: () => '/ui/docs/flow-tests' },
  { name: 'apps', path: () => '/ui/apps' },
  { name: 'app-new', path: () => '/ui/apps/new?flow=tests/broken' },
  { name: 'tests', path: () => '/ui/tests' },
  { name: 'test', path: () => '/ui/tests/tests/broken-test' },
  { name: 'test-recorded', path: ({ failed }) => `/ui/tests/new?execution=${failed}` },
  { name: 'plugins', path: () => '/ui/plugins?q=http' },
  { name: 'plugin', path: () => '/ui/plugins/io.kestra.plugin.core.http.Request' },
  { name: 'expressions', path: () => '/ui/expressions' },
  { name: 'search', path: () => '/ui/search?q=hello' },
  { name: 'incidents', path: () => '/ui/incidents' },
  { name: 'instance', path: () => '/ui/admin/instance' },
  { name: 'secret-new', path: () => '/ui/secrets?new=true' },
  { name: 'old-link-explained', path: () => '/ui/templates' },
  { name: 'not-found', path: () => '/ui/nothing/here' },
  { name: 'not-found-near', path: () => '/ui/executons' },
]
