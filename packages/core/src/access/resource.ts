// What can be allowed. The names are Kestra's (1.3, and what 2.0 split off), with what Batuta has beside them; roles that other servers wrote
// name the coarser ones only, and so a finer one that a role does not name is what the coarser one says.

export const ACTIONS = ['READ', 'CREATE', 'UPDATE', 'DELETE'] as const
export type Action = (typeof ACTIONS)[number]

/**
 * Where a permission counts. namespace: in the namespaces that its binding names. shared: it belongs to no namespace, and whoever has it in one
 * has it. instance: it belongs to no namespace, and only a binding that names none gives it.
 */
export type Reach = 'namespace' | 'shared' | 'instance'

interface ResourceFacts<Of extends Reach = Reach> {
  readonly reach: Of
  readonly summary: string
  /** What counts for a role that does not name this one. */
  readonly like?: 'FLOW' | 'EXECUTION' | 'USER' | 'GROUP' | 'SETTING' | 'APP' | 'BLUEPRINT'
}

function inNamespace(summary: string, like?: ResourceFacts['like']): ResourceFacts<'namespace'> {
  return { reach: 'namespace', summary, ...(like === undefined ? {} : { like }) }
}

function shared(summary: string, like?: ResourceFacts['like']): ResourceFacts<'shared'> {
  return { reach: 'shared', summary, ...(like === undefined ? {} : { like }) }
}

function ofInstance(summary: string, like?: ResourceFacts['like']): ResourceFacts<'instance'> {
  return { reach: 'instance', summary, ...(like === undefined ? {} : { like }) }
}

export const RESOURCES = {
  FLOW: inNamespace('Flows and their revisions.'),
  EXECUTION: inNamespace('Executions with their task runs, outputs and files.'),
  TRIGGER: inNamespace('Triggers, their state and backfills.', 'FLOW'),
  LOG: inNamespace('What executions and triggers logged.', 'EXECUTION'),
  METRIC: inNamespace('What executions measured.', 'EXECUTION'),
  FILE: inNamespace('Files of a namespace.', 'FLOW'),
  TEST: inNamespace('Suites of flow tests and their results.', 'FLOW'),
  NAMESPACE: inNamespace('A namespace with its variables, plugin defaults and limits.'),
  KVSTORE: inNamespace('The key-value store of a namespace.'),
  SECRET: inNamespace('Secrets of a namespace; their values are never read.'),
  CREDENTIAL: inNamespace('Credentials that tasks of a namespace use.'),
  APP: inNamespace('Apps, as those who make them see them.'),
  APPEXECUTION: inNamespace('Apps, as those who use them see them.', 'APP'),
  ASSET: inNamespace('Assets that flows read and write.'),
  TEMPLATE: inNamespace('Templates of old flows.', 'FLOW'),
  REUSABLE_INPUTS: inNamespace('Inputs that flows share.', 'FLOW'),
  POLICY: inNamespace('What flows of a namespace must or must not do.', 'SETTING'),
  AUDITLOG: inNamespace('Who did what.'),
  DASHBOARD: shared('Dashboards; what they show is what may be read.'),
  BLUEPRINT: shared('Examples to begin with.'),
  PLUGIN: shared('Documentation and schemas of plugins.', 'BLUEPRINT'),
  AI_COPILOT: shared('Help of a language model.'),
  MCP_SERVER: shared('What language models may call.', 'SETTING'),
  USER: ofInstance('Users.'),
  SERVICE_ACCOUNT: ofInstance('Users that are programs.', 'USER'),
  TOKEN: ofInstance('Tokens of others; everybody has their own.', 'USER'),
  IMPERSONATE: ofInstance('To act as somebody else.'),
  GROUP: ofInstance('Groups.'),
  GROUP_MEMBERSHIP: ofInstance('Who belongs to a group.', 'GROUP'),
  ROLE: ofInstance('Roles.'),
  BINDING: ofInstance('Who has which role where.'),
  INVITATION: ofInstance('Invitations.', 'USER'),
  TENANT_ACCESS: ofInstance('Who may enter the tenant.', 'USER'),
  TENANT: ofInstance('Tenants.', 'SETTING'),
  SETTING: ofInstance('Settings of the server.'),
  SYSTEM_SETTINGS: ofInstance('Settings of the whole instance.', 'SETTING'),
  TENANT_SETTINGS: ofInstance('Settings of the tenant.', 'SETTING'),
  WORKER_QUEUE: ofInstance('Queues of jobs and their workers.', 'SETTING'),
  KILL_SWITCH: ofInstance('Stops what would start.', 'SETTING'),
  ANNOUNCEMENT: ofInstance('What everybody is told.', 'SETTING'),
  INSTANCE: ofInstance('Nodes, their health and maintenance.', 'SETTING'),
} as const satisfies Readonly<Record<string, ResourceFacts>>

export type Resource = keyof typeof RESOURCES

/** Those that reach so far. */
export type ResourceOf<Of extends Reach> = {
  [Name in Resource]: (typeof RESOURCES)[Name]['reach'] extends Of ? Name : never
}[Resource]

export const RESOURCE_NAMES: readonly Resource[] = Object.keys(RESOURCES).filter(isResource)

export function isResource(name: string): name is Resource {
  return Object.hasOwn(RESOURCES, name)
}

export function isAction(name: string): name is Action {
  return ACTIONS.some(action => action === name)
}

export function reachOf(resource: Resource): Reach {
  return RESOURCES[resource].reach
}

/** The coarser resource that counts for a role which does not name this one. */
export function coarserOf(resource: Resource): Resource | undefined {
  const facts: ResourceFacts = RESOURCES[resource]
  return facts.like
}
