// Where everything is. Pages link through these builders, so that a link can be written before the page that it leads to.
import type { Pairs } from './filters/filter-url.ts'

export const EXECUTION_TABS = [
  'overview',
  'gantt',
  'logs',
  'topology',
  'outputs',
  'metrics',
  'dependencies',
  'debug',
  'why',
  'auditlogs',
] as const

export const FLOW_TABS = [
  'overview',
  'topology',
  'executions',
  'editor',
  'edit',
  'revisions',
  'triggers',
  'logs',
  'metrics',
  'dependencies',
  'concurrency',
  'tests',
  'auditlogs',
] as const

export interface FlowRef {
  readonly namespace: string
  readonly id: string
}

export interface ExecutionRef {
  readonly namespace: string
  readonly flowId: string
  readonly id: string
}

const part = encodeURIComponent
const tabOf = (tab: string | undefined): string => (tab === undefined ? '' : `/${part(tab)}`)

export const paths = {
  welcome: (): string => '/welcome',
  home: (dashboard?: string): string => `/dashboards${tabOf(dashboard)}`,
  newDashboard: (): string => '/dashboards/new',
  editDashboard: (id: string): string => `/dashboards/${part(id)}/edit`,
  flows: (): string => '/flows',
  flow: ({ namespace, id }: FlowRef, tab?: string): string => `/flows/edit/${part(namespace)}/${part(id)}${tabOf(tab)}`,
  newFlow: (draft?: string): string => (draft === undefined ? '/flows/new' : `/flows/new?draft=${part(draft)}`),
  flowSearch: (): string => '/flows/search',
  executions: (): string => '/executions',
  execution: ({ namespace, flowId, id }: ExecutionRef, tab?: string): string =>
    `/executions/${part(namespace)}/${part(flowId)}/${part(id)}${tabOf(tab)}`,
  compare: (left: string, right: string): string => `/executions/compare?left=${part(left)}&right=${part(right)}`,
  taskRuns: (): string => '/taskruns',
  logs: (): string => '/logs',
  calendar: (): string => '/calendar',
  inbox: (): string => '/inbox',
  namespaces: (): string => '/namespaces',
  namespace: (id: string, tab?: string): string => `/namespaces/edit/${part(id)}${tabOf(tab)}`,
  keys: (): string => '/kv',
  secrets: (): string => '/secrets',
  files: (): string => '/files',
  blueprints: (kind = 'flow', tab = 'community', id?: string): string => `/blueprints/${kind}/${tab}${tabOf(id)}`,
  plugins: (): string => '/plugins',
  plugin: (type: string): string => `/plugins/${part(type)}`,
  apps: (): string => '/apps',
  newApp: (): string => '/apps/new',
  app: (uid: string): string => `/apps/edit/${part(uid)}`,
  tests: (): string => '/tests',
  newTest: (): string => '/tests/new',
  test: (namespace: string, id: string): string => `/tests/${part(namespace)}/${part(id)}`,
  incidents: (fingerprint?: string): string => `/incidents${tabOf(fingerprint)}`,
  expressions: (): string => '/expressions',
  search: (): string => '/search',
  docs: (page?: string): string => `/docs${page === undefined ? '' : `/${page}`}`,
  triggers: (): string => '/admin/triggers',
  concurrency: (): string => '/admin/concurrency-limits',
  instance: (tab?: string): string => `/admin/instance${tabOf(tab)}`,
  policies: (scope: 'tenant' | 'instance' = 'tenant'): string =>
    `/admin/instance/policies${scope === 'tenant' ? '' : '?scope=instance'}`,
  newPolicy: (scope: string): string => `/admin/instance/policies/new/${part(scope)}`,
  policy: (scope: string, id: string): string => `/admin/instance/policies/edit/${part(scope)}/${part(id)}`,
  stats: (): string => '/admin/stats',
  preferences: (): string => '/preferences',
  login: (from?: string): string => (from === undefined ? '/login' : `/login?from=${part(from)}`),
  myAccess: (): string => '/access',
  setup: (): string => '/setup',
  access: (tab?: string, id?: string): string => `/admin/iam${tabOf(tab)}${tabOf(id)}`,
  auditLogs: (): string => '/admin/auditlogs',
} as const

/** A path with its query, brackets and commas left readable. */
export function withQuery(path: string, pairs: Pairs): string {
  const query = pairs.map(([name, value]) => `${readable(name)}=${readable(value)}`).join('&')
  return query === '' ? path : `${path}?${query}`
}

function readable(text: string): string {
  return encodeURIComponent(text)
    .replace(/%5B/g, '[')
    .replace(/%5D/g, ']')
    .replace(/%2C/g, ',')
    .replace(/%3A/g, ':')
    .replace(/%2F/g, '/')
}
