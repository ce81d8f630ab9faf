// What a store is asked to do in its life, each on the same content: for tests that let one statement of each fail.
import { newId } from '@batuta/core'
import { newBatch, type ExecutionRow, type OperationRow, type TriggerRow } from '../batch.ts'
import {
  executionRow,
  jobRow,
  journalRow,
  limitMemberRow,
  logRow,
  signalRow,
  timerRow,
  type Rows,
} from '../contract/subject.ts'
import type { Cluster, Member } from '../cluster.ts'
import type { DataKeyRow, FlowWrite, Operations, Store, TestResultRow, TestSuiteRow, TokenRow } from '../store.ts'

export interface UseCase {
  readonly name: string
  run(store: Store): Promise<unknown>
}

const NODE = 'node-1'
const MEMBER: Member = { node: NODE, incarnation: 1 }
/** The flush of the content. */
const FIRST_SEQ = 1
const NOW_MS = 1_900_000_000_000
const FLOW = { tenant: 'main', namespace: 'company.team', flowId: 'hello' }
const WRITE: FlowWrite = { ...FLOW, source: 'id: hello', parsed: '{}', nowMs: 1, isDisabled: false }

const ALIVE = idAt(NOW_MS)
const ENDED = [1, 2, 3].map(index => idAt(NOW_MS - index * 1000))
const FRESH = idAt(NOW_MS + 5)

function idAt(nowMs: number): string {
  return newId({ nowMs, shard: 7, random: () => 0.25 })
}

/** The content that every use case begins with. */
export async function fillForUseCases(store: Store): Promise<void> {
  const { incarnation, flushSeq } = await store.perform('joinNode', { node: NODE, nowMs: 1 })
  if (incarnation !== MEMBER.incarnation || flushSeq + 1 !== FIRST_SEQ) throw new Error('the store is not empty')
  await store.perform('saveFlow', WRITE)
  const triggers = ['nightly', 'hourly', 'weekly'].map(triggerId => ({ triggerId, nextMs: 100, hash: 'h' }))
  await store.perform('saveTriggers', { flow: FLOW, triggers })
  await store.perform('setKey', key('a', '1'))
  const ended = ENDED.map(id => wholeOf(id, { state: 'SUCCESS', endMs: NOW_MS + 1, waitsFor: null, createdMs: 1 }))
  await store.flush(
    batch(FIRST_SEQ, {
      ...merge([wholeOf(ALIVE), ...ended]),
      jobs: [1, 2, 3]
        .map(run => jobRow(ALIVE, run))
        .concat(jobRow(ALIVE, 4, { node: NODE, incarnation: 1, claimedMs: 1 })),
      timers: [timerRow(ALIVE, 'a', 1), timerRow(ALIVE, 'b', 2)],
      signals: ['s1', 's2', 's3'].map(id => signalRow(id, ALIVE)),
      operations: ['k1', 'k2', 'k3'].map(name => operation(name)),
    }),
  )
  for (const part of [1, 0]) await store.perform('saveSnapshotPart', { ...SNAPSHOT, part })
}

const SNAPSHOT = { executionId: ALIVE, turn: 1, part: 0, bytes: Uint8Array.of(1, 2) }
const BULK = { tenant: 'main', id: 'bulk' }
const SETTING = { tenant: 'main', kind: 'view', owner: 'ada', id: 'mine' } as const
const DATA_KEY: DataKeyRow = {
  ...{ id: 'k1', tenant: 'main', namespace: 'n', purpose: 'rows' },
  ...{ kid: 'k', wrapped: 'w1', createdMs: 1 },
}
const TOKEN: TokenRow = { tenant: 'main', namespace: 'n', token: 't', kind: 'mail', cipher: 'c', createdMs: 1 }
const POLICY = { tenant: 'main', namespace: 'n', id: 'p', body: '{}', createdMs: 1, updatedMs: 1 }
const APP = {
  ...{ tenant: 'main', uid: 'u', namespace: 'n', id: 'a', flowId: 'f' },
  ...{ source: 'x', createdMs: 1, updatedMs: 1 },
}
const SUITE: TestSuiteRow = { tenant: 'main', namespace: 'n', id: 's', flowId: 'f', source: 'x', updatedMs: 1 }
const RESULT: TestResultRow = {
  ...{ tenant: 'main', id: 'r', namespace: 'n', suiteId: 's', flowId: 'f' },
  ...{ state: 'SUCCESS', startedMs: 1, body: '{}' },
}

