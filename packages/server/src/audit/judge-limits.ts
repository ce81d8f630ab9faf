// Limits, from the members as they stand: whoever is one is an open execution, no more hold a place than the limit allows, and nobody waits while a place
// is free. A place that was forced, or granted under an earlier revision with a higher limit, is no breach.
import { decodeEvents, decodeValue, foldLimit, nextGranted, trust, type Flow, type LimitFold } from '@batuta/core'
import { memberOf } from '../flows/limit-member.ts'
import { flowOfLimit } from '../flows/limit-rules.ts'
import type { FlowKey } from '../storage/store.ts'
import { flowOf, limitMemberOf } from '../storage/sql/rows.ts'
import { EVENTS_OF, LIMIT_MEMBERS, REVISIONS_OF } from './audit.sql.ts'
import type { Findings } from './findings.ts'
import type { Ranges } from './ranges.ts'
import type { Query } from './read-only-database.ts'

export async function judgeLimits(query: Query, ranges: Ranges, findings: Findings): Promise<void> {
  const rows = (await query(LIMIT_MEMBERS)).map(limitMemberOf).map(memberOf)
  findings.saw('I7', rows.length)
  for (const { executionId, limitKey } of rows) {
    const row = await ranges.findExecution(query, executionId)
    if (!row) findings.add('I7', executionId, `it is a member of the limit "${limitKey}", and does not exist`)
    else if (row.waitsFor === null) findings.add('I7', executionId, `it has ended, and keeps a place of "${limitKey}"`)
  }
  for (const [key, members] of Map.groupBy(rows, row => row.limitKey)) {
    const flow = flowOfLimit(key)
    // How many may hold a place of what flows share, a configuration may say that nobody here has read.
    if (!flow) continue
    const limits = await limitsOf(query, flow)
    const fold = foldLimit(key, members)
    await judgeHolders(query, fold, { limitMax: Math.max(...limits), findings })
    if (members.some(({ keys }) => keys.length > 1)) continue
    findings.saw('I8', fold.members.size - fold.holding)
    const waiting = nextGranted(
      () => fold,
      () => limits.at(-1) ?? Infinity,
      key,
    )
    if (waiting) findings.add('I8', waiting.executionId, `it waits for a place of "${key}", and one is free`)
  }
}

/** Of each revision, the newest last. A flow that is deleted has no limit any more. */
async function limitsOf(query: Query, { tenant, namespace, flowId }: FlowKey): Promise<readonly number[]> {
  const revisions = (await query(REVISIONS_OF, tenant, namespace, flowId)).map(flowOf)
  return revisions.map(({ parsed, isDeleted }) =>
    isDeleted ? Infinity : (trust<Flow>(decodeValue(parsed)).concurrency?.limit ?? Infinity),
  )
}

interface HolderOptions {
  readonly limitMax: number
  readonly findings: Findings
}

async function judgeHolders(query: Query, fold: LimitFold, { limitMax, findings }: HolderOptions): Promise<void> {
  if (fold.holding <= limitMax) return
  const holders = [...fold.members.values()].filter(member => member.isHolding)
  const regular: string[] = []
  for (const { executionId } of holders) if (!(await isForced(query, executionId))) regular.push(executionId)
  for (const id of regular.slice(limitMax))
    findings.add('I7', id, `it holds a place of "${fold.key}" beside ${limitMax} others, and ${limitMax} may`)
}

async function isForced(query: Query, executionId: string): Promise<boolean> {
  const rows = await query(EVENTS_OF, executionId)
  const events = rows.flatMap(row =>
    decodeEvents({ turn: 0, atMs: 0, version: Number(row['version']), events: String(row['events']) }),
  )
  return events.findLast(event => event.type === 'limit-granted')?.isForced === true
}
