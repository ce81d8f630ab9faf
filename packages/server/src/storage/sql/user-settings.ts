// What people set for themselves, or share, for both SQL databases.
import type { Reads, UserSettingRow } from '../store.ts'
import type { Param, Performers } from './perform.ts'
import { number, text, type SqlRow } from './rows.ts'
import { run } from './statement.ts'
import * as sql from './user-settings.sql.ts'

export const SETTING_PERFORMERS: Pick<Performers, 'saveUserSetting' | 'deleteUserSetting' | 'reviseUserSetting'> = {
  *saveUserSetting({ tenant, kind, owner, id, body, updatedMs }) {
    yield run(sql.UPSERT_SETTING, tenant, kind, owner, id, body, updatedMs)
    return null
  },
  *deleteUserSetting({ tenant, kind, owner, id }) {
    return (yield run(sql.DELETE_SETTING, tenant, kind, owner, id)).length === 1
  },
  *reviseUserSetting({ tenant, kind, owner, id, body, updatedMs, follows }) {
    const key = [tenant, kind, owner, id] as const
    if (follows === null) return body !== null && (yield run(sql.ADD_SETTING, ...key, body, updatedMs)).length === 1
    if (body === null) return (yield run(sql.DROP_SETTING, ...key, follows)).length === 1
    return (yield run(sql.REVISE_SETTING, body, updatedMs, ...key, follows)).length === 1
  },
}

export function settingReads(
  all: (statement: string, ...values: Param[]) => Promise<readonly SqlRow[]>,
): Pick<Reads, 'listUserSettings' | 'findUserSetting'> {
  return {
    findUserSetting: async ({ tenant, kind, owner, id }) => {
      const [row] = await all(sql.FIND_SETTING, tenant, kind, owner, id)
      return row && settingOf(row, { tenant, kind })
    },
    listUserSettings: async (tenant, kind, owner) => {
      const rows =
        owner === undefined ? all(sql.LIST_SETTINGS, tenant, kind) : all(sql.LIST_SETTINGS_OF, tenant, kind, owner)
      return (await rows).map(row => settingOf(row, { tenant, kind }))
    },
  }
}

function settingOf(row: SqlRow, key: Pick<UserSettingRow, 'tenant' | 'kind'>): UserSettingRow {
  return {
    ...key,
    owner: text(row, 'owner'),
    id: text(row, 'id'),
    body: text(row, 'body'),
    updatedMs: number(row, 'updated_ms'),
  }
}
