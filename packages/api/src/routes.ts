// The one table of all routes.
import { accessRoutes } from './access.ts'
import { auditLogRoutes } from './audit-logs.ts'
import { authRoutes } from './auths.ts'
import { bannerRoutes } from './banners.ts'
import { bindingRoutes } from './bindings.ts'
import { groupRoutes } from './groups.ts'
import { invitationRoutes } from './invitations.ts'
import { killSwitchRoutes } from './kill-switches.ts'
import { meRoutes } from './me.ts'
import { roleRoutes } from './roles.ts'
import { serviceAccountRoutes } from './service-accounts.ts'
import { tenantAccessRoutes } from './tenant-access.ts'
import { tenantRoutes } from './tenants.ts'
import { userRoutes } from './users.ts'
import { appRoutes } from './apps.ts'
import { blueprintRoutes } from './blueprints.ts'
import { dashboardRoutes } from './dashboards.ts'
import { executionRoutes } from './executions.ts'
import { flowRoutes } from './flows.ts'
import { instanceRoutes } from './instance.ts'
import { keyRoutes } from './keys.ts'
import { limitRoutes } from './limits.ts'
import { liveRoutes } from './live.ts'
import { logRoutes } from './logs.ts'
import { mcpRoutes } from './mcp.ts'
import { metricRoutes } from './metrics.ts'
import { miscRoutes } from './misc.ts'
import { namespaceRoutes } from './namespaces.ts'
import { namespaceFileRoutes } from './namespace-files.ts'
import { operationRoutes } from './operations.ts'
import { peopleRoutes } from './people.ts'
import { planningRoutes } from './planning.ts'
import { pluginRoutes } from './plugins.ts'
import { instancePolicyRoutes, namespacePolicyRoutes, tenantPolicyRoutes } from './policies.ts'
import { signInRoutes } from './sign-in.ts'
import { statsRoutes } from './stats.ts'
import { taskRunRoutes } from './task-runs.ts'
import { testRoutes } from './tests.ts'
import { triggerRoutes } from './triggers.ts'
import { secretRoutes } from './secrets.ts'

export const routes = {
  apps: appRoutes,
  blueprints: blueprintRoutes,
  dashboards: dashboardRoutes,
  flows: flowRoutes,
  executions: executionRoutes,
  live: liveRoutes,
  logs: logRoutes,
  keys: keyRoutes,
  limits: limitRoutes,
  mcp: mcpRoutes,
  metrics: metricRoutes,
  namespaces: namespaceRoutes,
  secrets: secretRoutes,
  namespaceFiles: namespaceFileRoutes,
  operations: operationRoutes,
  people: peopleRoutes,
  planning: planningRoutes,
  plugins: pluginRoutes,
  policies: tenantPolicyRoutes,
  namespacePolicies: namespacePolicyRoutes,
  instancePolicies: instancePolicyRoutes,
  instance: instanceRoutes,
  signIn: signInRoutes,
  stats: statsRoutes,
  taskRuns: taskRunRoutes,
  tests: testRoutes,
  triggers: triggerRoutes,
  misc: miscRoutes,
  access: accessRoutes,
  auditLogs: auditLogRoutes,
  auths: authRoutes,
  banners: bannerRoutes,
  bindings: bindingRoutes,
  groups: groupRoutes,
  invitations: invitationRoutes,
  killSwitches: killSwitchRoutes,
  me: meRoutes,
  roles: roleRoutes,
  serviceAccounts: serviceAccountRoutes,
  tenantAccess: tenantAccessRoutes,
  tenants: tenantRoutes,
  users: userRoutes,
}

export type Routes = typeof routes
