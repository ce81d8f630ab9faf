// Rows of a list: what its line on the screen shows and nothing of what the execution was given or gave, with the failure in words. Journals that are
// short are read together, and so are the ends of the logs that tell of failures; of long ones the header must do.
import {
  getTask,
  mapFrom,
  presentLightExecution,
  taskRunId,
  trust,
  type ExecutionState,
  type Plan,
  type TaskRun,
} from '@batuta/core'
import type { ExecutionRow, JournalRowOf, StoredLogLine } from '../../storage/batch.ts'
import { rankOf } from '../../storage/levels.ts'
import type { HttpDependencies } from '../dependencies.ts'
import { mapInTurns } from '../map-in-turns.ts'
import { Recent } from '../recent.ts'
import { lookAt } from './look.ts'
import { presentRow } from './present-row.ts'
import { foldExecution, type ReadExecution } from './read-execution.ts'

/** Longer journals are not read for a line of a list. */
const TURNS_MAX = 40
const TOGETHER_MAX = 50
const MESSAGE_LENGTH_MAX = 500
/** Of rows that are kept as they are shown: some four thousand. */
const KEPT_LETTERS_MAX = 2_000_000
/** The failure is among the last runs. */
const RUNS_SEARCHED_MAX = 2_000
/** After the task that failed those of the error branch may have written errors of their own. */
const ERROR_CHUNKS_MAX = 20

export async function presentLightRows(
  rows: readonly ExecutionRow[],
  dependencies: HttpDependencies,
): Promise<readonly string[]> {
  const { store, flows, platform } = dependencies
  const recent = keptRows(store)
  const shown = rows.map(row => recent.get(keyOf(row)))
  const short = rows.filter((row, index) => row.turn <= TURNS_MAX && shown[index] === undefined).map(row => row.id)
  const journals = new Map<string, readonly JournalRowOf[]>()
  for (let from = 0; from < short.length; from += TOGETHER_MAX)
    for (const [id, journal] of await store.read.journalsOf(short.slice(from, from + TOGETHER_MAX)))
      journals.set(id, journal)
  const known = await lastErrorsOf(rows, dependencies)
  return await mapInTurns(
    rows,
    async (row, index) => {
      const before = shown[index]
      if (before) return withMore(before.text, await failureOf(row.id, before.failed, { ...dependencies, known }))
      const journal = journals.get(row.id)
      const found = journal && journal.length <= TURNS_MAX ? await foldExecution(row.id, journal, flows) : undefined
      if (!found) return withMore(presentRow(row), await ofHeader(row, { ...dependencies, known }))
      const text = lightText(found.state, found.plan, dependencies)
      const run = found.state.state === 'SUCCESS' ? undefined : lastFailed(found.state)
      const failed = run && failedRun(run, found.plan)
      if (isKept(row, found)) recent.set(keyOf(row), { text, failed }, text.length)
      const failure = await failureOf(row.id, failed, { ...dependencies, known })
      return withMore(text, { ...failure, waitsFor: row.waitsFor ?? undefined })
    },
    platform,
  )
}

/** Of an execution that has ended: its row, and which run failed; what the log says of that is read each time, for lines can go. */
interface KeptRow {
  readonly text: string
  readonly failed: FailedRun | undefined
}

/** By id, and the turn in which something of the row changed last. */
const kept = new WeakMap<HttpDependencies['store'], Recent<KeptRow>>()

function keptRows(store: HttpDependencies['store']): Recent<KeptRow> {
  const known = kept.get(store) ?? new Recent<KeptRow>(KEPT_LETTERS_MAX)
  kept.set(store, known)
  return known
}

function keyOf({ id, turn }: ExecutionRow): string {
  return `${id} ${turn}`
}

/** What was read of it may be newer than its header. */
function isKept({ endMs, turn, waitsFor }: ExecutionRow, { state: folded }: ReadExecution): boolean {
  return endMs !== null && waitsFor === null && folded.turn === turn
}

/** By the id of an execution: the errors of the last chunk that has any, in their order. */
type KnownErrors = ReadonlyMap<string, readonly StoredLogLine[]>

interface ErrorWorld extends Pick<HttpDependencies, 'store'> {
  /** Who is not in it is asked for. */
  readonly known?: KnownErrors
}

/** Of others that have a failure, which are few, it is asked when that is found. */
const TELLS_FAILURE: ReadonlySet<string> = new Set(['FAILED', 'WARNING'])

/** One question for all rows: of each of them one would be a round trip. */
async function lastErrorsOf(rows: readonly ExecutionRow[], { store }: HttpDependencies): Promise<KnownErrors> {
  const executionIds = rows.filter(({ state }) => TELLS_FAILURE.has(state)).map(({ id }) => id)
  if (executionIds.length === 0) return new Map()
  const found = await store.read.latestLogs({ executionIds, levelMin: rankOf('ERROR') })
  return new Map(executionIds.map((id, index) => [id, errorsOf(found[index] ?? '[]')]))
}

