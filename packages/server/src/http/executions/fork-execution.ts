// An execution that goes on from a moment of another one. Inputs that are given are resolved as at a start; the others stay as they are.
import { forkBirth, fromPlain, isMap, mapEntries, mapFrom, mapHas, type ApiDialect, type ValueMap } from '@batuta/core'
import type { IncomingMessage } from 'node:http'
import type { HttpDependencies } from '../dependencies.ts'
import { jsonText, type Reply } from '../reply.ts'
import { refuseSealed } from '../refuse-sealed.ts'
import { unprocessable } from '../request-error.ts'
import { refuseDeep } from '../value-depth.ts'
import { getRunById } from './evaluate-expression.ts'
import { prepareExecution } from './prepare-execution.ts'
import { planOf, submitAgain } from './replay-execution.ts'
import { readTraceparent } from './read-traceparent.ts'
import { invalidInputs, keyOf } from './start-execution.ts'
import type { PastMoment } from './time-travel.ts'

export interface ForkCall {
  readonly params: { readonly executionId: string }
  readonly query: { readonly at: number; readonly revision?: number }
  readonly body: {
    readonly inputs?: Readonly<Record<string, unknown>>
    /** By id of the task run. */
    readonly outputs?: Readonly<Record<string, unknown>>
  }
  readonly dialect: ApiDialect
  readonly incoming: IncomingMessage
}

export async function forkExecution(
  call: ForkCall,
  moment: PastMoment,
  dependencies: HttpDependencies,
): Promise<Reply> {
  const { query, body, dialect, incoming } = call
  const plan = await planOf(moment, query.revision, dependencies)
  const executionId = dependencies.newId(keyOf(plan))
  const inputs = body.inputs && (await inputsOf(body.inputs, { executionId, plan, moment }, dependencies))
  const again = forkBirth(moment, {
    at: query.at,
    plan,
    nowMs: dependencies.platform.nowMs(),
    traceparent: readTraceparent(incoming),
    outputs: outputsOf(body.outputs ?? {}, moment),
    ...(inputs === undefined ? {} : { inputs }),
  })
  return jsonText(await submitAgain(again, { executionId, dialect }, dependencies))
}

interface ForkPlace {
  readonly executionId: string
  readonly plan: PastMoment['plan']
  readonly moment: PastMoment
}

async function inputsOf(
  given: Readonly<Record<string, unknown>>,
  { executionId, plan, moment }: ForkPlace,
  dependencies: HttpDependencies,
): Promise<ValueMap> {
  const wanted = mapOf(given, 'inputs')
  const before = moment.state.inputs
  const known = new Set(plan.flow.inputs.map(({ id }) => id))
  const kept = [...mapEntries(before)].filter(([id]) => !mapHas(wanted, id) && known.has(id))
  const request = { plan, inputs: mapFrom([...kept.filter(([, value]) => !isMap(value)), ...mapEntries(wanted)]) }
  const prepared = await prepareExecution(executionId, request, dependencies)
  if (!('birth' in prepared)) throw invalidInputs(prepared.problems)
  return mapFrom([...mapEntries(prepared.birth.inputs), ...kept])
}

function outputsOf(given: Readonly<Record<string, unknown>>, moment: PastMoment): ReadonlyMap<number, ValueMap> {
  return new Map(
    Object.entries(given).map(([id, value]) => {
      const outputs = mapOf(value, `outputs.${id}`)
      refuseDeep(outputs, 'An output')
      refuseSealed(outputs, 'An output')
      return [getRunById(moment, id).ordinal, outputs]
    }),
  )
}

function mapOf(given: unknown, name: string): ValueMap {
  const value = fromPlain(given)
  if (isMap(value)) return value
  throw unprocessable('fork-invalid', `${name} is a map of values.`)
}
