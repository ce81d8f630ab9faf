// Apps, and the addresses by which somebody without a name looks at one execution.
import type { AppKey, AppRow, LinkRow, Reads } from '../store.ts'
import type { Performers } from './perform.ts'
import type { Tables } from './tables.ts'

export const APP_PERFORMERS: Pick<Performers, 'saveApp' | 'deleteApp' | 'saveLink'> = {
  saveApp: (tables, row) => {
    const known = tables.apps.get(keyOf(row))
    tables.apps.set(keyOf(row), known ? { ...row, createdMs: known.createdMs } : row)
    return null
  },
  deleteApp: (tables, key) => tables.apps.delete(keyOf(key)),
  saveLink: (tables, row) => {
    for (const [key, { expiresMs }] of tables.links) if (expiresMs < row.createdMs) tables.links.delete(key)
    const key = linkKeyOf(row)
    if (!tables.links.has(key)) tables.links.set(key, row)
    return null
  },
}

export function appReads(tables: Tables): Pick<Reads, 'findApp' | 'listApps' | 'findLink'> {
  return {
    findApp: async key => tables.apps.get(keyOf(key)),
    listApps: async tenant => [...tables.apps.values()].filter(row => row.tenant === tenant).sort(compare),
    findLink: async (tenant, hash) => tables.links.get(linkKeyOf({ tenant, hash })),
  }
}

function compare(left: AppRow, right: AppRow): number {
  if (left.namespace !== right.namespace) return left.namespace < right.namespace ? -1 : 1
  return left.id < right.id ? -1 : 1
}

function keyOf({ tenant, uid }: AppKey): string {
  return `${tenant}/${uid}`
}

function linkKeyOf({ tenant, hash }: Pick<LinkRow, 'tenant' | 'hash'>): string {
  return `${tenant}/${hash}`
}
