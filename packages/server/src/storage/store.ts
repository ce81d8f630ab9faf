// The port to the truth. One write path for executions (`flush`), named operations for rare writes (`perform`), reads by key or keyset. There is
// no interactive transaction. Three drivers pass one contract suite: memory, SQLite, PostgreSQL.
import type { NamespaceScope } from '@batuta/core'
import type {
  Batch,
  ExecutionRow,
  JobKey,
  JobRow,
  LimitMemberRow,
  LinesToPurge,
  LogRow,
  MetricRow,
  OperationRow,
  SignalRow,
  TimerRow,
  TriggerRow,
  WindowRow,
  JournalRowOf,
} from './batch.ts'

import type { AccessOperations, AccessReads } from './access-rows.ts'
import type { BulkOperations, BulkReads } from './bulks.ts'
import type { ClaimOperations } from './claim-operations.ts'
import type { Cluster } from './cluster.ts'
import type { DocumentOperations, DocumentReads } from './documents.ts'
import type { History } from './history.ts'
import type { LatestReads } from './latest.ts'
import type { SealedOperations, SealedReads } from './sealed.ts'
import type { SnapshotOperations, SnapshotReads } from './snapshots.ts'

export * from './access-rows.ts'
export { CHAIN_START, chainOn, hashOfAudit, type ChainEnd } from './audit-chain.ts'
export type * from './bulks.ts'
export * from './documents.ts'
export type * from './latest.ts'
export type * from './sealed.ts'
export type * from './snapshots.ts'

export interface Store {
  readonly kind: 'memory' | 'sqlite' | 'postgres'
  /** All of the batch or nothing. Rejects with `FlushError`. */
  flush(batch: Batch): Promise<FlushReceipt>
  perform<Name extends keyof Operations>(
    name: Name,
    args: Operations[Name]['args'],
  ): Promise<Operations[Name]['result']>
  readonly read: Reads
  /** Only where many nodes share the store. */
  readonly cluster?: Cluster
  /** Only where old days are dropped whole. */
  readonly history?: History
  close(): Promise<void>
}

export interface FlushReceipt {
  readonly seq: number
  /** The clock of the database, in epoch milliseconds. */
  readonly dbNowMs: number
}

/**
 * known: the batch was refused as a whole and is not in the store; something in it is at fault. unknown: nobody can say whether it is in the
 * store. fenced: another incarnation of this node took over. full: no space left. broken: the store can no longer be trusted.
 */
export type FlushFault = 'known' | 'unknown' | 'fenced' | 'full' | 'broken'

export class FlushError extends Error {
  readonly fault: FlushFault
  constructor(fault: FlushFault, message: string, options?: { readonly cause?: unknown }) {
    super(message, options)
    this.name = 'FlushError'
    this.fault = fault
  }
}

/** Another process under the same name was faster. */
export function lateJoin(node: string): FlushError {
  return new FlushError('fenced', `the node "${node}" was joined by another process meanwhile`)
}

