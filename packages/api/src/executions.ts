import Type from 'typebox'
import { executionActionRoutes } from './execution-actions.ts'
import { executionBulkRoutes } from './execution-bulk.ts'
import { executionListRoutes } from './execution-lists.ts'
import { executionOutputRoutes } from './execution-outputs.ts'
import { Deletion, ExecutionFilters } from './execution-search.ts'
import { actionPaths, defineRoute, ofTenant, type Paths } from './route.ts'
import {
  Anything,
  EvalReply,
  Execution,
  ExecutionStatus,
  FileMetas,
  FlowForExecution,
  InputReport,
  Names,
  NoParams,
  NoQuery,
  Paging,
  pageOf,
} from './shapes.ts'
import { taskRunWindowRoutes } from './task-run-windows.ts'
import { timeTravelRoutes } from './time-travel.ts'

const OfExecution = Type.Object({ executionId: Type.String() })
const OfFlow = Type.Object({ namespace: Type.String(), id: Type.String() })
const NONE = { type: 'none' } as const
const FORM = { type: 'form' } as const
const EXECUTION = { type: 'json', schema: Execution } as const
const PAGE = { type: 'json', schema: pageOf(Execution) } as const

const FlowFilter = Type.Object({
  namespace: Type.String(),
  id: Type.Optional(Type.String()),
  flowId: Type.Optional(Type.String()),
})

const CreateQuery = Type.Object({
  labels: Type.Optional(Type.Array(Type.String())),
  wait: Type.Optional(Type.Boolean({ default: false })),
  revision: Type.Optional(Type.Integer({ minimum: 1 })),
  scheduleDate: Type.Optional(Type.String()),
  breakpoints: Type.Optional(Type.String()),
  kind: Type.Optional(Type.String()),
})

const WebhookParams = Type.Object({ namespace: Type.String(), id: Type.String(), key: Type.String() })
const WebhookPathParams = Type.Object({ ...WebhookParams.properties, path: Type.String() })

