// Binds the answers to who asks.
import { decodeValue, encodeValue, isMap, mapGet, printValue, type Ask } from '@batuta/core'
import type { AskRequest, HostJob } from '@batuta/plugin-sdk'
import { answer, type AnswerWorld, type Asker } from './answers.ts'

export function askFor(world: AnswerWorld, asker: Asker): Ask {
  return request => answer(world, request, asker)
}

/** A question from a task in the host; arguments and answer are value text. */
export async function answerJob(world: AnswerWorld, request: AskRequest, job: HostJob): Promise<string> {
  const args = decodeValue(request.args)
  return encodeValue(await answer(world, { name: request.name, args: isMap(args) ? args : {} }, askerOf(job)))
}

function askerOf(job: HostJob): Asker {
  const context = decodeValue(job.context)
  const flow = isMap(context) ? mapGet(context, 'flow') : undefined
  const text = (name: string): string =>
    flow !== undefined && isMap(flow) ? printValue(mapGet(flow, name) ?? null) : ''
  return {
    tenant: text('tenantId'),
    namespace: text('namespace'),
    flowId: text('id'),
    executionId: job.key.executionId,
    taskType: job.type,
    dialect: job.dialect,
  }
}
