// What one does to an execution: a bare verb until 1.3, `actions/<verb>` in 2.0.
import Type from 'typebox'
import { actionPaths, defineRoute } from './route.ts'
import { Execution, Labels, NoQuery } from './shapes.ts'

const OfExecution = Type.Object({ executionId: Type.String() })
const EXECUTION = { type: 'json', schema: Execution } as const
const NONE = { type: 'none' } as const

/** `SUCCESS`, `RUNNING`, …: which of them an action takes, it says itself. */
const StateName = Type.String({ pattern: '^[A-Za-z_]{1,32}$' })
const Again = {
  taskRunId: Type.Optional(Type.String()),
  revision: Type.Optional(Type.Integer({ minimum: 1 })),
  breakpoints: Type.Optional(Type.String()),
}

const shared = {
  method: 'POST',
  params: OfExecution,
  status: 200,
  reply: EXECUTION,
  refusals: [404, 409],
} as const

export const executionActionRoutes = {
  restart: defineRoute({
    ...shared,
    paths: actionPaths('restart'),
    query: Type.Object({ revision: Type.Optional(Type.Integer({ minimum: 1 })) }),
    body: NONE,
    permission: 'EXECUTION:UPDATE',
    namespaceFrom: 'execution',
    summary: 'Run the failed tasks of an execution again; with another revision, in an execution of its own.',
  }),
  release: defineRoute({
    ...shared,
    paths: actionPaths('release'),
    query: NoQuery,
    body: NONE,
    permission: 'EXECUTION:UPDATE',
    namespaceFrom: 'execution',
    summary: 'Try an execution again that was held because a turn of it failed.',
  }),
  replay: defineRoute({
    ...shared,
    paths: actionPaths('replay'),
    query: Type.Object(Again),
    body: NONE,
    permission: 'EXECUTION:CREATE',
    namespaceFrom: 'execution',
    summary: 'Start an execution anew with the same inputs, from the start or from one of its task runs.',
  }),
  validateReplay: defineRoute({
    ...shared,
    paths: actionPaths('replay/validate'),
    query: Type.Object(Again),
    body: NONE,
    reply: { type: 'empty' },
    permission: 'EXECUTION:CREATE',
    namespaceFrom: 'execution',
    summary: 'Whether an execution could be started anew; nothing is started.',
  }),
  replayWithInputs: defineRoute({
    ...shared,
    paths: actionPaths('replay-with-inputs'),
    query: Type.Object(Again),
    body: { type: 'form' },
    permission: 'EXECUTION:CREATE',
    namespaceFrom: 'execution',
    summary: 'Start an execution anew with other inputs.',
  }),
  changeStatus: defineRoute({
    ...shared,
    paths: actionPaths('change-status'),
    query: Type.Object({ status: StateName }),
    body: NONE,
    permission: 'EXECUTION:UPDATE',
    namespaceFrom: 'execution',
    summary: 'Set the state of an execution that has ended.',
  }),
  changeRunState: defineRoute({
    ...shared,
    paths: actionPaths('state'),
    query: NoQuery,
    body: { type: 'json', schema: Type.Object({ taskRunId: Type.String(), state: StateName }) },
    permission: 'EXECUTION:UPDATE',
    namespaceFrom: 'execution',
    summary: 'Say how a task run ended; the execution goes on from there.',
  }),
  pause: defineRoute({
    ...shared,
    paths: actionPaths('pause'),
    query: NoQuery,
    body: NONE,
    permission: 'EXECUTION:UPDATE',
    namespaceFrom: 'execution',
    summary: 'Begin no new task of an execution until it is resumed.',
  }),
  resumeFromBreakpoint: defineRoute({
    ...shared,
    paths: actionPaths('resume-from-breakpoint'),
    query: Type.Object({ breakpoints: Type.Optional(Type.String()) }),
    body: NONE,
    permission: 'EXECUTION:UPDATE',
    namespaceFrom: 'execution',
    summary: 'Go on from a breakpoint, to the next one.',
  }),
  forceRun: defineRoute({
    ...shared,
    paths: actionPaths('force-run'),
    query: NoQuery,
    body: NONE,
    permission: 'EXECUTION:UPDATE',
    namespaceFrom: 'execution',
    summary: 'Let an execution go on, whatever it waits for.',
  }),
  unqueue: defineRoute({
    ...shared,
    paths: actionPaths('unqueue'),
    query: Type.Object({ state: Type.Optional(StateName) }),
    body: NONE,
    permission: 'EXECUTION:UPDATE',
    namespaceFrom: 'execution',
    summary: 'Take an execution out of the queue of its limit.',
  }),
  setLabels: defineRoute({
    ...shared,
    paths: actionPaths('labels'),
    query: NoQuery,
    body: { type: 'json', schema: Labels },
    refusals: [400, 404, 409],
    permission: 'EXECUTION:UPDATE',
    namespaceFrom: 'execution',
    summary: 'Set the labels of an execution that has ended.',
  }),
}