/** Rare writes: each runs whole inside the driver, in one transaction. */
export interface Operations
  extends AccessOperations, BulkOperations, ClaimOperations, DocumentOperations, SealedOperations, SnapshotOperations {
  /**
   * Announces the node and fences what an earlier incarnation of it left in flight. Refused as `fenced` when it does not follow the incarnation that it
   * names (0: there was none): a word that comes late must not fence whoever was faster.
   */
  joinNode: {
    readonly args: { readonly node: string; readonly nowMs: number; readonly follows?: number }
    readonly result: NodeEntry
  }
  saveFlow: { readonly args: FlowWrite; readonly result: FlowRow }
  /** Saves it only over the revision that is named; null when another one is the newest by now. What is there already is no change, as ever. */
  reviseFlow: { readonly args: FlowRevise; readonly result: FlowRow | null }
  /** Writes a tombstone revision; false when there was nothing to delete. */
  deleteFlow: { readonly args: FlowKey & { readonly nowMs: number }; readonly result: boolean }
  /** Past revisions that nobody shall see any more: what they did stays readable. The newest one is left as it is. Tells how many went. */
  deleteRevisions: {
    readonly args: FlowKey & { readonly revisions: readonly number[] }
    readonly result: number
  }
  saveTriggers: {
    readonly args: { readonly flow: FlowKey; readonly triggers: readonly TriggerWrite[] }
    readonly result: null
  }
  setTriggerDisabled: {
    readonly args: TriggerKey & { readonly isDisabled: boolean; readonly nextMs: number | null }
    readonly result: boolean
  }
  /** Sets what is given and leaves the rest; false when there is no such trigger, or not the one expected. */
  changeTrigger: { readonly args: TriggerChange; readonly result: boolean }
  /** Why evaluations started nothing: equal reasons of a trigger are counted, of many the latest are kept. */
  noteReasons: { readonly args: { readonly rows: readonly ReasonRow[] }; readonly result: null }
  /** Of one trigger; tells how many went. */
  deleteReasons: { readonly args: TriggerKey; readonly result: number }
  claimJobs: {
    readonly args: {
      readonly node: string
      readonly incarnation: number
      readonly limit: number
      readonly nowMs: number
      /** Of these queues only; of all when it is null. */
      readonly queues: readonly string[] | null
    }
    readonly result: readonly JobRow[]
  }
  appendLogs: { readonly args: { readonly rows: readonly LogRow[] }; readonly result: null }
  /** Null when the key is there already and not to be overwritten; one that has expired is not there. */
  setKey: { readonly args: KeyWrite; readonly result: KeyRow | null }
  /** With its versions; false when there was none, or none that had expired by the moment given. */
  deleteKey: { readonly args: KeyKey & { readonly expiredByMs?: number }; readonly result: boolean }
  /** Of one key: never the newest version. Tells how many went. */
  purgeKeyVersions: { readonly args: KeyVersionsPurge; readonly result: number }
  saveSecret: { readonly args: SecretRow; readonly result: null }
  deleteSecret: { readonly args: KeyKey; readonly result: boolean }
  saveNamespace: { readonly args: NamespaceRow; readonly result: null }
  deleteNamespace: {
    readonly args: { readonly tenant: string; readonly namespace: string }
    readonly result: boolean
  }
  /** Lines of one execution; tells how many went. */
  purgeLogs: { readonly args: LogPurge; readonly result: number }
  /** All of one execution; tells how many went. */
  purgeMetrics: { readonly args: { readonly executionId: string }; readonly result: number }
  deleteExecution: {
    readonly args: { readonly id: string; readonly keepsLogs?: boolean; readonly keepsMetrics?: boolean }
    readonly result: boolean
  }
  /**
   * Looks at the next `limit` executions after one, oldest first, and deletes those of them that had ended by then, each with all that belongs
   * to it.
   */
  purgeExecutions: { readonly args: PurgeSlice; readonly result: Purged }
}

export interface LogPurge extends LinesToPurge {
  readonly executionId: string
}

export interface PurgeSlice {
  /** Executions that were born before, too. */
  readonly endedBeforeMs: number
  /** Empty at the beginning. */
  readonly afterId: string
  readonly limit: number
}

export interface Purged {
  readonly executions: readonly { readonly id: string; readonly namespace: string; readonly flowId: string }[]
  /** Where to go on; null at the end. */
  readonly nextAfterId: string | null
}

export interface NodeEntry {
  readonly incarnation: number
  /** The sequence number of the last flush of the incarnation before. */
  readonly flushSeq: number
  /** The highest clock reading that the store has seen. */
  readonly highWaterMs: number
  /** The clock of the database, where it has one of its own. */
  readonly dbNowMs?: number
}

export interface FlowKey {
  readonly tenant: string
  readonly namespace: string
  readonly flowId: string
}

export interface SpaceRow {
  readonly sizeBytes: number
  readonly freeBytes: number
}

export interface FlowWrite extends FlowKey {
  readonly source: string
  /** The parsed flow as value text, so that a start-up parses no YAML. */
  readonly parsed: string
  readonly nowMs: number
  readonly isDisabled: boolean
}

export interface FlowRevise extends FlowWrite {
  readonly follows: number
}

export interface FlowRow extends FlowWrite {
  readonly revision: number
  readonly isDeleted: boolean
}

export interface TriggerKey extends FlowKey {
  readonly triggerId: string
}

export interface TriggerWrite {
  readonly triggerId: string
  readonly nextMs: number | null
  /** Changes with the definition: a trigger with the same hash keeps its cursor. */
  readonly hash: string
}

export interface TriggerChange extends TriggerKey {
  readonly isDisabled?: boolean
  readonly nextMs?: number | null
  readonly lastMs?: number | null
  readonly executionId?: string | null
  readonly state?: string | null
  /** The cursor and the state that the change was made from: nothing is changed when they have moved on. */
  readonly expected?: { readonly nextMs: number | null; readonly state: string | null }
  /** Tells the owner, and is there if and only if the change is. */
  readonly signal?: SignalRow
}

