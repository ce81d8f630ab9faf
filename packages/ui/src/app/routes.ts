// The table of pages. To add one: write `features/<resource>/<name>-page.tsx` with one exported component and add its line. Each is fetched when
// it is opened, or when a link to it is touched. `$name` is a part of the path, `{-$name}` one that may be absent.
import type { ComponentType } from 'react'

export interface PageEntry {
  readonly path: string
  load(): Promise<ComponentType>
}

export const PAGES: readonly PageEntry[] = [
  { path: '/welcome', load: async () => (await import('../features/welcome/welcome-page.tsx')).WelcomePage },
  { path: '/login', load: async () => (await import('../features/sign-in/login-page.tsx')).LoginPage },
  { path: '/setup', load: async () => (await import('../features/sign-in/setup-page.tsx')).SetupPage },
  {
    path: '/invitation/$link',
    load: async () => (await import('../features/sign-in/invitation-page.tsx')).InvitationPage,
  },
  {
    path: '/reset-password',
    load: async () => (await import('../features/sign-in/reset-password-page.tsx')).ResetPasswordPage,
  },
  {
    path: '/preferences',
    load: async () => (await import('../features/preferences/preferences-page.tsx')).PreferencesPage,
  },
  {
    path: '/flows',
    load: async () => (await import('../features/flows/flows-page.tsx')).FlowsPage,
  },
  {
    path: '/flows/new',
    load: async () => (await import('../features/editor/new-flow-page.tsx')).NewFlowPage,
  },
  {
    path: '/flows/edit/$namespace/$id/{-$tab}',
    load: async () => (await import('../features/flow/flow-page.tsx')).FlowPage,
  },
  {
    path: '/executions',
    load: async () => (await import('../features/executions/executions-page.tsx')).ExecutionsPage,
  },
  {
    path: '/taskruns',
    load: async () => (await import('../features/executions/task-runs-page.tsx')).TaskRunsPage,
  },
  {
    path: '/executions/compare',
    load: async () => (await import('../features/execution/compare-page.tsx')).ComparePage,
  },
  {
    path: '/executions/$namespace/$flowId/$id/{-$tab}',
    load: async () => (await import('../features/execution/execution-page.tsx')).ExecutionPage,
  },
  { path: '/logs', load: async () => (await import('../features/logs/logs-page.tsx')).LogsPage },
  { path: '/kv', load: async () => (await import('../features/keys/keys-page.tsx')).KeysPage },
  { path: '/secrets', load: async () => (await import('../features/secrets/secrets-page.tsx')).SecretsPage },
  { path: '/dashboards', load: async () => (await import('../features/home/home-page.tsx')).HomePage },
  {
    path: '/dashboards/new',
    load: async () => (await import('../features/dashboards/board-editor-page.tsx')).NewBoardPage,
  },
  {
    path: '/dashboards/$id/edit',
    load: async () => (await import('../features/dashboards/board-editor-page.tsx')).EditBoardPage,
  },
  { path: '/dashboards/$id', load: async () => (await import('../features/dashboards/board-page.tsx')).BoardPage },
  { path: '/calendar', load: async () => (await import('../features/calendar/calendar-page.tsx')).CalendarPage },
  { path: '/inbox', load: async () => (await import('../features/inbox/inbox-page.tsx')).InboxPage },
  {
    path: '/admin/triggers',
    load: async () => (await import('../features/triggers/triggers-page.tsx')).TriggersPage,
  },
  { path: '/files', load: async () => (await import('../features/files/files-page.tsx')).FilesPage },
  {
    path: '/namespaces',
    load: async () => (await import('../features/namespaces/namespaces-page.tsx')).NamespacesPage,
  },
  {
    path: '/blueprints/{-$kind}/{-$tab}/{-$id}',
    load: async () => (await import('../features/blueprints/blueprints-page.tsx')).BlueprintsPage,
  },
  { path: '/docs/{-$page}', load: async () => (await import('../features/docs/docs-page.tsx')).DocsPage },
  { path: '/apps', load: async () => (await import('../features/apps/apps-page.tsx')).AppsPage },
  { path: '/apps/new', load: async () => (await import('../features/apps/app-page.tsx')).NewAppPage },
  { path: '/apps/edit/$uid', load: async () => (await import('../features/apps/app-page.tsx')).AppPage },
  { path: '/tests', load: async () => (await import('../features/tests/tests-page.tsx')).TestsPage },
  { path: '/tests/new', load: async () => (await import('../features/tests/test-page.tsx')).NewTestPage },
  { path: '/tests/$namespace/$id', load: async () => (await import('../features/tests/test-page.tsx')).TestPage },
  { path: '/plugins', load: async () => (await import('../features/plugin-types/plugins-page.tsx')).PluginsPage },
  { path: '/plugins/$cls', load: async () => (await import('../features/plugin-types/plugin-page.tsx')).PluginPage },
  {
    path: '/expressions',
    load: async () => (await import('../features/expressions/expressions-page.tsx')).ExpressionsPage,
  },
  { path: '/search', load: async () => (await import('../features/search/search-page.tsx')).SearchPage },
  {
    path: '/incidents/{-$fingerprint}',
    load: async () => (await import('../features/incidents/incidents-page.tsx')).IncidentsPage,
  },
  {
    path: '/admin/instance/{-$tab}',
    load: async () => (await import('../features/administration/instance-page.tsx')).InstancePage,
  },
  {
    path: '/admin/instance/policies/new/$scope',
    load: async () => (await import('../features/policies/policy-page.tsx')).NewPolicyPage,
  },
  {
    path: '/admin/instance/policies/edit/$scope/$id',
    load: async () => (await import('../features/policies/policy-page.tsx')).PolicyPage,
  },
  { path: '/admin/iam/{-$tab}/{-$id}', load: async () => (await import('../features/iam/iam-page.tsx')).IamPage },
  { path: '/admin/auditlogs', load: async () => (await import('../features/audit/audit-page.tsx')).AuditPage },
  { path: '/access', load: async () => (await import('../features/iam/my-access-page.tsx')).MyAccessPage },
  {
    path: '/namespaces/edit/$namespace/{-$tab}',
    load: async () => (await import('../features/namespaces/namespace-page.tsx')).NamespacePage,
  },
]

/** Addresses that are kept for those who know them. */
export const REDIRECTS: readonly { readonly from: string; readonly to: string }[] = [
  { from: '/settings', to: '/preferences' },
  { from: '/admin/policies', to: '/admin/instance/policies' },
  { from: '/admin/retention', to: '/admin/instance/retention' },
  { from: '/admin/quotas', to: '/admin/instance/quotas' },
  { from: '/admin/mcp-servers', to: '/admin/instance/mcp-servers' },
]
