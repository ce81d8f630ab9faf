// What the cases of the contract share: how a store is opened, a node that writes to it, and rows to write.
import type { Announcement, Role } from '../cluster.ts'
import assert from 'node:assert/strict'
import { test, type TestContext } from 'node:test'
import {
  newBatch,
  type Batch,
  type ExecutionRow,
  type JobRow,
  type LimitMemberRow,
  type JournalRowOf,
  type LogRow,
  type SignalRow,
  type TimerRow,
} from '../batch.ts'
import { FlushError, type FlushFault, type FlushReceipt, type Store } from '../store.ts'

export interface StoreSubject {
  /** Stands before the sentence of each case. */
  readonly name: string
  /** The database has a clock of its own: `setNow` does not reach it. */
  readonly hasOwnClock?: boolean
  /** A new, empty store; it is cleaned up after the case. */
  open(t: TestContext): Promise<OpenStore>
}

export interface OpenStore {
  readonly store: Store
  /** Closes the store and opens what it left behind. */
  reopen(): Promise<Store>
  /** What the store takes for now. */
  setNow(nowMs: number): void
}

export const NOW_MS = 1_900_000_000_000
export const TENANT = 'main'

/** Registers one case. */
export function storeCase(subject: StoreSubject, sentence: string, run: (opened: OpenStore) => Promise<void>): void {
  void test(`${subject.name}: ${sentence}`, async t => {
    const opened = await subject.open(t)
    opened.setNow(NOW_MS)
    await run(opened)
  })
}

export type Rows = Partial<Omit<Batch, 'node' | 'incarnation' | 'seq'>>

/** A node that joined: its flushes follow one another. */
export class Writer {
  readonly store: Store
  readonly node: string
  readonly incarnation: number
  seq: number

  constructor(store: Store, entry: { readonly node: string; readonly incarnation: number; readonly flushSeq: number }) {
    this.store = store
    this.node = entry.node
    this.incarnation = entry.incarnation
    this.seq = entry.flushSeq
  }

  async write(rows: Rows): Promise<FlushReceipt> {
    const receipt = await this.store.flush(this.batchOf(rows, this.seq + 1))
    this.seq += 1
    return receipt
  }

  /** The batch is refused with this fault, and nothing of it is there. */
  async refused(rows: Rows, fault: FlushFault, seq: number = this.seq + 1): Promise<void> {
    const before = await contentOf(this.store)
    await assert.rejects(this.store.flush(this.batchOf(rows, seq)), error => {
      assert.ok(error instanceof FlushError, `a FlushError was expected, not ${String(error)}`)
      assert.equal(error.fault, fault)
      return true
    })
    assert.deepEqual(await contentOf(this.store), before)
  }

  batchOf(rows: Rows, seq: number): Batch {
    return { ...newBatch(this.node, this.incarnation), ...rows, seq }
  }
}

export async function join(store: Store, node = 'node-1', nowMs: number = NOW_MS): Promise<Writer> {
  return new Writer(store, { node, ...(await store.perform('joinNode', { node, nowMs })) })
}

/** All that the reads of the port can tell of the rows that flushes write. */
export async function contentOf(store: Store): Promise<unknown> {
  const executions = await store.read.listExecutions({ tenant: TENANT, limit: 1000, isAscending: true })
  const ids = [...executions.map(row => row.id), ...STRAYS]
  const of = async <T>(read: (id: string) => Promise<T>): Promise<readonly T[]> => await Promise.all(ids.map(read))
  return {
    executions,
    journals: await of(id => store.read.journalOf(id)),
    logs: await of(executionId => store.read.logsOf({ executionId, limit: 1000 })),
    metrics: await of(id => store.read.metricsOf(id)),
    labelled: await store.read.listExecutions({
      tenant: TENANT,
      limit: 1000,
      labels: [{ key: 'team', value: 'blue' }],
    }),
    timers: await store.read.listTimers({ untilMs: Number.MAX_SAFE_INTEGER, limit: 1000 }),
    limitMembers: await Promise.all(
      (await store.read.listLimitKeys('', 1000)).map(key => store.read.listLimitMembers(key)),
    ),
    signals: await store.read.listSignals('', 1000),
    freeJobs: await store.read.countFreeJobs(),
    heldJobs: await store.read.listLostJobs('node-1', 0, 1000),
    triggers: await store.read.listTriggers(),
    windows: await store.read.listWindows(),
    operation: await store.read.findOperation('key-1'),
    fences: [await store.read.findFence('node-1'), await store.read.findFence('node-2')],
  }
}

/** Ids of rows that cases write without an execution. */
const STRAYS: readonly string[] = ['e1', 'e2', 'e3']

export function executionRow(id: string, more: Partial<ExecutionRow> = {}): ExecutionRow {
  return {
    id,
    tenant: TENANT,
    namespace: 'company.team',
    flowId: 'hello',
    revision: 1,
    state: 'RUNNING',
    createdMs: NOW_MS,
    endMs: null,
    waitsFor: 'job',
    turn: 1,
    shard: 7,
    triggerId: null,
    triggerType: null,
    parentId: null,
    originalId: id,
    ...more,
  }
}

export function journalRow(executionId: string, turn: number, events = '[]'): JournalRowOf {
  return { executionId, turn, version: 1, atMs: NOW_MS + turn, events }
}

export function jobRow(executionId: string, run: number, more: Partial<JobRow> = {}): JobRow {
  return {
    executionId,
    run,
    epoch: 1,
    shard: 7,
    queue: 'default',
    rank: NOW_MS,
    node: null,
    incarnation: null,
    claimedMs: null,
    payload: '{}',
    ...more,
  }
}

export function timerRow(executionId: string, name: string, atMs: number): TimerRow {
  return { executionId, name, shard: 7, atMs }
}

export function limitMemberRow(
  limitKey: string,
  executionId: string,
  more: Partial<LimitMemberRow> = {},
): LimitMemberRow {
  return { limitKey, executionId, isHolding: 0, rank: 1, share: 'f', keys: JSON.stringify([limitKey]), ...more }
}

export function signalRow(id: string, executionId = 'e1', body = '{}'): SignalRow {
  return { id, shard: 0, executionId, body }
}

export function logRow(executionId: string, more: Partial<LogRow> = {}): LogRow {
  return {
    executionId,
    tenant: TENANT,
    namespace: 'company.team',
    flowId: 'hello',
    atMs: NOW_MS,
    levelMax: 2,
    lines: '[]',
    ...more,
  }
}

/** What a node of a test tells of itself. */
export function announcementOf(...roles: Role[]): Announcement {
  const worker = { group: undefined, tags: [] }
  return { roles, worker, slots: 4, host: 'test', processId: 1, version: 'test', startedMs: 0 }
}
