// From the outcome of a turn to rows. Pure but for what it adds to the unit.
import {
  CLOSE_DIRECTORY,
  EVENT_VERSION,
  OPEN_DIRECTORY,
  ROOT,
  contextOf,
  createdMsOf,
  encodeEvents,
  encodeValue,
  getRun,
  getTask,
  isFinal,
  shardOf,
  waitsFor,
  type Effect,
  type Event,
  type ExecutionState,
  type LogEntry,
  type Plan,
  type PlanTask,
  type Priority,
  type TaskRun,
  type TurnEnv,
  type TurnResult,
  taskCacheOf,
} from '@batuta/core'
import { encodeJob, type HostJob, type SentJob } from '@batuta/plugin-sdk'
import type { Member } from '../storage/cluster.ts'
import type { ExecutionRow, JobKey, JobRow, StoredLogLine } from '../storage/batch.ts'
import { rankOf } from '../storage/levels.ts'
import { traceparentOf } from '../telemetry/trace-context.ts'
import type { Entity } from './entity.ts'
import { headOf } from './load-execution.ts'
import { put, putAll, type Unit } from './unit.ts'

export interface Written {
  readonly entity: Entity
  readonly plan: Plan
  readonly env: TurnEnv
  readonly result: TurnResult
  /** Jobs whose rows went when their settlements were stored. */
  readonly jobsGone: readonly JobKey[]
}

export interface JobPlace {
  /** Takes a place on this node or another one, or leaves the job to whoever claims it. */
  memberFor(queue: string, nowMs: number): Member | undefined
  /** When it is its turn among those that wait. */
  rankOf(namespace: string, nowMs: number, priority: Priority | undefined): number
  readonly sampledPart?: number | undefined
}

export interface HeldMark {
  readonly row: ExecutionRow
  readonly turn: number
  readonly reason: string
  readonly atMs: number
}

/** The mark of an execution that is held: everything else stays as it is. */
export function writeHeld(unit: Unit, { row, turn, reason, atMs }: HeldMark): void {
  const events = encodeEvents([{ type: 'held', reason }])
  put(unit, 'journal', { executionId: row.id, turn, version: EVENT_VERSION, atMs, events })
  put(unit, 'heads', { id: row.id, state: row.state, endMs: row.endMs, waitsFor: 'human', turn })
}

export function writeTurn(unit: Unit, written: Written, place: JobPlace): void {
  const { entity, result } = written
  const { state, events } = result
  // A turn in which nothing happened may still have found that there is nothing to do now.
  writeHead(unit, written)
  if (events.length === 0) return
  writeJournal(unit, written)
  writeTimers(unit, entity, state)
  writeLabels(unit, state, events)
  writeMetrics(unit, written)
  writeLogs(unit, written)
  writeJobs(unit, written, place)
}

function writeJournal(unit: Unit, { entity, env, result }: Written): void {
  const events = encodeEvents(result.events)
  unit.bytes += events.length
  put(unit, 'journal', {
    executionId: entity.id,
    turn: result.state.turn,
    version: EVENT_VERSION,
    atMs: env.nowMs,
    events,
  })
}

/** The header row changes only when what lists show changes: then they know by its turn that what they have made of it is old. */
function writeHead(unit: Unit, { entity, result }: Written): void {
  const { state } = result
  const endMs = isFinal(state.state) ? (state.history[state.history.length - 1]?.atMs ?? null) : null
  const waits = waitsFor(state)
  const head = headOf({ state: state.state, endMs, waitsFor: waits })
  if (head === entity.head && !result.events.some(({ type }) => type === 'labels')) return
  const row = { id: entity.id, state: state.state, endMs, waitsFor: waits, turn: state.turn }
  if (entity.head === undefined) put(unit, 'births', birthRow(state, row))
  else put(unit, 'heads', row)
  entity.head = head
}

function birthRow(
  state: ExecutionState,
  head: Pick<ExecutionRow, 'id' | 'state' | 'endMs' | 'waitsFor' | 'turn'>,
): ExecutionRow {
  const { id, state: name, endMs, waitsFor: waits, turn } = head
  return {
    id,
    state: name,
    endMs,
    waitsFor: waits,
    turn,
    tenant: state.tenant,
    namespace: state.namespace,
    flowId: state.flowId,
    revision: state.revision,
    createdMs: createdMsOf(state.id),
    shard: shardOf(state.id),
    triggerId: state.trigger?.id ?? null,
    triggerType: state.trigger?.type ?? null,
    parentId: state.parentLink?.executionId ?? null,
    originalId: state.originalId,
  }
}

