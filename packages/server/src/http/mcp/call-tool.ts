// A call of a tool becomes an execution, and its outputs the answer. What is wrong with the arguments, and how the execution failed, is told to
// the model and not to the protocol: it can do better then.
import { decodeValue, encodeValue, isMap, trust, type Birth, type ExecutionState } from '@batuta/core'
import type { BodySpec } from '@batuta/api'
import type { TObject } from 'typebox'
import type { PreparedBirth } from '../../flows/births.ts'
import type { HttpDependencies } from '../dependencies.ts'
import { prepareExecution } from '../executions/prepare-execution.ts'
import {
  bornOf,
  executionUrl,
  invalidInputs,
  keyOf,
  refuseHeld,
  submitBirth,
  withChecks,
} from '../executions/start-execution.ts'
import { waitForEnd } from '../executions/watch-execution.ts'
import type { Exchange } from '../exchange.ts'
import { RequestError } from '../request-error.ts'
import { readTraceparent } from '../executions/read-traceparent.ts'
import type { McpTool } from './tools.ts'

export type ToolCall = Pick<Exchange<TObject, TObject, BodySpec>, 'plannedId' | 'isBegun' | 'signal' | 'incoming'>

/** Of the protocol's `CallToolResult`. */
export interface ToolResult {
  readonly content: readonly { readonly type: 'text'; readonly text: string }[]
  readonly structuredContent?: unknown
  readonly isError: boolean
}

export async function callTool(
  tool: McpTool,
  args: unknown,
  { call, dependencies }: { readonly call: ToolCall; readonly dependencies: HttpDependencies },
): Promise<ToolResult> {
  try {
    return await runFlow(tool, args, { call, dependencies })
  } catch (error) {
    if (error instanceof RequestError && error.status < 500) return failed(error.message)
    throw error
  }
}

async function runFlow(
  { plan, trigger }: McpTool,
  args: unknown,
  { call, dependencies }: { readonly call: ToolCall; readonly dependencies: HttpDependencies },
): Promise<ToolResult> {
  const inputs = decodeValue(JSON.stringify(args ?? {}))
  if (!isMap(inputs)) return failed('The arguments of a tool are an object: one value for each input of its flow.')
  await refuseHeld(plan, trigger.id, dependencies)
  const executionId = call.plannedId ?? dependencies.newId(keyOf(plan))
  const { id, type } = trigger
  const request = {
    plan,
    inputs,
    trigger: { id, type, variables: inputs },
    traceparent: readTraceparent(call.incoming),
  }
  const birth = await withChecks(
    birthOf(await prepareExecution(executionId, request, dependencies)),
    plan,
    dependencies,
  )
  const { namespace, flowId } = birth
  const url = executionUrl({ namespace, flowId, executionId }, dependencies)
  const show = (state: ExecutionState): string =>
    encodeValue({ executionId, state: state.state, url, ...outputsOf(state) })
  const born = bornOf(await submitBirth({ executionId, birth }, show, dependencies))
  if (born.isEnded) return resultOf(born.text)
  call.isBegun()
  return resultOf((await waitForEnd(executionId, show, { dependencies, signal: call.signal() })) ?? born.text)
}

function birthOf(prepared: PreparedBirth): Birth {
  if ('birth' in prepared) return prepared.birth
  throw invalidInputs(prepared.problems)
}

function outputsOf({ outputs }: ExecutionState) {
  return outputs === undefined ? {} : { outputs }
}

interface Ended {
  readonly executionId: string
  readonly state: string
  readonly url: string
  readonly outputs?: unknown
}

function resultOf(text: string): ToolResult {
  const ended = trust<Ended>(JSON.parse(text))
  const { executionId, state, url, outputs } = ended
  if (state === 'SUCCESS' || state === 'WARNING') {
    const told = outputs === undefined ? `The execution ${executionId} ended ${state}.` : JSON.stringify(outputs)
    return { content: [{ type: 'text', text: told }], structuredContent: ended, isError: false }
  }
  return { ...failed(`The execution ${executionId} is ${state}: ${url}`), structuredContent: ended }
}

function failed(text: string): ToolResult {
  return { content: [{ type: 'text', text }], isError: true }
}
