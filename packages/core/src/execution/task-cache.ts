// Which tasks give the outputs of an earlier run again instead of running.
import type { Task } from '../flow/flow.ts'
import { mapGet, isTruthyText } from '../std/value.ts'
import { printValue } from '../std/value-text.ts'

export interface TaskCache {
  /** How long a result counts, an ISO 8601 duration or a template of one; for ever without it. */
  readonly ttl?: string
}

/** Undefined for a task without a cache. */
export function taskCacheOf({ taskCache }: Task): TaskCache | undefined {
  if (taskCache === undefined || !isTruthyText(printValue(mapGet(taskCache, 'enabled') ?? false))) return undefined
  const ttl = mapGet(taskCache, 'ttl')
  return ttl === undefined || ttl === null ? {} : { ttl: printValue(ttl) }
}