/** Those that every store has. */
export const USE_CASES: readonly UseCase[] = [
  flush('births', wholeOf(FRESH)),
  flush('moves', {
    heads: [{ id: ALIVE, state: 'SUCCESS', endMs: NOW_MS + 9, waitsFor: null, turn: 2 }],
    journal: [journalRow(ALIVE, 2)],
  }),
  flush('labels', { labels: [{ executionId: ALIVE, key: 'k', value: 'w' }] }),
  flush('jobs', { jobs: [jobRow(ALIVE, 9)], jobsEnded: [jobRow(ALIVE, 4)], jobsKilled: [jobRow(ALIVE, 1)] }),
  flush('a job that ends and begins anew', { jobs: [jobRow(ALIVE, 4)], jobsEnded: [jobRow(ALIVE, 4)] }),
  flush('timers', { timers: [timerRow(ALIVE, 'c', 3)], timersEnded: [timerRow(ALIVE, 'a', 1)] }),
  flush('members of limits', {
    limitMembers: [limitMemberRow('k', ALIVE)],
    limitMembersEnded: [{ limitKey: 'k', executionId: FRESH }],
  }),
  flush('signals', { signals: [signalRow('s9', ALIVE)], signalsTaken: ['s1', 's2'] }),
  flush('operations', { operations: [operation('k9')] }),
  flush('a trigger that fires', { ...wholeOf(FRESH), triggers: [fire('nightly')] }),
  flush('nothing', {}),
  flush('a bit of everything', {
    ...merge([wholeOf(FRESH), wholeOf(idAt(NOW_MS + 6))]),
    heads: [{ id: ALIVE, state: 'KILLING', endMs: null, waitsFor: 'job', turn: 2 }],
    jobs: [jobRow(FRESH, 0)],
    jobsKilled: [jobRow(ALIVE, 1)],
    timers: [timerRow(FRESH, 'a', 1)],
    signalsTaken: ['s3'],
    operations: [operation('k9')],
    triggers: [fire('hourly')],
  }),
  perform('joinNode', { node: NODE, nowMs: 5 }),
  perform('joinNode', { node: 'node-2', nowMs: 5 }),
  perform('saveFlow', { ...WRITE, source: 'changed' }),
  perform('saveFlow', { ...WRITE, flowId: 'new' }),
  perform('saveFlow', WRITE),
  perform('deleteFlow', { ...FLOW, nowMs: 5 }),
  perform('saveTriggers', {
    flow: FLOW,
    triggers: [
      { triggerId: 'hourly', nextMs: 7, hash: 'h' },
      { triggerId: 'weekly', nextMs: 7, hash: 'changed' },
      { triggerId: 'yearly', nextMs: 7, hash: 'h' },
    ],
  }),
  perform('setTriggerDisabled', { ...FLOW, triggerId: 'nightly', isDisabled: true, nextMs: null }),
  perform('claimJobs', { node: NODE, incarnation: 1, limit: 2, nowMs: 7, queues: null }),
  perform('appendLogs', { rows: [logRow(ALIVE), logRow(ALIVE)] }),
  perform('saveSnapshotPart', { ...SNAPSHOT, part: 2 }),
  perform('saveSnapshotPart', { ...SNAPSHOT, turn: 2 }),
  perform('setKey', key('a', '2')),
  perform('setKey', key('b', '2')),
  perform('deleteKey', { tenant: 'main', namespace: 'n', key: 'a' }),
  perform('purgeKeyVersions', { tenant: 'main', namespace: 'n', key: 'a', beforeMs: null, keptMin: 1 }),
  perform('saveSecret', {
    ...{ tenant: 'main', namespace: 'n', key: 'token' },
    ...{ cipher: 'c', description: null, tags: '[]', updatedMs: 1 },
  }),
  perform('deleteSecret', { tenant: 'main', namespace: 'n', key: 'token' }),
  perform('saveNamespace', { tenant: 'main', namespace: 'n', settings: '{}', updatedMs: 1 }),
  perform('deleteNamespace', { tenant: 'main', namespace: 'n' }),
  perform('saveUserSetting', { ...SETTING, body: '{}', updatedMs: 2 }),
  perform('deleteUserSetting', SETTING),
  perform('reviseUserSetting', { ...SETTING, body: '{"a":1}', updatedMs: 3, follows: 1 }),
  perform('reviseUserSetting', { ...SETTING, id: 'new', body: '{}', updatedMs: 3, follows: null }),
  perform('reviseUserSetting', { ...SETTING, body: null, updatedMs: 3, follows: 1 }),
  perform('addDataKey', { ...DATA_KEY, id: 'k2' }),
  perform('rewrapDataKey', { id: 'k1', purpose: 'rows', kid: 'new', wrapped: 'w2', expected: 'w1' }),
  perform('resealSecret', { tenant: 'main', namespace: 'n', key: 'token', cipher: 'd', expected: 'c' }),
  perform('saveTokens', { rows: [TOKEN, { ...TOKEN, token: 't2' }] }),
  perform('resealToken', { ...TOKEN, cipher: 'd', expected: 'c' }),
  perform('purgeTokens', { tenant: 'main', namespace: 'n', beforeMs: 9 }),
  perform('savePolicy', { ...POLICY, body: '[]' }),
  perform('deletePolicy', POLICY),
  perform('createBulk', { ...BULK, body: '{}', updatedMs: 1, chunks: [{ seq: 0, body: '[]' }] }),
  perform('claimBulk', { ...BULK, node: NODE, nowMs: 1, untilMs: 2 }),
  perform('wishBulk', { ...BULK, wish: 'pause' }),
  perform('purgeBulks', { tenant: 'main', beforeMs: 2 }),
  perform('saveApp', { ...APP, source: 'changed' }),
  perform('changeAccess', {
    ...{
      tenant: 'main',
      nowMs: NOW_MS,
      put: [{ kind: 'user', id: 'ada', name: 'ada', body: '{}', isNameUnique: true }],
    },
    ...{ remove: [{ kind: 'group', id: 'gone' }], expect: [{ kind: 'user', id: 'ada', version: 0 }] },
  }),
  perform('appendAudit', {
    tenant: 'main',
    entries: [
      {
        ...{ id: 'a', atMs: NOW_MS, actorId: 'ada', resource: 'FLOW', action: 'CREATE', outcome: 'done', body: '{}' },
        ...{ namespace: null, itemId: null },
      },
    ],
  }),
  perform('deleteApp', APP),
  perform('saveLink', {
    ...{ tenant: 'main', hash: 'h', executionId: ALIVE, taskRunId: '', appUid: '' },
    ...{ createdMs: 1, expiresMs: 2 },
  }),
  perform('saveTestSuite', { ...SUITE, source: 'changed' }),
  perform('deleteTestSuite', SUITE),
  perform('saveTestResult', RESULT),
  perform('deleteRevisions', { ...FLOW, revisions: [1] }),
  perform('deleteReasons', { ...FLOW, triggerId: 'nightly' }),
  perform('purgeLogs', { executionId: ALIVE, fromMs: 0, toMs: NOW_MS * 2, levels: null }),
  perform('purgeMetrics', { executionId: ALIVE }),
  perform('deleteExecution', { id: ALIVE }),
  perform('purgeExecutions', { endedBeforeMs: NOW_MS + 2, afterId: '', limit: 10 }),
  perform('purgeOperations', { nowMs: 50, limit: 10 }),
  perform('claimOperation', { row: operation('k9'), nowMs: 50 }),
  perform('claimOperation', { row: operation('k1'), nowMs: 5 }),
  perform('changeOperation', { key: 'k1', body: '{}', to: { status: 201, body: '{"done":true}' } }),
  perform('changeOperation', { key: 'k1', body: '{}', to: null }),
]