function errorsOf(lines: string): readonly StoredLogLine[] {
  return trust<readonly StoredLogLine[]>(JSON.parse(lines)).filter(({ level }) => level === 'ERROR')
}

interface More {
  readonly waitsFor?: string | undefined
  readonly failure?: Failure | undefined
  readonly trigger?: { readonly id: string; readonly type: string | null } | undefined
}

interface Failure {
  readonly taskId: string
  readonly taskRunId: string
  readonly message?: string
}

function withMore(text: string, more: More): string {
  const rest = JSON.stringify(more)
  return rest === '{}' ? text : `${text.slice(0, -1)},${rest.slice(1)}`
}

const NOTHING = mapFrom([])

/** The document without task runs, and without what the execution was given and gave. */
export function lightText(state: ExecutionState, plan: Plan, dependencies: HttpDependencies): string {
  const { trigger } = state
  const bare: ExecutionState = {
    ...state,
    inputs: NOTHING,
    ...(trigger ? { trigger: { ...trigger, variables: NOTHING } } : {}),
  }
  delete bare.outputs
  return presentLightExecution(bare, plan, lookAt(state.id, 'c', dependencies))
}

async function ofHeader(row: ExecutionRow, dependencies: ErrorWorld): Promise<More> {
  const { triggerId, triggerType, waitsFor, state, id } = row
  const line = state === 'FAILED' ? await lastError(id, undefined, dependencies) : undefined
  return {
    waitsFor: waitsFor ?? undefined,
    ...(triggerId === null ? {} : { trigger: { id: triggerId, type: triggerType } }),
    ...(line?.taskId ? { failure: ofLine(id, line, line.taskId) } : {}),
  }
}

async function failureOf(id: string, failed: FailedRun | undefined, dependencies: ErrorWorld): Promise<More> {
  return failed ? { failure: await failureOfRun(id, failed, dependencies) } : {}
}

interface FoundFailure {
  readonly failure?: Failure
  readonly run?: TaskRun
}

/** The last task run that failed, and the end of its log; without the fold of its journal what the log tells. */
export async function findFailure(
  { id }: ExecutionRow,
  found: ReadExecution | undefined,
  dependencies: HttpDependencies,
): Promise<FoundFailure> {
  if (found) {
    const run = lastFailed(found.state)
    if (!run) return {}
    return { run, failure: await failureOfRun(id, failedRun(run, found.plan), dependencies) }
  }
  const line = await lastError(id, undefined, dependencies)
  return line?.taskId ? { failure: ofLine(id, line, line.taskId) } : {}
}

interface FailedRun {
  readonly ordinal: number
  readonly taskId: string
}

function failedRun({ ordinal, task }: TaskRun, plan: Plan): FailedRun {
  return { ordinal, taskId: getTask(plan, task).id }
}

async function failureOfRun(id: string, { ordinal, taskId }: FailedRun, dependencies: ErrorWorld): Promise<Failure> {
  const line = await lastError(id, ordinal, dependencies)
  return line ? ofLine(id, line, taskId) : { taskId, taskRunId: taskRunId(id, ordinal) }
}

/** Groups fail because of what is in them. */
function lastFailed({ runs }: ExecutionState): TaskRun | undefined {
  for (let at = runs.length - 1; at >= Math.max(0, runs.length - RUNS_SEARCHED_MAX); at--) {
    const run = runs.at(at)
    if (run?.state === 'FAILED' && !run.isRemoved && !run.group) return run
  }
  return undefined
}

/** Of the run, or of any. */
async function lastError(
  executionId: string,
  run: number | undefined,
  { store, known }: ErrorWorld,
): Promise<StoredLogLine | undefined> {
  const isWanted = (line: StoredLogLine): boolean => run === undefined || line.run === run
  const own = known?.get(executionId)
  const last = own?.findLast(isWanted)
  // What has no errors in its last chunk of errors has none at all.
  if (last || own?.length === 0) return last
  const limit = run === undefined ? 1 : ERROR_CHUNKS_MAX
  const chunks = await store.read.logsOf({ executionId, levelMin: rankOf('ERROR'), limit, isDescending: true })
  for (const { lines } of chunks) {
    const found = errorsOf(lines).findLast(isWanted)
    if (found) return found
  }
  return undefined
}

function ofLine(executionId: string, { run, message }: StoredLogLine, taskId: string): Failure {
  return { taskId, taskRunId: taskRunId(executionId, run), message: message.slice(0, MESSAGE_LENGTH_MAX) }
}
