// Who may do what, as it is kept: roles say what, bindings say who and where.
import { ACTIONS, RESOURCE_NAMES, reachOf, type Action, type Resource } from './resource.ts'

export type Permissions = Readonly<Partial<Record<Resource, readonly Action[]>>>

export interface Role {
  readonly id: string
  readonly name: string
  readonly description: string
  readonly permissions: Permissions
  /** Comes with the server and cannot be changed. */
  readonly isManaged: boolean
  /** Whoever is new gets it. */
  readonly isDefault: boolean
}

export interface Binding {
  readonly id: string
  readonly type: 'USER' | 'GROUP'
  readonly externalId: string
  readonly roleId: string
  /** With all below it; everywhere unless said. */
  readonly namespace?: string
  /** Takes away what the role has, whatever else gives it. */
  readonly isDeny?: boolean
}

const CRUD: readonly Action[] = ACTIONS
const READ: readonly Action[] = ['READ']

const VIEWER: Permissions = {
  FLOW: READ,
  EXECUTION: READ,
  TRIGGER: READ,
  LOG: READ,
  METRIC: READ,
  FILE: READ,
  TEST: READ,
  TEMPLATE: READ,
  NAMESPACE: READ,
  APP: READ,
  APPEXECUTION: READ,
  ASSET: READ,
  DASHBOARD: READ,
  BLUEPRINT: READ,
  PLUGIN: READ,
}

const LAUNCHER: Permissions = {
  ...VIEWER,
  EXECUTION: ['READ', 'CREATE', 'UPDATE'],
  APPEXECUTION: ['READ', 'CREATE', 'UPDATE'],
}

const EDITOR: Permissions = {
  ...VIEWER,
  FLOW: CRUD,
  EXECUTION: CRUD,
  TRIGGER: CRUD,
  LOG: ['READ', 'DELETE'],
  FILE: CRUD,
  TEST: CRUD,
  TEMPLATE: CRUD,
  REUSABLE_INPUTS: CRUD,
  KVSTORE: CRUD,
  SECRET: CRUD,
  CREDENTIAL: READ,
  APP: CRUD,
  APPEXECUTION: CRUD,
  ASSET: CRUD,
  DASHBOARD: CRUD,
  BLUEPRINT: CRUD,
  AI_COPILOT: CRUD,
}

/** As an editor, but the secrets are others' to keep. */
const DEVELOPER: Permissions = { ...EDITOR, SECRET: READ }

const ADMIN: Permissions = Object.fromEntries(RESOURCE_NAMES.map(resource => [resource, CRUD]))

function managed(id: string, description: string, permissions: Permissions): Role {
  const name = `${id.charAt(0).toUpperCase()}${id.slice(1)}`
  return { id, name, description, permissions, isManaged: true, isDefault: false }
}

export const MANAGED_ROLES: readonly Role[] = [
  managed('admin', 'May do everything.', ADMIN),
  managed('editor', 'Makes flows, runs them and looks after what they need.', EDITOR),
  managed('developer', 'Makes flows and runs them; secrets are only named.', DEVELOPER),
  managed('launcher', 'Runs flows that others made.', LAUNCHER),
  managed('viewer', 'Looks at everything but keys and secrets.', VIEWER),
]

/** What a role may do in the namespaces of a binding alone, for whoever chooses where to bind it. */
export function isBoundToNamespaces(permissions: Permissions): boolean {
  return RESOURCE_NAMES.every(resource => permissions[resource] === undefined || reachOf(resource) !== 'instance')
}