export const executionRoutes = {
  ...executionListRoutes,
  listOfFlow: defineRoute({
    method: 'GET',
    paths: ofTenant('/executions'),
    params: NoParams,
    query: Type.Object({ ...Paging, namespace: Type.String(), flowId: Type.String() }),
    body: NONE,
    status: 200,
    reply: PAGE,
    permission: 'execution:read',
    summary: 'The executions of one flow.',
  }),
  namespaces: defineRoute({
    method: 'GET',
    paths: ofTenant('/executions/namespaces'),
    params: NoParams,
    query: NoQuery,
    body: NONE,
    status: 200,
    reply: { type: 'json', schema: Names },
    permission: 'execution:read',
    summary: 'The namespaces whose flows may be executed.',
  }),
  flowsOfNamespace: defineRoute({
    method: 'GET',
    paths: ofTenant('/executions/namespaces/{namespace}/flows'),
    params: Type.Object({ namespace: Type.String() }),
    query: NoQuery,
    body: NONE,
    status: 200,
    reply: { type: 'json', schema: Type.Array(FlowForExecution) },
    permission: 'execution:read',
    summary: 'The flows of a namespace that may be executed.',
  }),
  flow: defineRoute({
    method: 'GET',
    paths: ofTenant('/executions/flows/{namespace}/{flowId}'),
    params: Type.Object({ namespace: Type.String(), flowId: Type.String() }),
    query: Type.Object({ revision: Type.Optional(Type.Integer({ minimum: 1 })) }),
    body: NONE,
    status: 200,
    reply: { type: 'json', schema: FlowForExecution },
    refusals: [404],
    permission: 'execution:read',
    summary: 'A flow with no more than is needed to execute it.',
  }),
  get: defineRoute({
    method: 'GET',
    paths: ofTenant('/executions/{executionId}'),
    params: OfExecution,
    query: Type.Object({
      taskRunsMax: Type.Optional(
        Type.Integer({ minimum: 0, description: 'So many task runs are told; the head alone with 0.' }),
      ),
    }),
    body: NONE,
    status: 200,
    reply: EXECUTION,
    refusals: [404],
    permission: 'execution:read',
    summary: 'An execution.',
  }),
  flowOfExecution: defineRoute({
    method: 'GET',
    paths: ofTenant('/executions/{executionId}/flow'),
    params: OfExecution,
    query: NoQuery,
    body: NONE,
    status: 200,
    reply: { type: 'json', schema: FlowForExecution },
    refusals: [404],
    permission: 'execution:read',
    summary: 'The flow of an execution, in its revision.',
  }),
  follow: defineRoute({
    method: 'GET',
    paths: ofTenant('/executions/{executionId}/follow'),
    params: OfExecution,
    query: NoQuery,
    body: NONE,
    status: 200,
    reply: { type: 'events', schema: Execution },
    refusals: [404],
    permission: 'execution:read',
    summary: 'The document of an execution on each change, until it has ended.',
  }),
  followDependencies: defineRoute({
    method: 'GET',
    paths: ofTenant('/executions/{executionId}/follow-dependencies'),
    params: OfExecution,
    query: Type.Object({
      destinationOnly: Type.Optional(Type.Boolean({ default: false })),
      expandAll: Type.Optional(Type.Boolean({ default: false })),
    }),
    body: NONE,
    status: 200,
    reply: { type: 'events', schema: ExecutionStatus },
    refusals: [404],
    permission: 'execution:read',
    summary:
      'The states of the executions that belong together with one, along the graph of their flows, until all have ended.',
  }),
  file: defineRoute({
    method: 'GET',
    paths: ofTenant('/executions/{executionId}/file'),
    params: OfExecution,
    query: Type.Object({ path: Type.String() }),
    body: NONE,
    status: 200,
    reply: { type: 'bytes' },
    refusals: [404],
    permission: 'execution:read',
    summary: 'Download a file of an execution.',
  }),
  fileMetas: defineRoute({
    method: 'GET',
    paths: ofTenant('/executions/{executionId}/file/metas'),
    params: OfExecution,
    query: Type.Object({ path: Type.String() }),
    body: NONE,
    status: 200,
    reply: { type: 'json', schema: FileMetas },
    refusals: [404],
    permission: 'execution:read',
    summary: 'The size of a file of an execution.',
  }),
  filePreview: defineRoute({
    method: 'GET',
    paths: ofTenant('/executions/{executionId}/file/preview'),
    params: OfExecution,
    query: Type.Object({
      path: Type.String(),
      maxRows: Type.Optional(Type.Integer({ minimum: 1 })),
      encoding: Type.Optional(Type.String({ default: 'UTF-8' })),
    }),
    body: NONE,
    status: 200,
    reply: { type: 'json', schema: Anything },
    refusals: [404],
    permission: 'execution:read',
    summary: 'The beginning of a file of an execution.',
  }),
  create: defineRoute({
    method: 'POST',
    paths: ofTenant('/executions/{namespace}/{id}'),
    params: OfFlow,
    query: CreateQuery,
    body: FORM,
    status: 200,
    reply: EXECUTION,
    refusals: [404, 409],
    permission: 'execution:create',
    summary: 'Start a flow; inputs as multipart parts or as a JSON object.',
  }),
  createOld: defineRoute({
    method: 'POST',
    paths: ofTenant('/executions/trigger/{namespace}/{id}'),
    params: OfFlow,
    query: CreateQuery,
    body: FORM,
    status: 200,
    reply: EXECUTION,
    refusals: [404, 409],
    permission: 'execution:create',
    summary: 'Start a flow, under the former address.',
    isDeprecated: true,
  }),
  validateInputs: defineRoute({
    method: 'POST',
    paths: ofTenant('/executions/{namespace}/{id}/validate'),
    params: OfFlow,
    query: CreateQuery,
    body: FORM,
    status: 200,
    reply: { type: 'json', schema: InputReport },
    refusals: [404, 409],
    permission: 'execution:create',
    summary: 'Judge inputs without starting anything.',
  }),
  kill: defineRoute({
    method: 'DELETE',
    paths: actionPaths('kill'),
    params: OfExecution,
    query: Type.Object({ isOnKillCascade: Type.Optional(Type.Boolean({ default: true })) }),
    body: NONE,
    status: 202,
    reply: EXECUTION,
    refusals: [404, 409],
    permission: 'execution:update',
    summary: 'Kill an execution, by default with the executions it started.',
  }),
  ...resumeRoutes(),
  delete: defineRoute({
    method: 'DELETE',
    paths: ofTenant('/executions/{executionId}'),
    params: OfExecution,
    query: Type.Object(Deletion),
    body: NONE,
    status: 204,
    reply: { type: 'empty' },
    refusals: [404],
    permission: 'execution:delete',
    summary: 'Delete an execution with its logs, metrics and files.',
  }),
  evaluate: defineRoute({
    method: 'POST',
    paths: actionPaths('eval'),
    params: OfExecution,
    query: NoQuery,
    body: { type: 'text' },
    status: 200,
    reply: { type: 'json', schema: EvalReply },
    refusals: [404],
    permission: 'execution:read',
    summary: 'Render an expression in the context of an execution.',
  }),
  evaluateInTaskRun: defineRoute({
    method: 'POST',
    paths: actionPaths('eval/{taskRunId}'),
    params: Type.Object({ executionId: Type.String(), taskRunId: Type.String() }),
    query: NoQuery,
    body: { type: 'text' },
    status: 200,
    reply: { type: 'json', schema: EvalReply },
    refusals: [404],
    permission: 'execution:read',
    summary: 'Render an expression in the context of a task run.',
  }),
  graph: defineRoute({
    method: 'GET',
    paths: ofTenant('/executions/{executionId}/graph'),
    params: OfExecution,
    query: Type.Object({ subflows: Type.Optional(Type.Array(Type.String())) }),
    body: NONE,
    status: 200,
    reply: { type: 'json', schema: Anything },
    refusals: [404],
    permission: 'execution:read',
    summary: 'The graph of the flow of an execution, in its revision.',
  }),
  latest: defineRoute({
    method: 'POST',
    paths: ofTenant('/executions/latest'),
    params: NoParams,
    query: NoQuery,
    body: { type: 'json', schema: Type.Array(FlowFilter, { maxItems: 1_000 }) },
    status: 200,
    reply: { type: 'json', schema: Type.Array(Anything) },
    permission: 'execution:read',
    summary: 'The newest execution of each of some flows.',
  }),
  exportCsv: defineRoute({
    method: 'GET',
    paths: ofTenant('/executions/export/by-query/csv'),
    params: NoParams,
    query: Type.Object(ExecutionFilters),
    body: NONE,
    status: 200,
    reply: { type: 'text' },
    permission: 'execution:read',
    summary: 'The executions that a search finds as rows.',
  }),
  ...executionActionRoutes,
  ...executionOutputRoutes,
  ...executionBulkRoutes,
  ...taskRunWindowRoutes,
  ...timeTravelRoutes,
  ...webhookRoutes(),
}

