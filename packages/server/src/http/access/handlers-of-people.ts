// All routes about people: who there is, what they may do, what they did, and what administrators say to everybody.
import { accessHandlers } from './explain.ts'
import { auditLogHandlers } from '../audit-logs/routes.ts'
import { authHandlers } from '../auths/routes.ts'
import { bannerHandlers } from '../banners/routes.ts'
import { bindingHandlers } from '../bindings/routes.ts'
import type { HandlerMakers } from '../handler-tables.ts'
import { groupHandlers } from '../groups/routes.ts'
import { invitationHandlers } from '../invitations/routes.ts'
import { killSwitchHandlers } from '../kill-switches/routes.ts'
import { meHandlers } from '../me/routes.ts'
import { roleHandlers } from '../roles/routes.ts'
import { serviceAccountHandlers } from '../service-accounts/routes.ts'
import { tenantAccessHandlers } from '../tenant-access/routes.ts'
import { tenantHandlers } from '../tenants/routes.ts'
import { userHandlers } from '../users/routes.ts'

type People =
  | 'access'
  | 'auditLogs'
  | 'auths'
  | 'banners'
  | 'bindings'
  | 'groups'
  | 'invitations'
  | 'killSwitches'
  | 'me'
  | 'roles'
  | 'serviceAccounts'
  | 'tenantAccess'
  | 'tenants'
  | 'users'

export const PEOPLE: Pick<HandlerMakers, People> = {
  access: accessHandlers,
  auditLogs: auditLogHandlers,
  auths: authHandlers,
  banners: bannerHandlers,
  bindings: bindingHandlers,
  groups: groupHandlers,
  invitations: invitationHandlers,
  killSwitches: killSwitchHandlers,
  me: meHandlers,
  roles: roleHandlers,
  serviceAccounts: serviceAccountHandlers,
  tenantAccess: tenantAccessHandlers,
  tenants: tenantHandlers,
  users: userHandlers,
}
