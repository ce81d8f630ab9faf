// What an operation would be done to, counted by state, before anything is done.
import type { HttpDependencies } from '../dependencies.ts'
import { whyNotInState } from './execution-actor.ts'
import { findExecutions, namesOf } from './gather.ts'
import type { OperationWish } from './operation.ts'
import { actorOf } from './actor-of.ts'

/** Looked at for a preview; beyond it there are "at least" so many. */
const LOOKED_AT_MAX = 20_000

export interface Preview {
  readonly total: number
  readonly isEstimate: boolean
  readonly fit: number
  readonly groups: readonly Group[]
}

interface Group {
  readonly state: string
  readonly count: number
  readonly why?: string
}

export async function previewOperation(wish: OperationWish, dependencies: HttpDependencies): Promise<Preview> {
  return wish.resource === 'executions'
    ? await previewExecutions(wish, dependencies)
    : await previewOthers(wish, dependencies)
}

async function previewExecutions(
  { action, ids, query = '' }: OperationWish,
  dependencies: HttpDependencies,
): Promise<Preview> {
  const counts = new Map<string, number>()
  const count = (state: string): void => void counts.set(state, (counts.get(state) ?? 0) + 1)
  let isEstimate = false
  if (ids) for (const id of new Set(ids)) count((await dependencies.store.read.findExecution(id))?.state ?? 'missing')
  else isEstimate = await countFound(query, count, dependencies)
  const groups = [...counts].map(([state, number]): Group => {
    const why = state === 'missing' ? 'It does not exist any more.' : whyNotInState(action, state)
    return { state, count: number, ...(why === undefined ? {} : { why }) }
  })
  return summed(groups, isEstimate)
}

async function countFound(
  query: string,
  count: (state: string) => void,
  dependencies: HttpDependencies,
): Promise<boolean> {
  const frozenMs = dependencies.platform.nowMs()
  let looked = 0
  let cursor: string | undefined = ''
  while (cursor !== undefined) {
    if (looked >= LOOKED_AT_MAX) return true
    const found: Awaited<ReturnType<typeof findExecutions>> = await findExecutions(
      { query, cursor, frozenMs },
      dependencies,
    )
    looked += found.rows.length
    for (const { state } of found.rows) count(state)
    cursor = found.next
  }
  return false
}

async function previewOthers(wish: OperationWish, dependencies: HttpDependencies): Promise<Preview> {
  if (wish.resource === 'executions') return summed([], false)
  const ids = wish.ids ?? (await namesOf(wish.resource, wish.query ?? '', dependencies))
  const actor = actorOf(wish, dependencies)
  const whys = new Map<string, number>()
  for (const id of new Set(ids)) {
    const prepared = await actor.prepare(id)
    const why = 'type' in prepared && prepared.type !== 'done' ? prepared.message : ''
    whys.set(why, (whys.get(why) ?? 0) + 1)
  }
  return summed(
    [...whys].map(([why, count]) => ({ state: '', count, ...(why === '' ? {} : { why }) })),
    false,
  )
}

function summed(groups: readonly Group[], isEstimate: boolean): Preview {
  const sum = (part: readonly Group[]): number => part.reduce((total, { count }) => total + count, 0)
  return { total: sum(groups), isEstimate, fit: sum(groups.filter(({ why }) => why === undefined)), groups }
}
