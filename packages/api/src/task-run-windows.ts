// Windows over the task runs of one execution, of which there may be a million: children of a run, a page around one of them, what a filter keeps; and
// what a loop came to, by parts of its iterations.
import Type from 'typebox'
import { StateCounts } from './execution-lists.ts'
import { defineRoute, ofTenant } from './route.ts'
import { Cursor, TaskRun } from './shapes.ts'

const OfExecution = Type.Object({ executionId: Type.String() })
const NONE = { type: 'none' } as const

const WindowRun = Type.Object({
  ...TaskRun.properties,
  type: Type.String(),
  hasOutputs: Type.Optional(Type.Boolean()),
  childExecutionId: Type.Optional(Type.String()),
  isInner: Type.Optional(Type.Boolean({ description: 'It stands in an iteration of a Loop.' })),
  children: Type.Optional(
    Type.Object({
      total: Type.Integer(),
      live: Type.Integer(),
      failed: Type.Integer(),
      killed: Type.Integer(),
      warned: Type.Integer(),
      lanes: Type.Integer({ description: 'Iterations of a loop, branches of a group.' }),
      ended: Type.Optional(StateCounts),
    }),
  ),
})

const Window = Type.Object({
  results: Type.Array(WindowRun),
  next: Type.Union([Type.String(), Type.Null()]),
  total: Type.Integer({ description: 'Of all task runs of the execution, those inside of groups included.' }),
})

const LoopBuckets = Type.Object({
  parent: Type.String(),
  lanes: Type.Integer(),
  buckets: Type.Array(
    Type.Object({
      from: Type.Integer({ description: 'The first iteration of the bucket.' }),
      to: Type.Integer({ description: 'The last one.' }),
      states: StateCounts,
      start: Type.Optional(Type.String()),
      end: Type.Optional(Type.String({ description: 'When the last run of the bucket was created.' })),
    }),
  ),
  states: StateCounts,
  failed: Type.Array(WindowRun),
  worst: Type.Array(WindowRun),
  isSampled: Type.Boolean({ description: 'The worst are those of a sample.' }),
})

export const taskRunWindowRoutes = {
  taskRuns: defineRoute({
    method: 'GET',
    paths: ofTenant('/executions/{executionId}/taskruns'),
    params: OfExecution,
    query: Type.Object({
      ...Cursor,
      parent: Type.Optional(Type.String({ description: 'A task run, or root for those of the flow itself' })),
      around: Type.Optional(Type.String({ description: 'A task run that is to be in the middle' })),
      size: Type.Optional(Type.Integer({ minimum: 1, maximum: 1_000, default: 100 })),
      state: Type.Optional(Type.Array(Type.String())),
      taskId: Type.Optional(Type.String()),
      q: Type.Optional(Type.String({ description: 'A part of the id of the task or of the value of the iteration' })),
      iteration: Type.Optional(Type.Integer({ minimum: 0 })),
    }),
    body: NONE,
    status: 200,
    reply: { type: 'json', schema: Window },
    refusals: [404],
    permission: 'EXECUTION:READ',
    namespaceFrom: 'execution',
    summary: 'A window over the task runs of an execution, in the order in which they were created.',
  }),
  taskRunBuckets: defineRoute({
    method: 'GET',
    paths: ofTenant('/executions/{executionId}/taskruns/buckets'),
    params: OfExecution,
    query: Type.Object({
      parent: Type.String(),
      count: Type.Optional(Type.Integer({ minimum: 1, maximum: 500, default: 100 })),
    }),
    body: NONE,
    status: 200,
    reply: { type: 'json', schema: LoopBuckets },
    refusals: [404],
    permission: 'EXECUTION:READ',
    namespaceFrom: 'execution',
    summary: 'What the iterations of a loop came to, part by part, with the failed and the slowest ones.',
  }),
}
