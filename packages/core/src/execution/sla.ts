// What an execution promises: how long it may last at most, and what must hold of it all the time. A promise that is broken is broken once; the first one
// that stops the execution acts, and the state it gives is final whatever the stopped tasks say.
import { Asked } from '../expression/asked.ts'
import type { Dialect, Flow } from '../flow/flow.ts'
import { mergeLabels, readLabels } from '../inline/labels.ts'
import { parseDuration } from '../std/duration.ts'
import { ExpressionError } from '../std/errors.ts'
import { isTruthyText, mapGet, type Value, type ValueMap } from '../std/value.ts'
import { printValue } from '../std/value-text.ts'
import { scopeOf, type View } from './context.ts'
import { endEarly } from './end-early.ts'
import type { Decision, Effect, Event } from './event.ts'
import { compileProperty, type Property } from './property.ts'
import { NeedsEvaluation, RunError, readProperty } from './renderer.ts'
import { ROOT, isBeingKilled, isFinal, type ExecutionState } from './state.ts'

export interface Sla {
  readonly id: string
  readonly behavior: 'FAIL' | 'CANCEL' | 'NONE'
  readonly labels?: Property
  /** MAX_DURATION */
  readonly maxDurationMs?: number
  /** EXECUTION_ASSERTION */
  readonly assertion?: Property
}

export function compileSla({ sla, dialect }: Flow): readonly Sla[] {
  return sla.map((own, index) => compileOne(own, index, dialect))
}

function compileOne(own: ValueMap, index: number, dialect: Dialect): Sla {
  const text = (key: string): string | undefined => {
    const value = mapGet(own, key)
    return value === undefined || value === null ? undefined : printValue(value)
  }
  const labels = mapGet(own, 'labels')
  const behavior = text('behavior')
  const isDuration = text('type') === 'MAX_DURATION'
  const maxDurationMs = isDuration ? durationOf(mapGet(own, 'duration')) : undefined
  const assertion = isDuration ? undefined : text('assert')
  return {
    id: text('id') ?? String(index),
    behavior: behavior === 'FAIL' || behavior === 'CANCEL' ? behavior : 'NONE',
    ...(labels === undefined || labels === null
      ? {}
      : { labels: compileProperty(`sla.${index}.labels`, labels, dialect) }),
    ...(maxDurationMs === undefined ? {} : { maxDurationMs }),
    ...(assertion === undefined ? {} : { assertion: compileProperty(`sla.${index}.assert`, assertion, dialect) }),
  }
}

/** A number is seconds, as everywhere. */
function durationOf(value: Value | undefined): number | undefined {
  if (typeof value === 'number') return value * 1_000
  return value === undefined || value === null ? undefined : parseDuration(printValue(value))
}

const TIMER = 'sla:'

/** The deadlines of an execution that was just created: the time in a queue counts, the time to its hour does not. */
export function slaTimers({ state, plan }: View): readonly Event[] {
  const startMs = Math.max(state.history[0]?.atMs ?? 0, state.scheduledMs ?? 0)
  return plan.sla.flatMap(({ maxDurationMs }, index): Event[] => {
    const name = TIMER + String(index)
    if (maxDurationMs === undefined || state.timers.has(name)) return []
    return [{ type: 'timer-set', name, atMs: startMs + maxDurationMs }]
  })
}

/** A deadline has come; undefined for a timer of something else. */
export function fireSla(view: View, name: string): Decision | undefined {
  if (!name.startsWith(TIMER)) return undefined
  const index = Number(name.slice(TIMER.length))
  const sla = view.plan.sla[index]
  const fired: Event = { type: 'timer-fired', name }
  if (!sla || isOver(view.state)) return { events: [fired], effects: [] }
  const broken = breakSla(view, index, sla, `it lasts longer than ${(sla.maxDurationMs ?? 0) / 1_000} s`)
  return sla.behavior === 'NONE' ? { events: [fired, ...broken.events], effects: broken.effects } : broken
}

/** The first assertion that does not hold; undefined while all of them do. */
export function judgeAssertions(view: View): Decision | undefined {
  const { state, plan } = view
  if (isOver(state) || state.state === 'QUEUED') return undefined
  for (const [index, sla] of plan.sla.entries()) {
    if (!sla.assertion || state.brokenSla.has(index)) continue
    if (!holds(view, sla.assertion)) return breakSla(view, index, sla, 'its assertion does not hold')
  }
  return undefined
}

function isOver(state: ExecutionState): boolean {
  return state.isEnded || state.isHeld || isFinal(state.state) || isBeingKilled(state)
}

/** An assertion that cannot be rendered is kept in dialect 1 and broken in dialect 2. What asks the world is no promise of the execution: kept. */
function holds(view: View, assertion: Property): boolean {
  try {
    return isTruthyText(assertion.text(scopeOf(view)))
  } catch (error) {
    if (error instanceof Asked) return true
    if (error instanceof ExpressionError || error instanceof RunError) return view.plan.flow.dialect === 1
    throw error
  }
}

function breakSla(view: View, index: number, sla: Sla, reason: string): Decision {
  const { state } = view
  const labels = labelsOf(view, sla)
  const events: Event[] = [{ type: 'sla-broken', index }]
  if (labels.events) events.push(labels.events)
  const message = `The SLA "${sla.id}" is broken: ${reason}.`
  const level = sla.behavior === 'NONE' ? 'WARN' : 'ERROR'
  const logs = [logOf(view, level, message), ...(labels.problem ? [logOf(view, 'ERROR', labels.problem)] : [])]
  if (sla.behavior === 'NONE') return { events, effects: logs }
  const ended = endEarly(view, sla.behavior === 'FAIL' ? 'FAILED' : 'CANCELLED')
  const timers = [...state.timers.keys()].map((name): Event => ({ type: 'timer-fired', name }))
  return { events: [...events, ...timers, ...ended.events], effects: [...logs, ...ended.effects] }
}

function labelsOf(view: View, { id, labels }: Sla): { readonly events?: Event; readonly problem?: string } {
  if (!labels) return {}
  try {
    const value = readProperty(labels, { scope: scopeOf(view), how: 'value', evaluated: view.state.evaluated })
    const given = readLabels(id, value)
    return given.length === 0 ? {} : { events: { type: 'labels', labels: mergeLabels(view.state.labels, given) } }
  } catch (error) {
    if (error instanceof ExpressionError || error instanceof RunError || error instanceof NeedsEvaluation)
      return { problem: `The labels of the SLA "${id}" cannot be rendered: ${error.message}` }
    throw error
  }
}

function logOf({ env }: View, level: 'WARN' | 'ERROR', message: string): Effect {
  return { type: 'log', entry: { run: ROOT, level, message, atMs: env.nowMs, attempt: 0 } }
}
