// An execution as it moves: its head, and those of its task runs that are new, under way or have just ended. Runs that ended before are not told again, so
// that who comes later reads them; a restart opens them anew, and then everything is to be read again.
import { isFinal, presentTaskRun, type ExecutionState, type Plan, type TaskRun } from '@batuta/core'
import type { HttpDependencies } from '../dependencies.ts'
import { lightText } from '../executions/light-rows.ts'
import { lookAt } from '../executions/look.ts'
import { viewExecution } from '../executions/read-execution.ts'
import type { Source } from './source.ts'

const GAP_MS = 100
/** Runs in one frame; of more the client reads its window again. */
const RUNS_MAX = 200
/** Runs under way that are watched. */
const OPEN_MAX = 1_000

interface Memory {
  length: number
  generation: number
  head: string
  isEnded: boolean
  /** What was told last of each run that has not ended. */
  readonly open: Map<number, string>
}

const GONE = '{"type":"gone"}'

export function executionSource(executionId: string, world: HttpDependencies): Source<Memory> {
  const see = async (memory: Memory, type: 'snapshot' | 'delta'): Promise<string | undefined> =>
    await viewExecution(executionId, world, (state, plan) => tell({ state, plan }, { memory, type }, world) ?? '')
  return {
    gapMs: GAP_MS,
    executionId,
    everyMs: () => undefined,
    join: async memory => {
      const own: Memory = { length: 0, generation: -1, head: '', isEnded: false, open: new Map() }
      const frame = (await see(own, 'snapshot')) ?? GONE
      return { memory: memory ?? own, frame }
    },
    look: async memory => {
      const frame = await see(memory, 'delta')
      if (frame !== undefined) return frame === '' ? undefined : frame
      return memory.head === GONE ? undefined : (memory.head = GONE)
    },
  }
}

interface Telling {
  readonly memory: Memory
  readonly type: 'snapshot' | 'delta'
}

function tell(
  { state, plan }: { readonly state: ExecutionState; readonly plan: Plan },
  { memory, type }: Telling,
  world: HttpDependencies,
): string | undefined {
  const isReset = type === 'snapshot' || state.generation !== memory.generation
  if (isReset) memory.open.clear()
  const changed = isReset ? openRuns(state) : changedRuns(state, memory)
  const isPartial = changed.length > RUNS_MAX
  const told = isPartial ? changed.slice(-RUNS_MAX) : changed
  const head = headOf(state)
  if (!isReset && changed.length === 0 && head === memory.head && memory.length === state.runs.length) return undefined
  remember(state, memory, changed)
  memory.head = head
  const look = { state, plan, options: lookAt(state.id, 'b', world) }
  const facts = JSON.stringify({
    type: isReset ? 'snapshot' : 'delta',
    total: state.runs.length,
    isPartial,
    isEnded: state.isEnded,
  })
  const runs = told.map(run => presentTaskRun(run, look)).join(',')
  return `${facts.slice(0, -1)},"execution":${lightText(state, plan, world)},"taskRuns":[${runs}]}`
}

function openRuns(state: ExecutionState): readonly TaskRun[] {
  const found: TaskRun[] = []
  for (const run of state.runs.open()) {
    if (isFinal(run.state) || run.isRemoved || run.isInner) continue
    found.push(run)
    if (found.length === OPEN_MAX) break
  }
  return found
}

function changedRuns(state: ExecutionState, memory: Memory): readonly TaskRun[] {
  const found: TaskRun[] = []
  for (const [ordinal, mark] of memory.open) {
    const run = state.runs.at(ordinal)
    if (run && markOf(run) !== mark) found.push(run)
  }
  // Of many new ones the last are told, and that there were more.
  for (let at = Math.max(memory.length, state.runs.length - OPEN_MAX); at < state.runs.length; at++) {
    const run = state.runs.at(at)
    if (run && !run.isRemoved && !run.isInner) found.push(run)
  }
  return found
}

function remember(state: ExecutionState, memory: Memory, changed: readonly TaskRun[]): void {
  for (const run of changed) {
    if (isFinal(run.state)) memory.open.delete(run.ordinal)
    else if (memory.open.size < OPEN_MAX) memory.open.set(run.ordinal, markOf(run))
  }
  memory.length = state.runs.length
  memory.generation = state.generation
  memory.isEnded = state.isEnded
}

function markOf({ state, history, attempts, epoch, group }: TaskRun): string {
  return `${state} ${history.length} ${attempts.length} ${epoch} ${group ? `${group.children.length} ${group.live}` : ''}`
}

function headOf({ state, history, labels, turn, isEnded }: ExecutionState): string {
  return `${state} ${history.length} ${isEnded} ${isEnded ? turn : ''} ${JSON.stringify(labels)}`
}
