// Resuming from the API: the run that waits, what it asks, the answers judged, and then the command. What a person answers is judged here, where
// files can be kept and secrets be encrypted; the engine takes the result.
import type { IncomingMessage } from 'node:http'
import {
  compileTemplate,
  evaluateAsync,
  findWaiting,
  getTask,
  mapFrom,
  mapEntries,
  mapGet,
  resolveInputs,
  scopeOf,
  type ApiDialect,
  type Input,
  type ResolvedInputs,
  type Scope,
  type TaskRun,
  type Value,
  type ValueMap,
} from '@batuta/core'
import type { HttpDependencies } from '../dependencies.ts'
import { jsonText, type Reply } from '../reply.ts'
import { RequestError } from '../request-error.ts'
import { commandExecution } from './act-on-execution.ts'
import { environmentOf, getRunById } from './evaluate-expression.ts'
import { askOf } from './prepare-execution.ts'
import { getExecution, type ReadExecution } from './read-execution.ts'
import { refuseSealed } from '../refuse-sealed.ts'
import { readForm, type Form } from './read-form.ts'
import { invalidInputs } from './start-execution.ts'
import { reportInput } from './validate-inputs.ts'

export interface ResumeCall {
  readonly params: { readonly executionId: string }
  readonly query: { readonly taskRunId?: string }
  readonly incoming: IncomingMessage
  readonly dialect: ApiDialect
  /** Who answers, where it is not whoever is logged in. */
  readonly by?: string
  /** What a form of a browser means. */
  meant?(inputs: ValueMap, asked: readonly Input[]): ValueMap
}

export async function resumeExecution(call: ResumeCall, dependencies: HttpDependencies): Promise<Reply> {
  const { executionId } = call.params
  const { waiting, form } = await readAnswers(call, dependencies, true)
  try {
    const answer = waiting && (await answerOf(waiting, form, { dependencies, by: call.by }))
    const command = { name: 'resume', ...answer } as const
    return jsonText(await commandExecution(executionId, command, { dependencies, dialect: call.dialect }))
  } catch (error) {
    await form.discard()
    throw error
  }
}

export async function validateResume(call: ResumeCall, dependencies: HttpDependencies): Promise<Reply> {
  const { waiting, form } = await readAnswers(call, dependencies, false)
  const resolved = waiting ? await resolveAnswers(waiting, form, dependencies) : { perInput: [] }
  const { id, namespace } = waiting?.found.plan.flow ?? { id: '', namespace: '' }
  const inputs = `[${resolved.perInput.map(reportInput).join(',')}]`
  return jsonText(`{"id":${JSON.stringify(id)},"namespace":"${namespace}","inputs":${inputs},"checks":[]}`)
}

/** What a run that waits would make of these answers; undefined when it waits no longer. */
export async function lookAtWaiting(
  {
    executionId,
    taskRunId,
    inputs,
  }: { readonly executionId: string; readonly taskRunId: string; readonly inputs: ValueMap },
  dependencies: HttpDependencies,
): Promise<{ readonly isDecision: boolean; readonly resolved: ResolvedInputs; readonly run: TaskRun } | undefined> {
  const found = await getExecution(executionId, dependencies)
  const { state, plan } = found
  if (state.state !== 'PAUSED' && state.paused === 0) return undefined
  const named = taskRunId === '' ? undefined : getRunById(found, taskRunId)
  const run = findWaiting({ state, plan }, named?.ordinal)
  if (!run) return undefined
  const task = getTask(plan, run.task)
  const isDecision = task.type.endsWith('.Approval')
  const waiting = { found, run, asked: task.task.asks ?? [], isDecision }
  const form = { inputs, isText: true, discard: () => Promise.resolve() }
  return { isDecision, run, resolved: await resolveAnswers(waiting, form, dependencies) }
}

/** A run that waits, and what it asks. */
interface Waiting {
  readonly found: ReadExecution
  readonly run: TaskRun
  readonly asked: readonly Input[]
  readonly isDecision: boolean
}

interface Answers {
  /** Absent where a command paused the whole execution. */
  readonly waiting: Waiting | undefined
  readonly form: Form
}

async function readAnswers(
  { params: { executionId }, query, incoming, meant }: ResumeCall,
  dependencies: HttpDependencies,
  isKept: boolean,
): Promise<Answers> {
  const found = await getExecution(executionId, dependencies)
  const { state, plan } = found
  if (state.state !== 'PAUSED' && state.paused === 0) {
    incoming.resume()
    throw new RequestError(409, 'wrong-state', `The execution "${executionId}" is ${state.state}, not PAUSED.`)
  }
  const named = query.taskRunId === undefined ? undefined : getRunById(found, query.taskRunId)
  const run = findWaiting({ state, plan }, named?.ordinal)
  const task = run && getTask(plan, run.task)
  const asked = task?.task.asks ?? []
  const files = isKept ? { files: dependencies.files } : {}
  const read = await readForm(incoming, { plan, executionId, asked, ...files })
  const form = meant ? { ...read, inputs: meant(read.inputs, asked) } : read
  refuseSealed(form.inputs, 'An answer')
  const isDecision = task?.type.endsWith('.Approval') === true
  return { waiting: run && { found, run, asked, isDecision }, form }
}

async function answerOf(
  waiting: Waiting,
  form: Form,
  { dependencies, by: other }: { readonly dependencies: HttpDependencies; readonly by: string | undefined },
): Promise<{
  readonly run: number
  readonly inputs: ValueMap
  readonly decision?: string
  readonly comment?: string
  readonly by?: string
}> {
  const { values, problems } = await resolveAnswers(waiting, form, dependencies)
  if (!values) throw invalidInputs(problems)
  const text = (name: string): Record<string, string> => {
    const value = waiting.isDecision ? mapGet(form.inputs, name) : undefined
    return typeof value === 'string' && value !== '' ? { [name]: value } : {}
  }
  const { user } = dependencies.config
  const name = other ?? user?.name
  const by = name === undefined ? {} : { by: name }
  return { run: waiting.run.ordinal, inputs: values, ...text('decision'), ...text('comment'), ...by }
}

/** Inputs of the run as its own templates see the execution. */
async function resolveAnswers(
  { found: { state, plan }, run, asked }: Waiting,
  { inputs, isText }: Form,
  dependencies: HttpDependencies,
): Promise<ResolvedInputs> {
  const { dialect } = plan.flow
  const world = dependencies.startWorld()
  const given = mapFrom([...mapEntries(inputs)])
  const resolve = (scope: Scope): ResolvedInputs => {
    const render = (template: string, variables: ValueMap): Value => {
      const inner: Scope = { ...scope, lookup: root => mapGet(variables, root) ?? scope.lookup(root) }
      return compileTemplate(template, { dialect }).renderTyped(inner)
    }
    return resolveInputs(asked, given, {
      render,
      dialect,
      ...(world.encrypt ? { encrypt: plain => world.encrypt?.(plain) ?? plain } : {}),
      ...(isText ? { isEmptyAbsent: true } : {}),
    })
  }
  const scope = scopeOf({ state, plan, env: environmentOf(dependencies) }, run)
  return await evaluateAsync(resolve, scope, askOf(plan, state.id, dependencies))
}