/** Those of many nodes. */
export const CLUSTER_USE_CASES: readonly UseCase[] = [
  ofCluster('renew', async cluster => typeof (await cluster.renew(MEMBER, 60_000))),
  ofCluster('tend', async cluster => (await cluster.tend(MEMBER)).owned.length),
  ofCluster('releaseShards', async cluster => await cluster.releaseShards(MEMBER, [1, 2, 3])),
  ofCluster('withdraw', async cluster => await cluster.withdraw(MEMBER)),
  ofCluster('leave', async cluster => await cluster.leave(MEMBER)),
  ofCluster(
    'sendSignals',
    async cluster => await cluster.sendSignals([signalRow('s8', ALIVE), signalRow('s9', ALIVE)]),
  ),
  ofCluster(
    'settleJobs',
    async cluster =>
      await cluster.settleJobs(
        [{ key: { executionId: ALIVE, run: 4, epoch: 1 }, signal: signalRow('s9', ALIVE) }],
        MEMBER,
      ),
  ),
  ofCluster('moveJobs', async cluster => await cluster.moveJobs('default', 'other')),
]

function flush(name: string, rows: Rows): UseCase {
  return {
    name: `flush of ${name}`,
    run: async store => (await store.flush(batch(FIRST_SEQ + 1, rows))).seq,
  }
}

