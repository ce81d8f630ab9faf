// What tasks ask about flows.
import { isWanted, type KeyPurge } from '../keys/key-store.ts'
import { matchesName } from '../namespaces/glob.ts'
import type { FlowRow } from '../storage/store.ts'
import { flagOf, optionalInteger, optionalText, optionalTexts } from './arguments.ts'
import type { AnswerWorld, Answers } from './asker.ts'

export const FLOW_ANSWERS: Answers = {
  'flows.purge': async (world, args, { tenant, namespace }) => {
    const namespacePattern = optionalText(args, 'namespacePattern')
    return await purgeRevisions(world, {
      tenant,
      namespaces: optionalTexts(args, 'namespaces') ?? (namespacePattern === undefined ? [namespace] : undefined),
      namespacePattern,
      hasChildren: flagOf(args, 'includeChildNamespaces', true),
      flowPattern: optionalText(args, 'flowPattern'),
      beforeMs: optionalInteger(args, 'beforeMs') ?? null,
      keptMin: optionalInteger(args, 'keepAmount') ?? 1,
    })
  },
}

interface RevisionPurge extends Pick<KeyPurge, 'tenant' | 'namespaces' | 'namespacePattern' | 'hasChildren'> {
  readonly flowPattern: string | undefined
  readonly beforeMs: number | null
  readonly keptMin: number
}

/** Of flows that are there; tells how many revisions went. */
async function purgeRevisions({ flows, store }: AnswerWorld, purge: RevisionPurge): Promise<number> {
  const { tenant, flowPattern } = purge
  let count = 0
  for (const { tenant: of, namespace, flowId } of [...flows.all()]) {
    if (of !== tenant || !isWanted(namespace, purge)) continue
    if (flowPattern !== undefined && !matchesName(flowId, flowPattern)) continue
    const key = { tenant, namespace, flowId }
    const revisions = oldOnes(await store.read.listRevisions(key), purge).map(({ revision }) => revision)
    if (revisions.length > 0) count += await store.perform('deleteRevisions', { ...key, revisions })
  }
  return count
}

/** Oldest first, as they are listed; the newest of all is none of them. */
function oldOnes(rows: readonly FlowRow[], { beforeMs, keptMin }: RevisionPurge): readonly FlowRow[] {
  const living = rows.filter(row => !row.isDeleted)
  return living.slice(0, -Math.max(1, keptMin)).filter(row => beforeMs === null || row.nowMs < beforeMs)
}