function writeTimers(unit: Unit, entity: Entity, state: ExecutionState): void {
  if (state.timers.size === 0 && entity.timers.size === 0) return
  for (const name of entity.timers.keys())
    if (!state.timers.has(name)) put(unit, 'timersEnded', { executionId: entity.id, name })
  for (const [name, atMs] of state.timers) {
    if (entity.timers.get(name) !== atMs)
      put(unit, 'timers', { executionId: entity.id, name, shard: shardOf(entity.id), atMs })
  }
  entity.timers = new Map(state.timers)
}

/** The correlation with itself is no label anybody searches for: it would cost every execution a row. */
function writeLabels(unit: Unit, state: ExecutionState, events: readonly Event[]): void {
  if (!events.some(event => event.type === 'created' || event.type === 'labels')) return
  for (const { key, value } of state.labels) {
    if (key === 'system.correlationId' && value === state.id) continue
    put(unit, 'labels', { executionId: state.id, key, value })
  }
  // The rows are written whole: where none are left the old ones must go all the same.
  const [first] = state.labels
  if (first && !events.some(event => event.type === 'created') && unit.labels.at(-1)?.executionId !== state.id)
    put(unit, 'labels', { executionId: state.id, ...first })
}

function writeMetrics(unit: Unit, { plan, env, result }: Written): void {
  for (const event of result.events) {
    if (event.type !== 'attempt-settled' || !event.attempt.metrics) continue
    const task = taskOf(result.state, plan, event.run)
    if (task.kind.type === 'inline') continue
    for (const metric of event.attempt.metrics) {
      put(unit, 'metrics', {
        executionId: result.state.id,
        run: event.run,
        taskId: task.id,
        name: metric.name,
        type: metric.type,
        value: metric.value,
        tags: JSON.stringify(metric.tags ?? {}),
        atMs: env.nowMs,
      })
    }
  }
}

/** All lines of a turn are one row. */
function writeLogs(unit: Unit, { plan, env, result }: Written): void {
  const { state, effects } = result
  const kept: StoredLogLine[] = []
  let levelMax = 0
  for (const effect of effects) {
    if (effect.type !== 'log' || !isKept(effect.entry, state, plan)) continue
    kept.push(lineOf(effect.entry, state, plan))
    levelMax = Math.max(levelMax, rankOf(effect.entry.level))
  }
  if (kept.length === 0) return
  const { id: executionId, tenant, namespace, flowId } = state
  const lines = JSON.stringify(kept)
  unit.bytes += lines.length
  put(unit, 'logs', { executionId, tenant, namespace, flowId, atMs: env.nowMs, levelMax, lines })
}

function isKept(entry: LogEntry, state: ExecutionState, plan: Plan): boolean {
  if (entry.run === ROOT) return true
  const level = taskOf(state, plan, entry.run).task.logLevel
  return level === undefined || rankOf(entry.level) >= rankOf(level)
}

function taskOf(state: ExecutionState, plan: Plan, run: number): PlanTask {
  return getTask(plan, state.runs.placeAt(run)?.task ?? ROOT)
}

function lineOf(entry: LogEntry, state: ExecutionState, plan: Plan): StoredLogLine {
  const taskId = entry.run === ROOT ? null : taskOf(state, plan, entry.run).id
  return {
    atMs: entry.atMs,
    level: entry.level,
    message: entry.message,
    run: entry.run,
    taskId,
    attempt: entry.attempt,
  }
}

type JobKeyOfRun = Pick<JobKey, 'run' | 'epoch'>

