// What a message about an execution tells: how it stands, how long it took, where to look at it, what ran last and what failed first.
import {
  BatutaError,
  decodeValue,
  formatDuration,
  isFinal,
  presentLightExecution,
  presentRunRows,
  presentTaskRun,
  type ExecutionState,
  type Plan,
  type PresentOptions,
  type Value,
} from '@batuta/core'
import { foldJournal, type Folded } from '../flows/fold-journal.ts'
import { optionalText } from './arguments.ts'
import type { AnswerWorld, Answers } from './asker.ts'

/** Of all task runs, in the document. */
const RUNS_MAX = 100

export const FACT_ANSWERS: Answers = {
  'execution.facts': async (world, args, asker) => {
    const id = optionalText(args, 'executionId') ?? asker.executionId
    const { state, plan } = await getExecution(world, id, asker.tenant)
    const options = { dialect: 'b', nowMs: world.nowMs(), runsMax: RUNS_MAX } as const
    const rows = presentRunRows(state, plan, options)
    const failed = presentRunRows(state, plan, { ...options, runsMax: 1, states: new Set(['FAILED']) })
    const light = presentLightExecution(state, plan, options)
    const text = `${light.slice(0, -1)},"taskRunList":[${rows.map(row => row.text).join(',')}]}`
    return {
      execution: decodeValue(text),
      ...timesOf(state, options.nowMs),
      link: linkOf(world, state),
      firstFailed: failed[0] ? decodeValue(failed[0].text) : false,
      lastTask: lastTask(state, plan, { ...options, except: optionalText(args, 'exceptTaskRunId') }) ?? false,
    }
  },
}

async function getExecution({ store, flows, snapshots }: AnswerWorld, id: string, tenant: string): Promise<Folded> {
  const row = await store.read.findExecution(id)
  const { loadPlan } = flows
  const isThere = row?.tenant === tenant && loadPlan !== undefined
  const journal = { store, flows: flowsOf(flows), ...(snapshots && { snapshots }) }
  const fold = isThere ? await foldJournal(id, journal) : undefined
  if (fold?.type === 'folded') return fold
  throw new BatutaError('execution-not-found', `There is no execution "${id}" to tell about.`)
}

/** Its own methods stay its own: a class may stand behind it. */
function flowsOf(flows: AnswerWorld['flows']): { loadPlan: NonNullable<AnswerWorld['flows']['loadPlan']> } {
  return { loadPlan: async (key, revision) => await flows.loadPlan?.(key, revision) }
}

function timesOf({ state, history }: ExecutionState, nowMs: number): { readonly [name: string]: Value } {
  const startMs = history[0]?.atMs ?? nowMs
  const endMs = isFinal(state) ? (history.at(-1)?.atMs ?? nowMs) : nowMs
  return { startDate: new Date(startMs).toISOString(), duration: formatDuration(Math.max(0, endMs - startMs)) }
}

function linkOf({ url }: AnswerWorld, { tenant, namespace, flowId, id }: ExecutionState): Value {
  return `${url ?? ''}/ui/${tenant}/executions/${namespace}/${flowId}/${id}`
}

/** The task that tells is not what the message is about. */
function lastTask(
  state: ExecutionState,
  plan: Plan,
  { except, ...options }: PresentOptions & { readonly except: string | undefined },
): Value | undefined {
  for (let ordinal = state.runs.length - 1; ordinal >= 0; ordinal--) {
    const run = state.runs.at(ordinal)
    if (!run || run.isRemoved || run.isInner === true || except === `${state.id}-${ordinal}`) continue
    return decodeValue(presentTaskRun(run, { state, plan, options }))
  }
  return undefined
}
