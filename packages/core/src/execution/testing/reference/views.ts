// What of the engine and of the model is compared: names, states, histories, attempts, outputs, and what is out.
import type { Player } from '../player.ts'
import { HANDLER, ROOT, type TaskRun } from '../../state.ts'
import { CLOSE_DIRECTORY, OPEN_DIRECTORY } from '../../../control/working-directory.ts'
import { encodeValue } from '../../../std/value-json.ts'
import type { Model } from './model.ts'
import { isIterated, type Run } from './model-run.ts'

export interface View {
  readonly state: string
  readonly history: string
  readonly isEnded: boolean
  readonly runs: Readonly<Record<string, string>>
  /** The children of each group, as far as their order is said. */
  readonly out: readonly string[]
  readonly outputs: Readonly<Record<string, unknown>>
  /** What the probes saw. */
  readonly saw: Readonly<Record<string, unknown>>
}

/** A run by its way from the root: `/loop/task[value]`, in an iteration of a Loop `/loop/task{2}`. */
export function nameOf(run: Run): string {
  const { node, parent, value, lane, list } = run
  if (!parent) return ''
  const inner = isIterated(parent) && list === 'tasks' ? `{${lane}}` : ''
  return `${nameOf(parent)}/${node.id}${value === undefined ? '' : `[${value}]`}${inner}`
}

export function modelView(model: Model): View {
  const runs = model.runs.filter(run => !run.isRemoved)
  const byName = [...runs].sort((a, b) => (nameOf(a) < nameOf(b) ? -1 : 1))
  const out: string[] = []
  for (const run of runs) {
    if (run.out !== undefined) out.push(`${run.out} ${nameOf(run)}`)
    if (run.timer !== undefined) out.push(`${run.timer} ${nameOf(run)}`)
    if (run.question !== undefined) out.push(`asks ${nameOf(run)}`)
  }
  if (model.root.question !== undefined) out.push('asks ')
  if (model.hasGrace) out.push('kill')
  if (model.isRenewing) out.push('renew')
  return {
    state: model.state,
    history: model.history.join(' '),
    isEnded: model.isEnded,
    runs: Object.fromEntries(byName.map(run => [nameOf(run), `${shown(run.history)} | ${run.attempts.join(' ')}`])),
    out: out.sort(),
    outputs: Object.fromEntries(byName.flatMap(run => (run.outputs ? [[nameOf(run), run.outputs]] : []))),
    saw: Object.fromEntries(byName.flatMap(run => (run.saw === undefined ? [] : [[nameOf(run), run.saw]]))),
  }
}

export function engineView(player: Player): View {
  const { state } = player
  const seen = seenBy(player)
  const names = [...namesOf(player)].sort(([a], [b]) => (a < b ? -1 : 1))
  const nameAt = (ordinal: number): string =>
    ordinal === ROOT ? '' : engineName(player, state.runs.at(ordinal) as TaskRun)
  const out = [
    ...[...state.awaited].map(run => `job ${nameAt(run)}`),
    ...[...state.children.keys()].map(run => `child ${nameAt(run)}`),
    ...[...state.timers.keys()].map(name => timerName(name, nameAt)),
    ...[...state.asked].map(key => `asks ${nameAt(Number(key.split(' ')[0]))}`),
  ]
  return {
    state: state.state,
    history: player.history,
    isEnded: state.isEnded,
    runs: Object.fromEntries(
      names.map(([name, run]) => [
        name,
        `${shown(run.history.map(moment => moment.state))} | ${run.attempts.map(attempt => attempt.state).join(' ')}`,
      ]),
    ),
    out: out.sort(),
    outputs: Object.fromEntries(names.flatMap(([name, run]) => (run.outputs ? [[name, outputsOf(run)]] : []))),
    saw: Object.fromEntries(
      names.flatMap(([name, { ordinal }]) => (seen.has(ordinal) ? [[name, seen.get(ordinal)]] : [])),
    ),
  }
}

/** That a worker was handed a job is compared by what is out. */
function shown(history: readonly string[]): string {
  return history
    .filter(state => state !== 'SUBMITTED')
    .join(' ')
    .replaceAll('RETRYING RETRIED', 'RETRIED')
}

function timerName(name: string, nameAt: (ordinal: number) => string): string {
  const [what = '', ordinal] = name.split(':')
  return ordinal === undefined ? what : `${what} ${nameAt(Number(ordinal))}`
}

/** Ids of children are not foretold. */
function outputsOf({ outputs }: TaskRun): unknown {
  return parsed(encodeValue(outputs ?? {}))
}

function parsed(text: string): unknown {
  return JSON.parse(text.replaceAll(/0abcdefg00c+\d+/g, '*'), (_key, value: unknown) => {
    // How far the batches have come is told as it was seen, and not when.
    const isOfBatches = typeof value === 'object' && value !== null && 'numberOfBatches' in value
    return isOfBatches ? { numberOfBatches: value.numberOfBatches } : value
  }) as unknown
}

/** Run → what it logged last of what it saw. */
function seenBy({ effects }: Player): ReadonlyMap<number, unknown> {
  const seen = new Map<number, unknown>()
  for (const effect of effects)
    if (effect.type === 'log' && effect.entry.message.startsWith('{"outputs"'))
      seen.set(effect.entry.run, parsed(effect.entry.message))
  return seen
}

export function namesOf(player: Player): Map<string, TaskRun> {
  const runs = player.state.runs.filter(run => !run.isRemoved)
  return new Map(runs.map(run => [engineName(player, run), run]))
}

function engineName(player: Player, run: TaskRun): string {
  const { state, plan } = player
  const task = plan.tasks[run.task]
  const folder = task?.type === OPEN_DIRECTORY ? '$open' : task?.type === CLOSE_DIRECTORY ? '$close' : ''
  const parent = run.parent === ROOT ? undefined : (state.runs.at(run.parent) as TaskRun)
  const inner = parent?.group?.iterations && run.lane !== HANDLER ? `{${run.lane}}` : ''
  const own = `${task?.id ?? '?'}${folder}${run.value === undefined ? '' : `[${run.value}]`}${inner}`
  return `${parent ? engineName(player, parent) : ''}/${own}`
}
