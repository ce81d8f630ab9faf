// What people set for themselves, or share.
import type { Reads, UserSettingKey, UserSettingRow } from '../store.ts'
import type { Performers } from './perform.ts'
import type { Tables } from './tables.ts'

export const SETTING_PERFORMERS: Pick<Performers, 'saveUserSetting' | 'deleteUserSetting'> = {
  saveUserSetting: (tables, row) => {
    tables.userSettings.set(keyOf(row), row)
    return null
  },
  deleteUserSetting: (tables, key) => tables.userSettings.delete(keyOf(key)),
}

export function settingReads(tables: Tables): Pick<Reads, 'listUserSettings'> {
  return {
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
