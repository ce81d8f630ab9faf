// What people set for themselves, or share, for both SQL databases.
import type { Reads } from '../store.ts'
import type { Param, Performers } from './perform.ts'
import { number, text, type SqlRow } from './rows.ts'
import { run } from './statement.ts'
import * as sql from './user-settings.sql.ts'

export const SETTING_PERFORMERS: Pick<Performers, 'saveUserSetting' | 'deleteUserSetting'> = {
  *saveUserSetting({ tenant, kind, owner, id, body, updatedMs }) {
    yield run(sql.UPSERT_SETTING, tenant, kind, owner, id, body, updatedMs)
    return null
  },
  *deleteUserSetting({ tenant, kind, owner, id }) {
    return (yield run(sql.DELETE_SETTING, tenant, kind, owner, id)).length === 1
  },
}

export function settingReads(
  all: (statement: string, ...values: Param[]) => Promise<readonly SqlRow[]>,
): Pick<Reads, 'listUserSettings'> {
  return {
    listUserSettings: async (tenant, kind, owner) => {
      const rows =
        owner === undefined ? all(sql.LIST_SETTINGS, tenant, kind) : all(sql.LIST_SETTINGS_OF, tenant, kind, owner)
      return (await rows).map(row => ({
        tenant,
        kind,
        owner: text(row, 'owner'),
        id: text(row, 'id'),
        body: text(row, 'body'),
        updatedMs: number(row, 'updated_ms'),
      }))
    },
  }
}