function perform<Name extends keyof Operations>(name: Name, args: Operations[Name]['args']): UseCase {
  return { name, run: async store => timeless(await store.perform(name, args)) }
}

/** The clock goes on between two runs. */
function timeless(result: unknown): unknown {
  return typeof result === 'object' && result && 'dbNowMs' in result ? { ...result, dbNowMs: 0 } : result
}

function ofCluster(name: string, run: (cluster: Cluster) => Promise<unknown>): UseCase {
  return {
    name,
    run: async ({ cluster }) => {
      if (!cluster) throw new Error('the store is for one node only')
      return await run(cluster)
    },
  }
}

function batch(seq: number, rows: Rows): ReturnType<typeof newBatch> {
  return { ...newBatch(MEMBER.node, MEMBER.incarnation), ...rows, seq }
}

/** An execution with a row of every table of the history. */
function wholeOf(executionId: string, more: Partial<ExecutionRow> = {}): Rows {
  return {
    births: [executionRow(executionId, more)],
    labels: [{ executionId, key: 'k', value: 'v' }],
    journal: [journalRow(executionId, 1)],
    logs: [logRow(executionId)],
    metrics: [{ executionId, run: 0, taskId: 't', name: 'n', type: 'counter', value: 1, tags: '{}', atMs: 1 }],
  }
}

function merge(parts: readonly Rows[]): Rows {
  const list = <K extends keyof Rows>(name: K): unknown[] =>
    parts.flatMap(part => [...((part[name] ?? []) as unknown[])])
  return Object.fromEntries(
    (['births', 'labels', 'journal', 'logs', 'metrics'] as const).map(name => [name, list(name)]),
  ) as Rows
}

function key(name: string, value: string): Operations['setKey']['args'] {
  const more = { type: 'STRING', description: null, expiresMs: null, updatedMs: 1 }
  return { tenant: 'main', namespace: 'n', key: name, value, ...more }
}

function operation(name: string): OperationRow {
  return { key: name, entity: 'e', bodyHash: 'h', status: 200, body: '{}', expiresMs: 10 }
}

function fire(triggerId: string): TriggerRow {
  return { ...FLOW, triggerId, nextMs: 200, lastMs: 100, expectedNextMs: 100, executionId: FRESH, state: null }
}