/** Of one trigger. */
export const REASONS_MAX = 50

export interface ReasonRow extends TriggerKey {
  readonly code: string
  readonly reason: string
  readonly firstMs: number
  readonly lastMs: number
  readonly count: number
}

export interface StoredTrigger extends TriggerRow {
  readonly isDisabled: boolean
  readonly hash: string
}

export interface KeyKey {
  readonly tenant: string
  readonly namespace: string
  readonly key: string
}

/** What is written of a key; its version and the moment of its creation follow from what was there. */
export interface KeyContent extends KeyKey {
  readonly value: string
  readonly type: string
  readonly description: string | null
  readonly expiresMs: number | null
  readonly updatedMs: number
}

export interface KeyWrite extends KeyContent {
  /** False: only when there is no such key. */
  readonly isOverwriting?: boolean
}

export interface KeyRow extends KeyContent {
  /** Counts from 1. */
  readonly version: number
  readonly createdMs: number
}

export interface KeyVersionsPurge extends KeyKey {
  /** Written before; any when it is null. */
  readonly beforeMs: number | null
  /** The newest ones that stay whatever their age. */
  readonly keptMin: number
}

export interface SecretRow extends KeyKey {
  /** Encrypted: the store never sees the secret. */
  readonly cipher: string
  readonly description: string | null
  /** JSON of a list of `{key, value}`. */
  readonly tags: string
  readonly updatedMs: number
}

export interface NamespaceRow {
  readonly tenant: string
  readonly namespace: string
  /** JSON of what was said about it: description, variables, plugin defaults. */
  readonly settings: string
  readonly updatedMs: number
}

/** Rows after a turn, so many of them at most. */
export interface JournalPage {
  readonly after: number
  readonly limit: number
}

/** All there is. */
export const WHOLE_JOURNAL: JournalPage = { after: -1, limit: 2 ** 31 - 1 }

export interface Reads extends AccessReads, BulkReads, DocumentReads, LatestReads, SealedReads, SnapshotReads {
  /** Whose turn it is to write as that node, and the number of its last flush. */
  findFence(node: string): Promise<{ readonly incarnation: number; readonly flushSeq: number } | undefined>
  findFlow(key: FlowKey, revision?: number): Promise<FlowRow | undefined>
  listRevisions(key: FlowKey): Promise<readonly FlowRow[]>
  /** What the whole database takes up, and how much of it is free for what comes. */
  measureSpace(): Promise<SpaceRow>
  /** The newest live revision of every flow, in the order of namespace and id, after the key given. */
  listFlows(after: FlowKey | undefined, limit: number): Promise<readonly FlowRow[]>
  findExecution(id: string): Promise<ExecutionRow | undefined>
  /** In the order of its turns; those of a large execution are read page by page. */
  journalOf(id: string, page?: JournalPage): Promise<readonly JournalRowOf[]>
  /** The journals of those of the executions that have one, each in the order of its turns. */
  journalsOf(ids: readonly string[]): Promise<ReadonlyMap<string, readonly JournalRowOf[]>>
  listExecutions(query: ExecutionQuery): Promise<readonly ExecutionRow[]>
  /** Counts up to `limit`. */
  countExecutions(query: ExecutionQuery): Promise<number>
  /** How many there are by birth and state, of `limit` rows at most; which ones, when there are more, is not said. */
  tallyExecutions(query: TallyQuery): Promise<readonly TallyRow[]>
  /** Executions that wait for nothing and are in nobody's hands, oldest first. */
  listReady(afterId: string, limit: number): Promise<readonly string[]>
  listTimers(query: { readonly untilMs: number; readonly limit: number }): Promise<readonly TimerRow[]>
  /** Of one limit, in the order of their coming. */
  listLimitMembers(limitKey: string): Promise<readonly LimitMemberRow[]>
  /** The limits that have members. */
  listLimitKeys(afterKey: string, limit: number): Promise<readonly string[]>
  listSignals(afterId: string, limit: number): Promise<readonly SignalRow[]>
  /** Jobs that a dead incarnation had claimed. */
  listLostJobs(node: string, incarnation: number, limit: number): Promise<readonly JobRow[]>
  /** Jobs that this incarnation has had since that moment or longer. */
  listHeldJobs(query: {
    readonly node: string
    readonly incarnation: number
    readonly beforeMs: number
    readonly limit: number
  }): Promise<readonly JobKey[]>
  /** Jobs that were killed before anybody claimed them: nobody will start or settle them. */
  listKilledJobs(limit: number): Promise<readonly JobKey[]>
  /** Jobs that can be claimed; counts up to 1,000. */
  countFreeJobs(): Promise<number>
  /** The queues in which jobs wait to be claimed. */
  listFreeQueues(): Promise<readonly string[]>
  listFreeJobs(queue: string, limit: number): Promise<readonly JobKey[]>
  /** Of those that are next in the queue. */
  listFreePayloads(queue: string, limit: number): Promise<readonly string[]>
  /** Of all flows, or of one. */
  listTriggers(flow?: FlowKey): Promise<readonly StoredTrigger[]>
  /** Those that are switched on and whose date has come before then. */
  listDueTriggers(beforeMs: number): Promise<readonly StoredTrigger[]>
  listDisabledTriggers(): Promise<readonly StoredTrigger[]>
  /** Windows that are open, of all flows or of one. */
  listWindows(flow?: FlowKey): Promise<readonly WindowRow[]>
  /** The latest first. */
  listReasons(key: TriggerKey, limit: number): Promise<readonly ReasonRow[]>
  logsOf(query: LogQuery): Promise<readonly LogRow[]>
  /** With the number of each chunk, by which a long log is read from wherever one likes. */
  logChunks(query: LogChunkQuery): Promise<readonly LogChunk[]>
  metricsOf(executionId: string): Promise<readonly MetricRow[]>
  /** Of several executions at once, in no order among them. */
  metricsAmong(executionIds: readonly string[]): Promise<readonly MetricRow[]>
  findOperation(key: string): Promise<OperationRow | undefined>
  findKey(tenant: string, namespace: string, key: string): Promise<KeyRow | undefined>
  listKeys(tenant: string, namespace: string): Promise<readonly KeyRow[]>
  /** Namespaces that have keys, by name. */
  listKeyNamespaces(tenant: string): Promise<readonly string[]>
  /** Oldest first; the newest one is what the key holds. */
  listKeyVersions(key: KeyKey): Promise<readonly KeyVersion[]>
  findSecret(tenant: string, namespace: string, key: string): Promise<SecretRow | undefined>
  /** Of one namespace, or of all; by namespace and name. */
  listSecrets(tenant: string, namespace?: string): Promise<readonly SecretRow[]>
  /** What was said about namespaces, by name. */
  listNamespaces(tenant: string): Promise<readonly NamespaceRow[]>
}

