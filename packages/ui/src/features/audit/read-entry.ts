// What an entry of the audit log tells, read from what the server and older ones write.
import { paths } from '../../lib/paths.ts'

/** As the server writes it. */
export interface AuditItem {
  readonly auditLog: {
    readonly id: string
    readonly date: string
    readonly type: string
    readonly impersonatedBy?: string
    readonly ipAddress?: string
    readonly detail: object
    readonly appliedPatch: readonly unknown[]
  }
  readonly user?: { readonly id: string; readonly username: string }
}

export interface AuditEntry {
  readonly id: string
  readonly atMs: number
  /** `CREATE`, `LOGIN_FAILURE` … */
  readonly action: string
  readonly actor: string | undefined
  readonly impersonatedBy: string | undefined
  readonly ip: string | undefined
  readonly resource: string
  readonly itemId: string | undefined
  /** What the object was called then. */
  readonly name: string | undefined
  readonly namespace: string | undefined
  readonly flowId: string | undefined
  readonly executionId: string | undefined
  readonly outcome: string
  readonly via: string | undefined
  /** All else that was noted. */
  readonly details: Readonly<Record<string, unknown>>
  readonly hasChange: boolean
}

const TOLD = [
  'permission',
  'resource',
  'resourceType',
  'type',
  'id',
  'name',
  'namespace',
  'flowId',
  'executionId',
  'outcome',
  'via',
]

export function readEntry({ auditLog, user }: AuditItem): AuditEntry {
  const { id, date, type, impersonatedBy, ipAddress, appliedPatch } = auditLog
  const detail: Readonly<Record<string, unknown>> = { ...auditLog.detail }
  const text = (name: string): string | undefined => {
    const value = detail[name]
    return typeof value === 'string' && value !== '' ? value : undefined
  }
  return {
    id,
    atMs: Date.parse(date),
    action: type,
    actor: user?.username || undefined,
    impersonatedBy,
    ip: ipAddress,
    resource: text('resourceType') ?? text('resource') ?? text('permission') ?? '',
    itemId: text('id'),
    name: text('name'),
    namespace: text('namespace'),
    flowId: text('flowId'),
    executionId: text('executionId'),
    outcome: text('outcome') ?? 'done',
    via: text('via'),
    details: Object.fromEntries(Object.entries(detail).filter(([name]) => !TOLD.includes(name))),
    hasChange: appliedPatch.length > 0,
  }
}

const ACCESS_TABS: Readonly<Record<string, string>> = {
  USER: 'users',
  GROUP: 'groups',
  ROLE: 'roles',
  SERVICE_ACCOUNT: 'service-accounts',
}

/** Where the object of an entry is looked at, as far as it has a page. */
export function pageOfEntry(entry: AuditEntry): string | undefined {
  const { resource, itemId, namespace, flowId, executionId, action } = entry
  if (action === 'DELETE') return undefined
  if (executionId !== undefined && flowId !== undefined && namespace !== undefined)
    return paths.execution({ namespace, flowId, id: executionId })
  if (flowId !== undefined && namespace !== undefined) return paths.flow({ namespace, id: flowId })
  const tab = ACCESS_TABS[resource]
  if (tab !== undefined && itemId !== undefined) return paths.access(tab, itemId)
  return namespace === undefined ? undefined : paths.namespace(namespace)
}

/** `orders_etl`, `ada`, what it is called. */
export function objectOf({ name, itemId, flowId, executionId }: AuditEntry): string | undefined {
  return name ?? itemId ?? executionId ?? flowId
}
