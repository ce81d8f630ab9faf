// What a flow would do, and what it does without being kept: before it is saved.
import Type from 'typebox'
import { defineRoute, ofTenant } from './route.ts'
import { NoParams, NoQuery } from './shapes.ts'

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
    permission: 'flow:read',
    summary:
      'What an execution would do: every property as far as it can be rendered, and what would be touched. Nothing runs.',
  }),
}
