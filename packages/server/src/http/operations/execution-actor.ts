// What can be done to many executions, one by one, and what takes it back.
import { isFinal, trust, type Command, type Label, type StateName } from '@batuta/core'
import type { ExecutionRow } from '../../storage/batch.ts'
import type { HttpDependencies } from '../dependencies.ts'
import { deleteExecution } from '../executions/act-on-execution.ts'
import { ownLabels } from '../executions/action-routes.ts'
import { whyBlocked } from '../executions/blocked-again.ts'
import { stateOf } from '../executions/bulk-commands.ts'
import { viewExecution } from '../executions/read-execution.ts'
import { replayOne } from '../executions/replay-execution.ts'
import { unprocessable } from '../request-error.ts'
import { DONE, skipped, type Actor, type Outcome } from './operation.ts'

export interface ExecutionAction {
  readonly name: string
  readonly labels?: readonly Label[]
  readonly latestRevision?: boolean
}

interface Fitting {
  isFit(state: StateName): boolean
  readonly wanted: string
}

const ANY: Fitting = { isFit: () => true, wanted: 'there' }
const ENDED: Fitting = { isFit: isFinal, wanted: 'ended' }
const ALIVE: Fitting = { isFit: state => !isFinal(state), wanted: 'under way' }

function only(wanted: StateName): Fitting {
  return { isFit: state => state === wanted, wanted }
}

const FITTINGS: Readonly<Record<string, Fitting>> = {
  restart: only('FAILED'),
  replay: ANY,
  kill: ALIVE,
  pause: only('RUNNING'),
  resume: only('PAUSED'),
  'force-run': ALIVE,
  unqueue: only('QUEUED'),
  labels: ENDED,
  delete: ENDED,
}

const COMMANDS: Readonly<Record<string, Command>> = {
  restart: { name: 'restart' },
  kill: { name: 'kill', isCascading: false },
  pause: { name: 'pause' },
  resume: { name: 'resume' },
  'force-run': { name: 'force-run' },
  unqueue: { name: 'unqueue', state: 'RUNNING' },
}

/** Pausing takes back resuming, and the other way round. */
const OPPOSITES: Readonly<Record<string, string>> = { pause: 'resume', resume: 'pause' }

/** Why the action cannot be done to executions in that state; undefined when it can. */
export function whyNotInState(action: string, state: string): string | undefined {
  const { isFit, wanted } = fittingOf(action)
  return isFit(trust<StateName>(state)) ? undefined : `It is ${state}, not ${wanted}.`
}

function fittingOf(action: string): Fitting {
  const fitting = Object.hasOwn(FITTINGS, action) ? FITTINGS[action] : undefined
  if (fitting) return fitting
  throw unprocessable(
    'action-invalid',
    `Executions know no "${action}"; they know ${Object.keys(FITTINGS).join(', ')}.`,
  )
}

export function executionActor(action: ExecutionAction, dependencies: HttpDependencies): Actor {
  const { name } = action
  const fitting = fittingOf(name)
  if (name === 'labels') return labelActor(action.labels ?? [], dependencies)
  const opposite = OPPOSITES[name]
  return {
    prepare: async id => {
      const found = await findFit(id, fitting, dependencies)
      if ('type' in found) return found
      const isAgain = name === 'restart' || (name === 'replay' && action.latestRevision !== true)
      const blocked = isAgain ? await whyBlocked(found, dependencies) : undefined
      if (blocked !== undefined) return skipped(`A policy blocks it: ${blocked}`)
      if (name !== 'replay') return { before: null }
      const { tenant, namespace, flowId } = found
      return { before: dependencies.newId({ tenant, namespace, flowId }) }
    },
    act: async (id, before) => {
      if (name === 'delete') return await removeOne(id, dependencies)
      if (name === 'replay') return await replayAs(id, String(before), { action, dependencies })
      return await command(id, COMMANDS[name], dependencies)
    },
    ...(opposite === undefined ? {} : { undo: id => command(id, COMMANDS[opposite], dependencies) }),
  }
}

