// Apps and links, for both SQL databases.
import type { AppRow, LinkRow, Reads } from '../store.ts'
import * as sql from './apps.sql.ts'
import type { Param, Performers } from './perform.ts'
import { number, text, type SqlRow } from './rows.ts'
import { run } from './statement.ts'

export const APP_PERFORMERS: Pick<Performers, 'saveApp' | 'deleteApp' | 'saveLink'> = {
  *saveApp({ tenant, uid, namespace, id, flowId, source, createdMs, updatedMs }) {
    yield run(sql.UPSERT_APP, tenant, uid, namespace, id, flowId, source, createdMs, updatedMs)
    return null
  },
  *deleteApp({ tenant, uid }) {
    return (yield run(sql.DELETE_APP, tenant, uid)).length === 1
  },
  *saveLink({ tenant, hash, executionId, taskRunId, appUid, createdMs, expiresMs }) {
    yield run(sql.DELETE_EXPIRED_LINKS, createdMs)
    yield run(sql.INSERT_LINK, tenant, hash, executionId, taskRunId, appUid, createdMs, expiresMs)
    return null
  },
}

export function appReads(
  all: (statement: string, ...values: Param[]) => Promise<readonly SqlRow[]>,
): Pick<Reads, 'findApp' | 'listApps' | 'findLink'> {
  return {
    findApp: async ({ tenant, uid }) => (await all(sql.FIND_APP, tenant, uid)).map(appOf)[0],
    listApps: async tenant => (await all(sql.LIST_APPS, tenant)).map(appOf),
    findLink: async (tenant, hash) => (await all(sql.FIND_LINK, tenant, hash)).map(linkOf)[0],
  }
}

function appOf(row: SqlRow): AppRow {
  return {
    tenant: text(row, 'tenant'),
    uid: text(row, 'uid'),
    namespace: text(row, 'namespace'),
    id: text(row, 'id'),
    flowId: text(row, 'flow_id'),
    source: text(row, 'source'),
    createdMs: number(row, 'created_ms'),
    updatedMs: number(row, 'updated_ms'),
  }
}

function linkOf(row: SqlRow): LinkRow {
  return {
    tenant: text(row, 'tenant'),
    hash: text(row, 'hash'),
    executionId: text(row, 'execution_id'),
    taskRunId: text(row, 'task_run_id'),
    appUid: text(row, 'app_uid'),
    createdMs: number(row, 'created_ms'),
    expiresMs: number(row, 'expires_ms'),
  }
}
