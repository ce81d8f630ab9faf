// What a call of somebody who is known leaves in the audit log: every call that changes something, whatever came of it, and every one that was denied.
import type { Route } from '@batuta/api'
import type { AuditEntry, AuditOutcome, AuditTrail } from '../access/audit-trail.ts'
import type { Caller } from '../access/caller.ts'
import type { Log } from '../telemetry/log.ts'
import type { Right } from './authorise.ts'
import { refusalOf } from './request-error.ts'

/** What the handler knows of it beyond the address. */
export type AuditNotes = Partial<
  Pick<AuditEntry, 'namespace' | 'flowId' | 'executionId' | 'detail' | 'before' | 'after' | 'resource' | 'action'>
> & { readonly itemId?: string | undefined }

export interface AuditedCall {
  /** `resource.name` */
  readonly name: string
  readonly route: Route
  readonly right: Right | undefined
  readonly params: Readonly<Record<string, string>>
  readonly caller: Caller
  /** Grows while the handler runs. */
  readonly notes: AuditNotes
}

export interface AuditPlace {
  readonly audit: AuditTrail
  readonly log: Log
}

/** Views and preferences are their owner's own affair. */
const NOT_TOLD = /^people\./

export function isAudited({ route, right, name }: Pick<AuditedCall, 'route' | 'right' | 'name'>): boolean {
  if (route.method === 'GET') return false
  return right === undefined ? !NOT_TOLD.test(name) : right.action !== 'READ'
}

/** Runs it and writes down what came of it. */
export async function audited<Result>(
  call: AuditedCall,
  place: AuditPlace,
  run: () => Promise<Result>,
): Promise<Result> {
  try {
    const result = await run()
    if (isAudited(call)) await write(call, 'done', place)
    return result
  } catch (error) {
    const { refusal } = refusalOf(error)
    if (refusal.status === 403) await write(call, 'denied', place, refusal.message)
    else if (isAudited(call)) await write(call, 'failed', place, `${refusal.status} ${refusal.code}`)
    throw error
  }
}

/** Of a call that nobody is asked about: only what its route has to say of it, such as that somebody logged in. */
export async function auditNoted(call: AuditedCall, place: AuditPlace): Promise<void> {
  if (Object.keys(call.notes).length > 0) await write(call, 'done', place)
}

async function write(
  call: AuditedCall,
  outcome: AuditOutcome,
  { audit, log }: AuditPlace,
  reason?: string,
): Promise<void> {
  try {
    await audit.write(entryOf(call, outcome, reason))
  } catch (error) {
    log.error(`what ${call.caller.name} did with ${call.name} could not be written into the audit log`, error)
  }
}

function entryOf(
  { name, route, right, params, caller, notes }: AuditedCall,
  outcome: AuditOutcome,
  reason: string | undefined,
): AuditEntry {
  const { userId, name: username, via, tokenId, sessionId, impersonatedBy, ip } = caller
  const [own = ''] = name.split('.')
  const ofFlow = right !== undefined && OF_FLOW.has(right.resource) ? params['id'] : undefined
  const { namespace = params['namespace'], executionId = params['executionId'] } = notes
  const flowId = notes.flowId ?? params['flowId'] ?? ofFlow
  const itemId = notes.itemId ?? ITEM_PARAMS.map(param => params[param]).find(value => value !== undefined)
  return {
    caller: {
      name: username,
      via,
      ...(userId === undefined ? {} : { userId }),
      ...(tokenId === undefined ? {} : { tokenId }),
      ...(sessionId === undefined ? {} : { sessionId }),
      ...(impersonatedBy === undefined ? {} : { impersonatedBy }),
      ...(ip === undefined ? {} : { ip }),
    },
    resource: notes.resource ?? right?.resource ?? own.toUpperCase(),
    action: notes.action ?? right?.action ?? ACTION_OF_METHOD[route.method],
    outcome,
    ...(namespace === undefined ? {} : { namespace }),
    ...(executionId === undefined ? {} : { executionId }),
    ...(flowId === undefined ? {} : { flowId }),
    ...(itemId === undefined ? {} : { itemId }),
    detail: { ...notes.detail, route: name, ...(reason === undefined ? {} : { reason }) },
    ...(notes.before === undefined ? {} : { before: notes.before }),
    ...(notes.after === undefined ? {} : { after: notes.after }),
  }
}

const ITEM_PARAMS: readonly string[] = [
  'id',
  'uid',
  'key',
  'userId',
  'operationId',
  'executionId',
  'triggerId',
  'flowId',
]

/** Where the parameter `id` is a flow's. */
const OF_FLOW: ReadonlySet<string> = new Set(['FLOW', 'EXECUTION'])

const ACTION_OF_METHOD: Readonly<Record<Route['method'], string>> = {
  GET: 'READ',
  POST: 'CREATE',
  PUT: 'UPDATE',
  PATCH: 'UPDATE',
  DELETE: 'DELETE',
}
