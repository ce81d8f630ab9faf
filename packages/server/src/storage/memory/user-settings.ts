// What people set for themselves, or share.
import type { Reads, UserSettingKey, UserSettingRow } from '../store.ts'
import type { Performers } from './perform.ts'
import type { Tables } from './tables.ts'

export const SETTING_PERFORMERS: Pick<Performers, 'saveUserSetting' | 'deleteUserSetting' | 'reviseUserSetting'> = {
  saveUserSetting: (tables, row) => {
    tables.userSettings.set(keyOf(row), row)
    return null
  },
  deleteUserSetting: (tables, key) => tables.userSettings.delete(keyOf(key)),
  reviseUserSetting: (tables, { body, follows, ...row }) => {
    const key = keyOf(row)
    if ((tables.userSettings.get(key)?.updatedMs ?? null) !== follows) return false
    if (body === null) return tables.userSettings.delete(key)
    tables.userSettings.set(key, { ...row, body })
    return true
  },
}

export function settingReads(tables: Tables): Pick<Reads, 'listUserSettings' | 'findUserSetting'> {
  return {
    findUserSetting: async key => tables.userSettings.get(keyOf(key)),
    listUserSettings: async (tenant, kind, owner) =>
      [...tables.userSettings.values()]
        .filter(row => row.tenant === tenant && row.kind === kind && (owner === undefined || row.owner === owner))
        .sort(compare),
  }
}

function compare(left: UserSettingRow, right: UserSettingRow): number {
  if (left.owner !== right.owner) return left.owner < right.owner ? -1 : 1
  return left.id < right.id ? -1 : 1
}

function keyOf({ tenant, kind, owner, id }: UserSettingKey): string {
  return JSON.stringify([tenant, kind, owner, id])
}