function writeJobs(unit: Unit, written: Written, place: JobPlace): void {
  const { entity, result } = written
  if (!hasJobs(result)) return
  const keyOf = ({ run, epoch }: JobKeyOfRun): JobKey => ({
    executionId: entity.id,
    run,
    epoch,
  })
  const killed = result.effects.flatMap(effect => (effect.type === 'kill-job' ? [keyOf(effect)] : []))
  const jobs = result.effects.flatMap(effect => {
    if (effect.type !== 'job') return []
    // What is killed in the turn that sent it is not started by anybody.
    const isKilled = killed.some(key => key.run === effect.run && key.epoch === effect.epoch)
    return [jobRow(written, effect, isKilled ? { ...place, memberFor: () => undefined } : place)]
  })
  putAll(unit, 'jobs', jobs)
  putAll(unit, 'jobsKilled', killed)
  const isGone = ({ run, epoch }: JobKeyOfRun): boolean =>
    written.jobsGone.some(gone => gone.run === run && gone.epoch === epoch)
  for (const ended of endedJobs(result)) if (!isGone(ended)) put(unit, 'jobsEnded', keyOf(ended))
}

/** A turn of inline tasks has none, neither sent nor ended. */
function hasJobs({ state, events, effects }: TurnResult): boolean {
  for (const { type } of effects) if (type === 'job' || type === 'kill-job') return true
  for (const event of events) {
    if (event.type === 'job-sent' || event.type === 'job-lost') return true
    if (event.type === 'attempt-settled' && getRun(state, event.run).epoch > 0) return true
  }
  return false
}

/** Backwards, because the epoch of a run is known at the end of the turn, and each job sent in it was one more. */
function endedJobs({ state, events }: TurnResult): JobKeyOfRun[] {
  const epochs = new Map<number, number>()
  return events.toReversed().flatMap(event => {
    if (event.type === 'job-sent') epochs.set(event.run, event.epoch - 1)
    if (event.type === 'job-lost') return [{ run: event.run, epoch: event.epoch }]
    if (event.type !== 'attempt-settled') return []
    const epoch = epochs.get(event.run) ?? state.runs.placeAt(event.run)?.epoch ?? 0
    return epoch > 0 ? [{ run: event.run, epoch }] : []
  })
}

/** Jobs of a WorkingDirectory share the folder that bears its name. */
function directoryOf(state: ExecutionState, { parent }: TaskRun, { type }: PlanTask): Pick<HostJob, 'directory'> {
  if (parent === ROOT || !getRun(state, parent).group?.isDirectory) return {}
  const step = type === OPEN_DIRECTORY ? 'open' : type === CLOSE_DIRECTORY ? 'close' : 'use'
  return { directory: { name: `dir-${state.id}-${parent}`, step } }
}

function jobRow(
  { entity, plan, env, result }: Written,
  { run: ordinal, epoch, queue }: Extract<Effect, { type: 'job' }>,
  place: JobPlace,
): JobRow {
  const { state } = result
  const member = place.memberFor(queue, env.nowMs)
  const run = getRun(state, ordinal)
  const task = getTask(plan, run.task)
  const roots = new Set([...task.roots, 'flow', 'execution', 'task', 'taskrun'])
  const attempt = run.attempts.length
  const traceparent = traceparentOf(state, { run: ordinal, attempt }, place.sampledPart)
  const taskCache = taskCacheOf(task.task)
  const payload: SentJob = {
    key: { executionId: entity.id, run: ordinal, epoch },
    taskId: task.id,
    type: task.type,
    dialect: plan.flow.dialect,
    attempt,
    ...(task.task.timeout === undefined ? {} : { timeout: task.task.timeout }),
    ...(task.task.logLevel === undefined ? {} : { logLevel: task.task.logLevel }),
    ...(task.task.logToFile ? { logToFile: true } : {}),
    ...(task.task.version === undefined ? {} : { version: task.task.version }),
    ...(taskCache === undefined ? {} : { taskCache }),
    properties: task.encoded,
    context: encodeValue(contextOf({ state, plan, env }, run, roots)),
    flow: { tenant: state.tenant, namespace: state.namespace, id: state.flowId },
    ...directoryOf(state, run, task),
    sentMs: env.nowMs,
    ...(traceparent === undefined ? {} : { traceparent }),
  }
  return {
    executionId: entity.id,
    run: ordinal,
    epoch,
    shard: shardOf(entity.id),
    queue,
    rank: place.rankOf(state.namespace, env.nowMs, plan.flow.priority),
    node: member?.node ?? null,
    incarnation: member?.incarnation ?? null,
    claimedMs: member ? env.nowMs : null,
    payload: encodeJob(payload),
  }
}
