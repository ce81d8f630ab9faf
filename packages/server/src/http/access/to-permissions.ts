// Permissions as clients send them: Kestra's names of 1.3 and of 2.0, whose finer actions are what they come to here.
import { ACTIONS, isAction, isResource, type Action, type Permissions, type Resource } from '@batuta/core'
import { unprocessable } from '../request-error.ts'

/** 2.0 names some resources otherwise. */
const OTHER_NAMES: Readonly<Record<string, Resource>> = {
  APP_EXECUTION: 'APPEXECUTION',
  COPILOT: 'AI_COPILOT',
  NAMESPACE_FILE: 'FILE',
  TESTSUITE: 'TEST',
  TESTSUITE_RUN: 'TEST',
  KV_STORE: 'KVSTORE',
  WORKER_GROUP: 'WORKER_QUEUE',
  SECURITY_INTEGRATION: 'SYSTEM_SETTINGS',
  VERSIONED_PLUGIN: 'PLUGIN',
  SUPPORT: 'INSTANCE',
}

/** What 2.0 splits off comes to one of four. */
const OTHER_ACTIONS: Readonly<Record<string, Action>> = {
  VIEW: 'READ',
  LIST: 'READ',
  FOLLOW: 'READ',
  EXPORT: 'READ',
  VALIDATE: 'READ',
  ACCESS_LOGS: 'READ',
  ACCESS_OUTPUTS: 'READ',
  ACCESS_FILES: 'READ',
  EXECUTE: 'CREATE',
  IMPORT: 'CREATE',
  REPLAY: 'CREATE',
  USE: 'CREATE',
  IMPERSONATE: 'CREATE',
  RESTART: 'UPDATE',
  KILL: 'UPDATE',
  PAUSE: 'UPDATE',
  RESUME: 'UPDATE',
  UNQUEUE: 'UPDATE',
  FORCE_RUN: 'UPDATE',
  CHANGE_LABELS: 'UPDATE',
  DISABLE: 'UPDATE',
  ENABLE: 'UPDATE',
  UNLOCK: 'UPDATE',
  LOCK: 'UPDATE',
  BACKFILL: 'UPDATE',
  MANAGE_FILES: 'UPDATE',
  MANAGE_MEMBERS: 'UPDATE',
  MANAGE_GROUP_MEMBERSHIP: 'UPDATE',
}

/** @throws {RequestError} 422 with all names that nobody knows. */
export function toPermissions(given: Readonly<Record<string, readonly string[]>>): Permissions {
  const found = new Map<Resource, Set<Action>>()
  const unknown: string[] = []
  for (const [name, actions] of Object.entries(given)) {
    const resource = resourceNamed(name)
    if (!resource) {
      unknown.push(name)
      continue
    }
    const setOf = (of: Resource): Set<Action> => {
      const own = found.get(of) ?? new Set<Action>()
      found.set(of, own)
      return own
    }
    setOf(resource)
    for (const each of actions) {
      const action = actionNamed(each)
      if (action) setOf(runOf(resource, each) ?? resource).add(action)
      else unknown.push(`${name}:${each}`)
    }
  }
  if (unknown.length > 0)
    throw unprocessable(
      'permission-unknown',
      `There is no permission ${unknown.map(name => `"${name}"`).join(', ')}.`,
      unknown.map(name => ({ path: `/permissions/${name.split(':')[0] ?? ''}`, message: `"${name}" is unknown` })),
    )
  return Object.fromEntries(
    [...found].map(([resource, actions]) => [resource, ACTIONS.filter(action => actions.has(action))]),
  )
}

/** Whoever may execute a flow makes executions, not flows. */
function runOf(resource: Resource, action: string): Resource | undefined {
  if (action.toUpperCase() !== 'EXECUTE') return undefined
  return resource === 'FLOW' ? 'EXECUTION' : resource === 'APP' ? 'APPEXECUTION' : undefined
}

export function resourceNamed(name: string): Resource | undefined {
  const own = name.toUpperCase()
  if (isResource(own)) return own
  return Object.hasOwn(OTHER_NAMES, own) ? OTHER_NAMES[own] : undefined
}

export function actionNamed(name: string): Action | undefined {
  const own = name.toUpperCase()
  if (isAction(own)) return own
  return Object.hasOwn(OTHER_ACTIONS, own) ? OTHER_ACTIONS[own] : undefined
}
