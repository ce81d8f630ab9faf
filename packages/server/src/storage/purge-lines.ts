// Which lines of a chunk of a log go, and what is left of it.
import { trust } from '@batuta/core'
import type { StoredLogLine } from './batch.ts'
import { rankOf } from './levels.ts'
import type { LogPurge } from './store.ts'

export interface SplitLines {
  readonly kept: readonly StoredLogLine[]
  readonly purged: number
}

export function splitLines(lines: string, { fromMs, toMs, levels }: LogPurge): SplitLines {
  const all = trust<readonly StoredLogLine[]>(JSON.parse(lines))
  const kept = all.filter(
    ({ atMs, level }) => atMs < fromMs || atMs > toMs || (levels !== null && !levels.includes(level)),
  )
  return { kept, purged: all.length - kept.length }
}

export function levelMaxOf(lines: readonly StoredLogLine[]): number {
  return Math.max(0, ...lines.map(({ level }) => rankOf(level)))
}