async function findFit(
  id: string,
  { isFit, wanted }: Fitting,
  { store }: HttpDependencies,
): Promise<ExecutionRow | Outcome> {
  const row = await store.read.findExecution(id)
  if (!row) return skipped('It does not exist any more.')
  return isFit(stateOf(row)) ? row : skipped(`It is ${row.state}, not ${wanted}.`)
}

async function command(id: string, wish: Command | undefined, { inbox }: HttpDependencies): Promise<Outcome> {
  if (!wish) return skipped('There is no such command.')
  const { refusal } = await inbox.submit({ type: 'command', executionId: id, command: wish })
  return refusal ? skipped(refusal.message) : DONE
}

async function removeOne(id: string, dependencies: HttpDependencies): Promise<Outcome> {
  const row = await dependencies.store.read.findExecution(id)
  if (row) await deleteExecution(row, {}, dependencies)
  return DONE
}

/** Its id was chosen beforehand: what died in between is not started twice. */
async function replayAs(
  id: string,
  executionId: string,
  { action, dependencies }: { readonly action: ExecutionAction; readonly dependencies: HttpDependencies },
): Promise<Outcome> {
  if (await dependencies.store.read.findExecution(executionId)) return DONE
  await replayOne(id, { isLatest: action.latestRevision ?? false, dialect: 'b', executionId }, dependencies)
  return DONE
}

const SYSTEM = 'system.'

/** Labels are added, and replace those of the same name; what takes them back leaves alone what was changed since. */
function labelActor(given: readonly Label[], dependencies: HttpDependencies): Actor {
  if (given.length === 0) throw unprocessable('labels-missing', 'Say which labels to add.')
  ownLabels(given)
  const set = (id: string, labels: readonly Label[]): Promise<Outcome> =>
    command(id, { name: 'set-labels', labels }, dependencies)
  return {
    prepare: async id => {
      const found = await findFit(id, ENDED, dependencies)
      if ('type' in found) return found
      const labels = await readLabels(id, dependencies)
      return labels ? { before: labels } : skipped('It cannot be read.')
    },
    act: async id => {
      const now = await readLabels(id, dependencies)
      return now ? await set(id, withLabels(now, given)) : skipped('It does not exist any more.')
    },
    undo: async (id, before) => {
      const now = await readLabels(id, dependencies)
      if (!now) return skipped('It does not exist any more.')
      const { labels, kept } = withoutLabels(now, given, trust<readonly Label[]>(before))
      const outcome = await set(id, labels)
      if (outcome.type !== 'done' || kept.length === 0) return outcome
      return skipped(`Changed since, and left as it is: ${kept.join(', ')}.`)
    },
  }
}

async function readLabels(id: string, dependencies: HttpDependencies): Promise<readonly Label[] | undefined> {
  const labels = await viewExecution(id, dependencies, state => [...state.labels])
  return labels?.filter(({ key }) => !key.startsWith(SYSTEM))
}

export function withLabels(now: readonly Label[], given: readonly Label[]): readonly Label[] {
  return [...now.filter(({ key }) => !given.some(label => label.key === key)), ...given]
}

/** What was given goes, and what it replaced comes back, in its place; `kept` has another value by now. */
export function withoutLabels(
  now: readonly Label[],
  given: readonly Label[],
  before: readonly Label[],
): { readonly labels: readonly Label[]; readonly kept: readonly string[] } {
  const isOurs = ({ key, value }: Label): boolean => given.some(label => label.key === key && label.value === value)
  const kept = now.filter(label => given.some(({ key }) => key === label.key) && !isOurs(label))
  const left = now.filter(label => !isOurs(label))
  const back = before.filter(({ key }) => given.some(label => label.key === key) && !left.some(own => own.key === key))
  const order = (label: Label): number => {
    const at = before.findIndex(({ key }) => key === label.key)
    return at < 0 ? before.length : at
  }
  const labels = [...left, ...back].sort((one, other) => order(one) - order(other))
  return { labels, kept: kept.map(({ key }) => key) }
}
