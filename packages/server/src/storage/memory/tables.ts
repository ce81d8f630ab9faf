// The tables of the memory store, and the keys of their rows.
import type {
  ExecutionRow,
  JobKey,
  JobRow,
  JournalRowOf,
  LabelRow,
  LimitMemberKey,
  LimitMemberRow,
  LogRow,
  MetricRow,
  OperationRow,
  SignalRow,
  TimerKey,
  TimerRow,
  WindowRow,
} from '../batch.ts'
import type { AccessTable } from './access.ts'
import type {
  AuditRow,
  BulkChunk,
  BulkRow,
  DataKeyRow,
  AppRow,
  FlowKey,
  FlowRow,
  KeyRow,
  KeyVersion,
  LinkRow,
  NamespaceRow,
  PolicyRow,
  ReasonRow,
  SecretRow,
  StoredTrigger,
  TestResultRow,
  TestSuiteRow,
  TokenRow,
  UserSettingRow,
  TriggerKey,
} from '../store.ts'

export interface Tables {
  readonly nodes: Map<string, { incarnation: number; flushSeq: number; highWaterMs: number }>
  readonly flows: Map<string, FlowRow[]>
  readonly executions: Map<string, ExecutionRow>
  readonly labels: Map<string, LabelRow[]>
  readonly journal: Map<string, JournalRowOf[]>
  /** By execution, turn and part. */
  readonly snapshots: Map<string, Map<number, Map<number, Uint8Array>>>
  readonly logs: Map<string, LogRow[]>
  readonly metrics: Map<string, MetricRow[]>
  readonly jobs: Map<string, JobRow>
  /** Keys of jobs that are not to be started any more. */
  readonly jobsKilled: Set<string>
  readonly timers: Map<string, TimerRow>
  readonly limitMembers: Map<string, LimitMemberRow>
  readonly signals: Map<string, SignalRow>
  readonly operations: Map<string, OperationRow>
  readonly triggers: Map<string, StoredTrigger>
  readonly windows: Map<string, WindowRow>
  readonly reasons: Map<string, ReasonRow>
  readonly keys: Map<string, KeyRow>
  /** Oldest first. */
  readonly keyVersions: Map<string, readonly KeyVersion[]>
  readonly secrets: Map<string, SecretRow>
  readonly namespaces: Map<string, NamespaceRow>
  readonly dataKeys: Map<string, DataKeyRow>
  readonly tokens: Map<string, TokenRow>
  readonly policies: Map<string, PolicyRow>
  readonly testSuites: Map<string, TestSuiteRow>
  readonly userSettings: Map<string, UserSettingRow>
  readonly bulks: Map<string, BulkRow>
  /** By operation and number. */
  readonly bulkChunks: Map<string, Map<number, BulkChunk>>
  /** By tenant. */
  readonly access: Map<string, AccessTable>
  /** By tenant, oldest first. */
  readonly audit: Map<string, readonly AuditRow[]>
  readonly apps: Map<string, AppRow>
  readonly links: Map<string, LinkRow>
  /** Oldest first. */
  readonly testResults: Map<string, TestResultRow>
}

export function newTables(): Tables {
  return {
    nodes: new Map(),
    flows: new Map(),
    executions: new Map(),
    labels: new Map(),
    journal: new Map(),
    snapshots: new Map(),
    logs: new Map(),
    metrics: new Map(),
    jobs: new Map(),
    jobsKilled: new Set(),
    timers: new Map(),
    limitMembers: new Map(),
    signals: new Map(),
    operations: new Map(),
    triggers: new Map(),
    windows: new Map(),
    reasons: new Map(),
    keys: new Map(),
    keyVersions: new Map(),
    secrets: new Map(),
    namespaces: new Map(),
    dataKeys: new Map(),
    tokens: new Map(),
    policies: new Map(),
    testSuites: new Map(),
    userSettings: new Map(),
    bulks: new Map(),
    bulkChunks: new Map(),
    access: new Map(),
    audit: new Map(),
    apps: new Map(),
    links: new Map(),
    testResults: new Map(),
  }
}

export function flowKeyOf({ tenant, namespace, flowId }: FlowKey): string {
  return `${tenant}/${namespace}/${flowId}`
}

export function triggerKeyOf(key: TriggerKey): string {
  return `${flowKeyOf(key)}/${key.triggerId}`
}

export function keyKeyOf({ tenant, namespace, key }: Pick<KeyRow, 'tenant' | 'namespace' | 'key'>): string {
  return JSON.stringify([tenant, namespace, key])
}

export function namespaceKeyOf({ tenant, namespace }: Pick<NamespaceRow, 'tenant' | 'namespace'>): string {
  return JSON.stringify([tenant, namespace])
}

export function jobKeyOf({ executionId, run, epoch }: JobKey): string {
  return `${executionId}/${run}/${epoch}`
}

export function timerKeyOf({ executionId, name }: TimerKey): string {
  return `${executionId}/${name}`
}

export function limitMemberKeyOf({ limitKey, executionId }: LimitMemberKey): string {
  return `${executionId} ${limitKey}`
}
