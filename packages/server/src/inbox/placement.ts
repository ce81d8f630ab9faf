// Which worker is for which jobs.
import { DEFAULT_QUEUE, decodeQueue, nodeOfQueue, type Queue } from '@batuta/core'
import type { WorkerProfile } from './jobs.ts'

/** A worker of a group, or with tags: where one is, groups and tags mean something; else every worker takes everything. */
export function isSpecial({ group, tags }: WorkerProfile): boolean {
  return group !== undefined || tags.length > 0
}

/** The same for a worker of this node: what is pinned to another one is not for it. */
export function servesHere(profile: WorkerProfile, queue: string, node: string): boolean {
  const pinned = nodeOfQueue(queue)
  return pinned === undefined ? serves(profile, queue) : pinned === node
}

/** A worker of a group leaves what asks for nothing to the others; tags only say what else a worker can do. */
export function serves(profile: WorkerProfile, queue: string): boolean {
  if (queue === DEFAULT_QUEUE) return profile.group === undefined
  const wanted = decodeQueue(queue)
  return (wanted.group === undefined || wanted.group === profile.group) && hasTags(profile, wanted)
}

function hasTags({ tags }: WorkerProfile, wanted: Queue): boolean {
  if (wanted.tags.length === 0) return true
  const has = (tag: string): boolean => tags.includes(tag)
  return wanted.isAnyTag ? wanted.tags.some(has) : wanted.tags.every(has)
}
