// What a flow would do, and what it does without being kept: before it is saved.
import Type from 'typebox'
import { defineRoute, ofTenant } from './route.ts'
import { Execution, NoParams, NoQuery } from './shapes.ts'

/** As long as a source may be by itself. */
export const PLAN_SOURCE_MAX = 1_048_576

export const Given = {
  source: Type.String({ maxLength: PLAN_SOURCE_MAX, description: 'The flow; it need not be saved' }),
  inputs: Type.Optional(Type.Record(Type.String(), Type.Unknown())),
  executionId: Type.Optional(
    Type.String({ maxLength: 100, description: 'An earlier execution, whose inputs and outputs are taken' }),
  ),
}

const Touch = {
  kind: Type.String({ description: 'host, table, file, secret, key, subflow or script' }),
  name: Type.String(),
  access: Type.Optional(Type.Union([Type.Literal('read'), Type.Literal('write')])),
}

const FlowPlan = Type.Object({
  namespace: Type.String(),
  flowId: Type.String(),
  inputs: Type.Array(Type.Object({ id: Type.String(), value: Type.Unknown(), isDefault: Type.Boolean() })),
  problems: Type.Array(Type.String(), { description: 'Why no execution would begin.' }),
  tasks: Type.Array(
    Type.Object({
      id: Type.String(),
      type: Type.String(),
      depth: Type.Integer(),
      outlook: Type.String({ description: 'runs, may-run, skipped, on-failure, always or after' }),
      reasons: Type.Array(Type.String()),
      properties: Type.Record(Type.String(), Type.Unknown()),
      unknown: Type.Array(Type.String(), { description: 'What its properties depend on that nobody knows yet.' }),
      problems: Type.Array(Type.String()),
    }),
  ),
  touches: Type.Array(Type.Object({ ...Touch, tasks: Type.Array(Type.String()) })),
})

const FlowTry = Type.Object({
  problems: Type.Array(Type.String(), { description: 'Why it did not begin, or could not go on.' }),
  execution: Type.Optional(Execution),
  logs: Type.Array(
    Type.Object({
      timestamp: Type.String(),
      level: Type.String(),
      message: Type.String(),
      taskId: Type.Optional(Type.String()),
    }),
  ),
  pinned: Type.Array(Type.String(), { description: 'Tasks that were answered by what stands in for them.' }),
  isCut: Type.Boolean({ description: 'It was stopped before it came to rest.' }),
})

export const flowPlanRoutes = {
  plan: defineRoute({
    method: 'POST',
    paths: ofTenant('/flows/plan'),
    params: NoParams,
    query: NoQuery,
    body: { type: 'json', schema: Type.Object(Given) },
    status: 200,
    reply: { type: 'json', schema: FlowPlan },
    refusals: [404],
    permission: 'FLOW:READ',
    namespaceFrom: 'body',
    summary:
      'What an execution would do: every property as far as it can be rendered, and what would be touched. Nothing runs.',
  }),
  try: defineRoute({
    method: 'POST',
    paths: ofTenant('/flows/try'),
    params: NoParams,
    query: NoQuery,
    body: {
      type: 'json',
      schema: Type.Object({
        ...Given,
        taskId: Type.Optional(
          Type.String({ description: 'This task, or everything until it; without one the whole flow' }),
        ),
        until: Type.Optional(Type.Boolean({ description: 'What stands before the task runs, too' })),
        reuse: Type.Optional(
          Type.Boolean({ description: 'What the earlier execution came to stands in for the other tasks' }),
        ),
        outputs: Type.Optional(
          Type.Record(Type.String(), Type.Record(Type.String(), Type.Unknown()), {
            description: 'By task: what stands in for it',
          }),
        ),
      }),
    },
    status: 200,
    reply: { type: 'json', schema: FlowTry },
    refusals: [404, 501],
    permission: 'EXECUTION:CREATE',
    namespaceFrom: 'body',
    summary:
      'Run a flow that need not be saved, or one of its tasks, and answer with what came of it. Tasks run for real; no execution, log, key or file of it is kept.',
  }),
}