function resumeRoutes() {
  const OfRun = Type.Object({ taskRunId: Type.Optional(Type.String()) })
  return {
    resume: defineRoute({
      method: 'POST',
      paths: actionPaths('resume'),
      params: OfExecution,
      query: OfRun,
      body: FORM,
      status: 200,
      reply: EXECUTION,
      refusals: [404, 409],
      permission: 'execution:update',
      summary: 'Resume a paused execution; what its task asks comes as multipart parts or as a JSON object.',
    }),
    validateResume: defineRoute({
      method: 'POST',
      paths: actionPaths('resume/validate'),
      params: OfExecution,
      query: OfRun,
      body: FORM,
      status: 200,
      reply: { type: 'json', schema: InputReport },
      refusals: [404, 409],
      permission: 'execution:update',
      summary: 'Judge the inputs of a resume without resuming anything.',
    }),
  }
}

function webhookRoutes() {
  const plain = ofTenant('/executions/webhook/{namespace}/{id}/{key}')
  const deep = { a: `${plain.a}/{path}`, b: `${plain.b}/{path}`, c: `${plain.c}/{path}` }
  return {
    webhookGet: webhook('GET', plain, WebhookParams),
    webhookPost: webhook('POST', plain, WebhookParams),
    webhookPut: webhook('PUT', plain, WebhookParams),
    webhookPathGet: webhook('GET', deep, WebhookPathParams),
    webhookPathPost: webhook('POST', deep, WebhookPathParams),
    webhookPathPut: webhook('PUT', deep, WebhookPathParams),
  }
}

function webhook<Params extends typeof WebhookParams | typeof WebhookPathParams>(
  method: 'GET' | 'POST' | 'PUT',
  paths: Paths,
  params: Params,
) {
  return defineRoute({
    method,
    paths,
    params,
    query: NoQuery,
    body: { type: 'raw' },
    status: 200,
    reply: EXECUTION,
    refusals: [204, 404, 409],
    permission: 'key',
    summary: 'Start a flow by its webhook trigger; the query, the headers and the body are its variables.',
  })
}
