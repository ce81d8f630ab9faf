// What executions and their task runs gave, apart from the documents; the snapshots before 2.0 and 2.0 itself have other paths for it.
import Type from 'typebox'
import { defineRoute, ofTenant, ofTenantOnly, type Paths } from './route.ts'
import { Anything, NoQuery } from './shapes.ts'

const NONE = { type: 'none' } as const
const OfExecution = Type.Object({ executionId: Type.String() })

export const executionOutputRoutes = {
  outputs: runsWithOutputs(ofTenant('/outputs/{executionId}')),
  outputsOfRun: outputsOfRun(ofTenant('/outputs/{executionId}/{taskRunId}')),
  outputsOfExecution: defineRoute({
    method: 'GET',
    paths: ofTenantOnly('/outputs/executions/{executionId}', ['c']),
    params: OfExecution,
    query: NoQuery,
    body: NONE,
    status: 200,
    reply: { type: 'json', schema: Anything },
    refusals: [404],
    permission: 'EXECUTION:READ',
    namespaceFrom: 'execution',
    summary: 'The outputs of an execution.',
  }),
  outputsOfTasks: runsWithOutputs(ofTenantOnly('/outputs/tasks/{executionId}', ['c'])),
  outputsOfTaskRun: outputsOfRun(ofTenantOnly('/outputs/tasks/{executionId}/{taskRunId}', ['c'])),
  averageDuration: defineRoute({
    method: 'GET',
    paths: ofTenantOnly('/executions/namespaces/{namespace}/flows/{flowId}/average-duration', ['c']),
    params: Type.Object({ namespace: Type.String(), flowId: Type.String() }),
    query: NoQuery,
    body: NONE,
    status: 200,
    reply: {
      type: 'json',
      schema: Type.Object({
        averageDuration: Type.Optional(Type.String({ description: 'ISO 8601; absent when none has ended.' })),
        count: Type.Integer(),
      }),
    },
    permission: 'EXECUTION:READ',
    namespaceFrom: 'path',
    summary: 'How long the last executions of a flow took.',
  }),
}

function runsWithOutputs(paths: Paths) {
  return defineRoute({
    method: 'GET',
    paths,
    params: OfExecution,
    query: NoQuery,
    body: NONE,
    status: 200,
    reply: { type: 'json', schema: Type.Array(Anything) },
    refusals: [404],
    permission: 'EXECUTION:READ',
    namespaceFrom: 'execution',
    summary: 'Which task runs of an execution have outputs.',
  })
}

function outputsOfRun(paths: Paths) {
  return defineRoute({
    method: 'GET',
    paths,
    params: Type.Object({ executionId: Type.String(), taskRunId: Type.String() }),
    query: NoQuery,
    body: NONE,
    status: 200,
    reply: { type: 'json', schema: Anything },
    refusals: [404],
    permission: 'EXECUTION:READ',
    namespaceFrom: 'execution',
    summary: 'The outputs of a task run.',
  })
}
