// From the outcome of a turn to rows. Pure but for what it adds to the unit.
import {
  EVENT_VERSION,
  ROOT,
  contextOf,
  createdMsOf,
  encodeEvents,
  encodeValue,
  getRun,
  getTask,
  isFinal,
  shardOf,
  taskRunId,
  waitsFor,
  type Effect,
  type Event,
  type ExecutionState,
  type LogEntry,
  type Plan,
  type TurnEnv,
  type TurnResult,
} from '@batuta/core'
import type { HostJob } from '@batuta/plugin-sdk'
import type { ExecutionRow, JobRow, StoredLogLine } from '../storage/batch.ts'
import { rankOf } from '../storage/levels.ts'
import type { Entity } from './entity.ts'
import type { Unit } from './unit.ts'

export interface Written {
  readonly entity: Entity
  readonly plan: Plan
  readonly env: TurnEnv
  readonly result: TurnResult
}

export interface JobPlace {
  readonly node: string
  readonly incarnation: number
  /** Takes a place on this node, or leaves the job to whoever claims it. */
  reserve(): boolean
}

export function writeTurn(unit: Unit, written: Written, place: JobPlace): readonly JobRow[] {
  const { entity, result } = written
  const { state, events } = result
  if (events.length === 0) return []
  writeJournal(unit, written)
  writeHead(unit, written)
  writeTimers(unit, entity, state)
  writeLabels(unit, state, events)
  writeMetrics(unit, written)
  writeLogs(unit, written)
  return writeJobs(unit, written, place)
}

function writeJournal(unit: Unit, { entity, env, result }: Written): void {
  const events = encodeEvents(result.events)
  unit.bytes += events.length
  unit.journal.push({
    executionId: entity.id,
    turn: result.state.turn,
    version: EVENT_VERSION,
    atMs: env.nowMs,
    events,
  })
}

/** The header row changes only when what lists show changes. */
function writeHead(unit: Unit, { entity, result }: Written): void {
  const { state } = result
  const endMs = isFinal(state.state) ? (state.history[state.history.length - 1]?.atMs ?? null) : null
  const waits = waitsFor(state)
  const head = `${state.state} ${endMs} ${waits}`
  if (head === entity.head) return
  const row = { id: entity.id, state: state.state, endMs, waitsFor: waits, turn: state.turn }
  if (entity.head === undefined) unit.births.push(birthRow(state, row))
  else unit.heads.push(row)
  entity.head = head
}

function birthRow(
  state: ExecutionState,
  head: Pick<ExecutionRow, 'id' | 'state' | 'endMs' | 'waitsFor' | 'turn'>,
): ExecutionRow {
  return {
    ...head,
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
    if (!state.timers.has(name)) unit.timersEnded.push({ executionId: entity.id, name })
  for (const [name, atMs] of state.timers) {
    if (entity.timers.get(name) !== atMs)
      unit.timers.push({ executionId: entity.id, name, shard: shardOf(entity.id), atMs })
  }
  entity.timers = new Map(state.timers)
}

/** The correlation with itself is no label anybody searches for: it would cost every execution a row. */
function writeLabels(unit: Unit, state: ExecutionState, events: readonly Event[]): void {
  if (!events.some(event => event.type === 'created' || event.type === 'labels')) return
  for (const { key, value } of state.labels) {
    if (key === 'system.correlationId' && value === state.id) continue
    unit.labels.push({ executionId: state.id, key, value })
  }
}

function writeMetrics(unit: Unit, { plan, env, result }: Written): void {
  for (const event of result.events) {
    if (event.type !== 'attempt-settled' || !event.attempt.metrics) continue
    const run = getRun(result.state, event.run)
    const task = getTask(plan, run.task)
    if (task.kind.type === 'inline') continue
    for (const metric of event.attempt.metrics) {
      unit.metrics.push({
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
  const entries = result.effects.flatMap(effect => (effect.type === 'log' ? [effect.entry] : []))
  const kept = entries.filter(entry => isKept(entry, result.state, plan))
  if (kept.length === 0) return
  const { state } = result
  const lines = JSON.stringify(kept.map(entry => lineOf(entry, state, plan)))
  unit.bytes += lines.length
  unit.logs.push({
    executionId: state.id,
    tenant: state.tenant,
    namespace: state.namespace,
    flowId: state.flowId,
    atMs: env.nowMs,
    levelMax: Math.max(...kept.map(entry => rankOf(entry.level))),
    lines,
  })
}

function isKept(entry: LogEntry, state: ExecutionState, plan: Plan): boolean {
  if (entry.run === ROOT) return true
  const level = getTask(plan, getRun(state, entry.run).task).task.logLevel
  return level === undefined || rankOf(entry.level) >= rankOf(level)
}

function lineOf(entry: LogEntry, state: ExecutionState, plan: Plan): StoredLogLine {
  const taskId = entry.run === ROOT ? null : getTask(plan, getRun(state, entry.run).task).id
  return {
    atMs: entry.atMs,
    level: entry.level,
    message: entry.message,
    run: entry.run,
    taskId,
    attempt: entry.attempt,
  }
}

function writeJobs(unit: Unit, written: Written, place: JobPlace): readonly JobRow[] {
  const { entity, result } = written
  const jobs: JobRow[] = []
  for (const effect of result.effects) {
    if (effect.type === 'job') jobs.push(jobRow(written, effect, place))
    if (effect.type === 'kill-job')
      unit.jobsKilled.push({ executionId: entity.id, run: effect.run, epoch: effect.epoch })
  }
  for (const event of result.events) {
    if (event.type !== 'attempt-settled' && event.type !== 'job-lost') continue
    const { epoch } = getRun(result.state, event.run)
    if (epoch > 0)
      unit.jobsEnded.push({
        executionId: entity.id,
        run: event.run,
        epoch: event.type === 'job-lost' ? event.epoch : epoch,
      })
  }
  unit.jobs.push(...jobs)
  return jobs
}

function jobRow(
  { entity, plan, env, result }: Written,
  { run: ordinal, epoch }: Extract<Effect, { type: 'job' }>,
  place: JobPlace,
): JobRow {
  const { state } = result
  const isHere = place.reserve()
  const run = getRun(state, ordinal)
  const task = getTask(plan, run.task)
  const roots = new Set([...task.roots, 'flow', 'execution', 'task', 'taskrun'])
  const runId = taskRunId(entity.id, ordinal)
  const payload: HostJob = {
    key: { executionId: entity.id, run: ordinal, epoch },
    taskRunId: runId,
    taskId: task.id,
    type: task.type,
    dialect: plan.flow.dialect,
    attempt: run.attempts.length,
    ...(task.task.timeout === undefined ? {} : { timeout: task.task.timeout }),
    ...(task.task.logLevel === undefined ? {} : { logLevel: task.task.logLevel }),
    ...(task.task.logToFile ? { logToFile: true } : {}),
    properties: task.encoded,
    context: encodeValue(contextOf({ state, plan, env }, run, roots)),
    filesPrefix: `kestra:///${state.namespace.replaceAll('.', '/')}/${state.flowId}/executions/${entity.id}/tasks/${task.id}/${runId}/`,
  }
  return {
    executionId: entity.id,
    run: ordinal,
    epoch,
    shard: shardOf(entity.id),
    queue: 'default',
    rank: env.nowMs,
    node: isHere ? place.node : null,
    incarnation: isHere ? place.incarnation : null,
    claimedMs: isHere ? env.nowMs : null,
    payload: JSON.stringify(payload),
  }
}