export interface KeyVersion {
  readonly version: number
  readonly value: string
  readonly type: string
  readonly updatedMs: number
}

/** Older ones go with the next that is written. */
export const KEY_VERSIONS_MAX = 100

export interface ExecutionQuery {
  readonly tenant: string
  /** Exactly this namespace, or with `isPrefix` those below it, too. */
  readonly namespace?: string
  readonly isPrefix?: boolean
  /** Of these namespaces only, whatever else is asked. */
  readonly scope?: NamespaceScope
  readonly flowId?: string
  readonly states?: readonly string[]
  readonly startFromMs?: number
  readonly startToMs?: number
  readonly labels?: readonly { readonly key: string; readonly value: string }[]
  readonly parentId?: string
  readonly limit: number
  readonly offset?: number
  /** Keyset: continue after this id, newest first (oldest first with `isAscending`). */
  readonly afterId?: string
  readonly isAscending?: boolean
}

export interface TallyQuery extends ExecutionQuery {
  /** Births are counted by spans of so many milliseconds, from the epoch on. */
  readonly slotMs: number
  readonly by?: 'namespace' | 'flow'
}

export interface TallyRow {
  /** The beginning of the span. */
  readonly slotMs: number
  readonly state: string
  readonly namespace?: string
  readonly flowId?: string
  readonly count: number
  /** Of those that have ended. */
  readonly ended: number
  /** How long these took, all together. */
  readonly tookMs: number
}

export interface LogQuery {
  readonly executionId: string
  readonly levelMin?: number
  /** Continue after this chunk; chunks are numbered in the order of writing. */
  readonly limit: number
  readonly offset?: number
  /** The latest chunk first. */
  readonly isDescending?: boolean
}

export interface LogChunkQuery {
  readonly executionId: string
  readonly afterSeq: number
  readonly toSeq?: number
  /** Chunks with this text in their JSON, whatever the case of its ASCII letters. */
  readonly text?: string
  readonly limit: number
  /** The latest one first. */
  readonly isDescending?: boolean
}

export interface LogChunk {
  readonly seq: number
  readonly atMs: number
  readonly levelMax: number
  readonly lines: string
}
