// What happened to an execution event by event, how it was at any of them, and what two executions have not in common.
import Type from 'typebox'
import { defineRoute, ofTenant } from './route.ts'
import { Anything, Execution } from './shapes.ts'

const OfExecution = Type.Object({ executionId: Type.String() })
const NONE = { type: 'none' } as const

const JournalEvent = Type.Object({
  seq: Type.Integer({ description: 'Counts from 0.' }),
  turn: Type.Integer(),
  at: Type.String(),
  type: Type.String(),
  taskId: Type.Optional(Type.String()),
  taskRunId: Type.Optional(Type.String()),
  value: Type.Optional(Type.String({ description: 'Of the iteration.' })),
  to: Type.Optional(Type.String({ description: 'The state that was reached.' })),
  details: Type.Optional(Anything),
})

const Side = Type.Object({
  state: Type.String(),
  durationMs: Type.Union([Type.Integer(), Type.Null()]),
  attempts: Type.Integer(),
  taskRunId: Type.String(),
})

const Difference = Type.Object({
  path: Type.String({ description: 'Such as inputs.region, revision, tasks.load.state, tasks.load.outputs.uri.' }),
  left: Type.Optional(Type.Unknown()),
  right: Type.Optional(Type.Unknown()),
})

export const timeTravelRoutes = {
  journal: defineRoute({
    method: 'GET',
    paths: ofTenant('/executions/{executionId}/journal'),
    params: OfExecution,
    query: Type.Object({
      from: Type.Optional(Type.Integer({ minimum: 0, default: 0 })),
      count: Type.Optional(Type.Integer({ minimum: 1, maximum: 1_000, default: 200 })),
    }),
    body: NONE,
    status: 200,
    reply: {
      type: 'json',
      schema: Type.Object({
        events: Type.Array(JournalEvent),
        total: Type.Integer(),
        next: Type.Union([Type.Integer(), Type.Null()]),
      }),
    },
    refusals: [404],
    permission: 'EXECUTION:READ',
    namespaceFrom: 'execution',
    summary: 'What happened to an execution, event by event.',
  }),
  stateAt: defineRoute({
    method: 'GET',
    paths: ofTenant('/executions/{executionId}/state'),
    params: OfExecution,
    query: Type.Object({ at: Type.Integer({ minimum: 0, description: 'The event after which it is shown' }) }),
    body: NONE,
    status: 200,
    reply: { type: 'json', schema: Execution },
    refusals: [404],
    permission: 'EXECUTION:READ',
    namespaceFrom: 'execution',
    summary: 'An execution as it was after one of its events.',
  }),
  watch: defineRoute({
    method: 'POST',
    paths: ofTenant('/executions/{executionId}/watch'),
    params: OfExecution,
    query: Type.Object({
      from: Type.Optional(Type.Integer({ minimum: 0, default: 0 })),
      count: Type.Optional(Type.Integer({ minimum: 1, maximum: 1_000, default: 200 })),
    }),
    body: {
      type: 'json',
      schema: Type.Object({
        expressions: Type.Array(Type.String({ maxLength: 10_000 }), { minItems: 1, maxItems: 8 }),
        taskRunId: Type.Optional(Type.String({ description: 'As this task run sees it' })),
      }),
    },
    status: 200,
    reply: {
      type: 'json',
      schema: Type.Object({
        expressions: Type.Array(
          Type.Object({
            expression: Type.String(),
            changes: Type.Array(
              Type.Object({
                seq: Type.Integer({ description: 'From this event on.' }),
                value: Type.Optional(Type.Unknown()),
                error: Type.Optional(Type.String()),
              }),
            ),
          }),
        ),
        next: Type.Union([Type.Integer(), Type.Null()]),
      }),
    },
    refusals: [404],
    permission: 'EXECUTION:READ',
    namespaceFrom: 'execution',
    summary: 'What expressions come to over the events of an execution; secrets stay hidden.',
  }),
  fork: defineRoute({
    method: 'POST',
    paths: ofTenant('/executions/{executionId}/fork'),
    params: OfExecution,
    query: Type.Object({
      at: Type.Integer({ minimum: 0, description: 'The last event that both have in common' }),
      revision: Type.Optional(Type.Integer({ minimum: 1 })),
    }),
    body: {
      type: 'json',
      schema: Type.Object({
        inputs: Type.Optional(
          Type.Record(Type.String(), Type.Unknown(), { description: 'Those that are other; the rest stays.' }),
        ),
        outputs: Type.Optional(
          Type.Record(Type.String(), Type.Record(Type.String(), Type.Unknown()), {
            description: 'By id of a task run that has succeeded by then: what it gave instead.',
          }),
        ),
      }),
    },
    status: 200,
    reply: { type: 'json', schema: Execution },
    refusals: [404, 409],
    permission: 'EXECUTION:CREATE',
    namespaceFrom: 'execution',
    summary: 'Start an execution that goes on from an event of another one, with other inputs or outputs.',
  }),
  compare: defineRoute({
    method: 'GET',
    paths: ofTenant('/executions/compare'),
    params: Type.Object({}),
    query: Type.Object({ left: Type.String(), right: Type.String() }),
    body: NONE,
    status: 200,
    reply: {
      type: 'json',
      schema: Type.Object({
        left: Execution,
        right: Execution,
        first: Type.Union([Difference, Type.Null()], {
          description: 'The first difference, in the order of inputs, revision, tasks.',
        }),
        differences: Type.Array(Difference),
        tasks: Type.Array(
          Type.Object({
            taskId: Type.String(),
            value: Type.Optional(Type.String()),
            left: Type.Optional(Side),
            right: Type.Optional(Side),
            differs: Type.Array(Type.String(), { description: 'state, attempts, outputs, duration.' }),
          }),
        ),
        isPartial: Type.Boolean({ description: 'They have more task runs than are compared.' }),
      }),
    },
    refusals: [404],
    permission: 'EXECUTION:READ',
    namespaceFrom: 'scope',
    summary: 'What two executions have not in common, the first difference first.',
  }),
}
