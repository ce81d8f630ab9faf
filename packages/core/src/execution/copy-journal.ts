// What a replay begins with: the journal of its source, turn by turn, without what concerns the source alone. Under another revision the places of
// tasks are found again by their ids; a task that is gone has none.
import { decodeEvents, type JournalRow } from './journal.ts'
import { encodeEvents } from './event-codec.ts'
import type { CopiedTurn, Event } from './event.ts'
import { decodeEventList } from './event-codec.ts'
import { ROOT } from './state.ts'
import type { Plan, PlanLists } from './plan.ts'

/** A run whose task the other revision does not have: it can only be one that was removed. */
export const NO_TASK = -1

/** Labels, outputs and what is under way belong to the source; holds, kills and pauses, too. */
const LEFT_OUT: ReadonlySet<Event['type']> = new Set([
  'labels',
  'outputs',
  'held',
  'released',
  'kill-requested',
  'breakpoints',
  'limit-waits',
  'limit-granted',
  'sla-broken',
  'timer-set',
  'timer-fired',
  'evaluate-asked',
  'evaluated',
])

export function copyJournal(rows: readonly JournalRow[], from: Plan, to: Plan): readonly CopiedTurn[] {
  const translate = from === to ? (event: Event): Event => event : translator(from, to)
  const turns: CopiedTurn[] = []
  const add = (atMs: number, events: readonly Event[]): void => {
    const kept = events.filter(({ type }) => !LEFT_OUT.has(type)).map(translate)
    turns.push({ atMs, events: encodeEvents(kept) })
  }
  for (const row of rows) {
    const [first, ...rest] = decodeEvents(row)
    if (first?.type !== 'created') {
      add(row.atMs, first ? [first, ...rest] : rest)
      continue
    }
    for (const turn of first.copy ?? []) add(turn.atMs, decodeEventList(turn.events))
    add(row.atMs, rest)
  }
  return turns
}

type Opened = Extract<Event, { type: 'group-opened' }>

function translator(from: Plan, to: Plan): (event: Event) => Event {
  const taskOf = taskFinder(from, to)
  const taskOfRun = new Map<number, number>()
  const opened = new Map<number, Fan>()
  return event => {
    if (event.type === 'run-created') {
      taskOfRun.set(event.run, event.task)
      const group = event.parent === ROOT ? undefined : opened.get(event.parent)
      const task = taskOf(event.task)
      const lane = group?.isFanned === true && event.lane >= 0 ? laneOf(event.lane, task, group) : event.lane
      return { ...event, task, lane }
    }
    if (event.type === 'run-resumed' && event.branch)
      return { ...event, branch: event.branch.map(taskOf).filter(index => index !== NO_TASK) }
    if (event.type !== 'group-opened') return event
    const branch = branchOf(event, { from, to, task: taskOfRun.get(event.run) ?? NO_TASK, taskOf })
    const isPerTask = event.isFanned === true
    const laneCount = ((event.laneCount ?? 0) / Math.max(1, event.branch.length)) * branch.length
    const translated = { ...event, branch, ...(isPerTask ? { laneCount } : {}) }
    opened.set(event.run, { branch, isFanned: isPerTask, width: event.branch.length })
    return translated
  }
}

/**
 * Tasks that a group stands for bear its id, or that of one another: which of them it is their type says, or else their order. Another type is the
 * same task all the same.
 */
function taskFinder(from: Plan, to: Plan): (index: number) => number {
  const there = new Map<string, number>()
  for (const { id, index } of to.tasks) if (!there.has(id)) there.set(id, index)
  for (const [index, name] of namesOf(to).entries()) there.set(name, index)
  const names = namesOf(from)
  return index => there.get(names[index] ?? '') ?? there.get(from.tasks[index]?.id ?? '') ?? NO_TASK
}

function namesOf({ tasks }: Plan): readonly string[] {
  const times = new Map<string, number>()
  return tasks.map(({ id, type }) => {
    const name = `${id} ${type}`
    const time = times.get(name) ?? 0
    times.set(name, time + 1)
    return `${name} ${time}`
  })
}

interface Fan {
  readonly branch: readonly number[]
  readonly isFanned: boolean
  /** How many tasks it had before. */
  readonly width: number
}

/** Fanned over values, the lanes of one value lie side by side. */
function laneOf(lane: number, task: number, { branch, width }: Fan): number {
  return Math.floor(lane / Math.max(1, width)) * branch.length + Math.max(0, branch.indexOf(task))
}

/** The list of the other revision that has the same name in its group, so that tasks that are new there run, too. */
function branchOf(
  { branch }: Opened,
  {
    from,
    to,
    task,
    taskOf,
  }: { readonly from: Plan; readonly to: Plan; readonly task: number; taskOf(index: number): number },
): readonly number[] {
  const before = from.tasks[task]?.lists
  const after = to.tasks[taskOf(task)]?.lists
  const same = before && after && listPairs(before, after).find(([list]) => isSame(list, branch))
  return same ? same[1] : branch.map(taskOf).filter(index => index !== NO_TASK)
}

function listPairs(before: PlanLists, after: PlanLists): readonly (readonly [readonly number[], readonly number[]])[] {
  return [
    [before.tasks, after.tasks],
    [before.then, after.then],
    [before.else, after.else],
    ...[...before.cases].map(([key, list]) => [list, after.cases.get(key) ?? []] as const),
    ...(before.defaults && after.defaults ? [[before.defaults, after.defaults] as const] : []),
  ]
}

function isSame(left: readonly number[], right: readonly number[]): boolean {
  return left.length > 0 && left.length === right.length && left.every((index, at) => index === right[at])
}
