// Expressions over the events of an execution: after each event they are rendered, and told where they come to something else. Secrets stay hidden.
import {
  BatutaError,
  ExpressionError,
  apply,
  compileTemplate,
  decodeEvents,
  encodeValue,
  evaluateAsync,
  loadReached,
  ordinalOf,
  scopeOf,
  type Ask,
  type ExecutionState,
  type Plan,
} from '@batuta/core'
import type { JournalRowOf } from '../../storage/batch.ts'
import type { HttpDependencies } from '../dependencies.ts'
import { jsonText, type Reply } from '../reply.ts'
import { environmentOf } from './evaluate-expression.ts'
import { askOf } from './prepare-execution.ts'

const HIDDEN = '******'
const VALUE_LENGTH_MAX = 2_000
const EVENTS_PER_TURN = 16

export interface WatchedEvents {
  readonly id: string
  /** As it was before the first of the events. */
  readonly state: ExecutionState
  readonly plan: Plan
  /** The number of the first event of the rows. */
  readonly seq: number
  readonly rows: readonly JournalRowOf[]
}

export interface WatchWish {
  readonly expressions: readonly string[]
  /** As this task run sees it, once it is there. */
  readonly taskRunId?: string
  /** The last event of the journal. */
  readonly total: number
}

interface Change {
  readonly seq: number
  readonly text: string
}

export async function watchExpressions(
  { state, plan, seq, rows }: WatchedEvents,
  { expressions, taskRunId, total }: WatchWish,
  dependencies: HttpDependencies,
): Promise<Reply> {
  const watched = expressions.map(expression => ({ expression, changes: new Array<Change>() }))
  const tell = async (at: number): Promise<void> => {
    for (const { expression, changes } of watched) {
      const text = await render(expression, { state, plan, taskRunId }, dependencies)
      if (changes.at(-1)?.text !== text) changes.push({ seq: at, text })
    }
  }
  if (seq > 0) await tell(seq - 1)
  let at = seq
  for (const row of rows)
    for (const event of decodeEvents(row)) {
      if (event.type !== 'created') apply(state, event, plan, row.atMs)
      state.agenda.length = 0
      await tell(at)
      at += 1
      if (at % EVENTS_PER_TURN === 0) await new Promise<void>(resolve => dependencies.platform.defer(resolve))
    }
  const shown = watched.map(
    ({ expression, changes }) =>
      `{"expression":${JSON.stringify(expression)},"changes":[${changes.map(one => `{"seq":${one.seq},${one.text}}`).join(',')}]}`,
  )
  return jsonText(`{"expressions":[${shown.join(',')}],"next":${at < total ? at : null}}`)
}

interface Seen {
  readonly state: ExecutionState
  readonly plan: Plan
  readonly taskRunId: string | undefined
}

/** `"value":…` or `"error":…`. */
async function render(
  expression: string,
  { state, plan, taskRunId }: Seen,
  dependencies: HttpDependencies,
): Promise<string> {
  const answers = askOf(plan, state.id, dependencies)
  const ask: Ask = async request => (request.name === 'secret' ? HIDDEN : await answers(request))
  const ordinal = taskRunId === undefined ? undefined : ordinalOf(state.id, taskRunId)
  const run = ordinal === undefined ? undefined : state.runs.at(ordinal)
  try {
    const compiled = compileTemplate(expression, { dialect: plan.flow.dialect })
    const bare = scopeOf({ state, plan, env: environmentOf(dependencies) }, run?.isRemoved === true ? undefined : run)
    const reached = await loadReached(bare, compiled.paths, ask)
    return `"value":${shortened(encodeValue(await evaluateAsync(inner => compiled.renderTyped(inner), reached, ask)))}`
  } catch (error) {
    if (!(error instanceof ExpressionError) && !(error instanceof BatutaError)) throw error
    return `"error":${JSON.stringify(error.message)}`
  }
}

function shortened(text: string): string {
  return text.length > VALUE_LENGTH_MAX ? JSON.stringify(`… ${text.length} characters`) : text
}
