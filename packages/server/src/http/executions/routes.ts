import type { IncomingMessage } from 'node:http'
import { presentExecution, type ApiDialect } from '@batuta/core'
import { distinctValues } from './distinct-values.ts'
import type { HttpDependencies } from '../dependencies.ts'
import { events } from '../event-stream.ts'
import type { Handlers } from '../exchange.ts'
import { findRow } from '../flows/find-row.ts'
import { presentFlowForExecution } from '../flows/present-flow.ts'
import { findFlows, flowSearchOf } from '../flows/search-flows.ts'
import { BODY_BYTES_MAX, hasBody, readBytes, textOf } from '../read-body.ts'
import { empty, json, jsonText, listText, type Reply } from '../reply.ts'
import { notFound } from '../request-error.ts'
import { deleteExecution } from './act-on-execution.ts'
import { actionHandlers } from './action-routes.ts'
import { bulkHandlers } from './bulk-routes.ts'
import { countExecutions } from './count-executions.ts'
import { callWebhook, type WebhookCall } from './call-webhook.ts'
import { evaluateExpression } from './evaluate-expression.ts'
import { downloadFile, findFile } from './execution-files.ts'
import { followDependencies } from './follow-dependencies.ts'
import { followExecution } from './follow-execution.ts'
import { lookAt } from './look.ts'
import { previewFile } from './preview-file.ts'
import { getExecution, viewExecution } from './read-execution.ts'
import { resumeExecution, validateResume } from './resume-execution.ts'
import { searchExecutions } from './search-executions.ts'
import { timeTravelHandlers } from './time-travel.ts'
import { startExecution } from './start-execution.ts'
import { readTraceparent } from './read-traceparent.ts'
import { validateInputs } from './validate-inputs.ts'
import { viewHandlers } from './view-routes.ts'
import { windowHandlers } from './run-windows.ts'

export function executionHandlers(dependencies: HttpDependencies): Handlers<'executions'> {
  return {
    ...readHandlers(dependencies),
    ...writeHandlers(dependencies),
    ...actionHandlers(dependencies),
    ...bulkHandlers(dependencies),
    ...viewHandlers(dependencies),
    ...windowHandlers(dependencies),
    ...timeTravelHandlers(dependencies),
    ...webhookHandlers(dependencies),
  }
}

type Reading =
  | 'search'
  | 'listOfFlow'
  | 'namespaces'
  | 'flowsOfNamespace'
  | 'flow'
  | 'get'
  | 'distinctValues'
  | 'counts'
  | 'flowOfExecution'
  | 'follow'
  | 'followDependencies'
  | 'file'
  | 'fileMetas'
  | 'filePreview'
  | 'evaluate'
  | 'evaluateInTaskRun'

function readHandlers(dependencies: HttpDependencies): Pick<Handlers<'executions'>, Reading> {
  const { store, flows, platform, config } = dependencies
  const { tenant } = config
  const ofDependencies = { dependencies, isWithDeleted: true }
  return {
    search: ({ query, filters, dialect }) => searchExecutions(query, { filters, dialect, dependencies }),
    listOfFlow: ({ query: { namespace, flowId, ...page }, dialect }) => {
      const filters = [
        { field: 'namespace', operation: 'EQUALS', value: namespace },
        { field: 'flowId', operation: 'EQUALS', value: flowId },
      ]
      return searchExecutions(page, { filters, dialect, dependencies })
    },
    namespaces: () => json([...new Set([...flows.all()].map(entry => entry.namespace))].sort()),
    flowsOfNamespace: async ({ params: { namespace } }) => {
      const found = findFlows(
        flowSearchOf({}, [{ field: 'namespace', operation: 'EQUALS', value: namespace }]),
        dependencies,
      )
      const rows = await Promise.all(found.map(({ flowId }) => store.read.findFlow({ tenant, namespace, flowId })))
      return listText(rows.flatMap(row => (row && !row.isDisabled ? [presentFlowForExecution(row)] : [])))
    },
    flow: async ({ params: { namespace, flowId }, query }) => {
      const row = await findRow({ tenant, namespace, flowId }, query.revision, { dependencies, isWithDeleted: false })
      return jsonText(presentFlowForExecution(row))
    },
    distinctValues: async ({ query }) => json(await distinctValues(query, dependencies)),
    counts: ({ query, filters }) => countExecutions(query, filters, dependencies),
    get: async ({ params, query: { taskRunsMax }, dialect }) => {
      const id = params.executionId
      const look = {
        ...lookAt(id, dialect, dependencies),
        ...(taskRunsMax === undefined ? {} : { runsMax: taskRunsMax }),
      }
      const text = await viewExecution(id, dependencies, (state, plan) => presentExecution(state, plan, look))
      if (text === undefined) throw notFound(`The execution "${id}"`)
      return jsonText(text)
    },
    flowOfExecution: async ({ params }) => {
      const { state } = await getExecution(params.executionId, dependencies)
      const { namespace, flowId, revision } = state
      return jsonText(presentFlowForExecution(await findRow({ tenant, namespace, flowId }, revision, ofDependencies)))
    },
    follow: async ({ params, dialect, signal }) => {
      if (!(await store.read.findExecution(params.executionId))) throw notFound(`The execution "${params.executionId}"`)
      return events(followExecution(params.executionId, { dependencies, dialect, signal: signal() }), platform)
    },
    followDependencies: async ({ params: { executionId }, query, signal }) => {
      if (!(await store.read.findExecution(executionId))) throw notFound(`The execution "${executionId}"`)
      return events(followDependencies(executionId, query, { dependencies, signal: signal() }), platform)
    },
    file: async ({ params, query }) => {
      const found = await findFile(params.executionId, query.path, dependencies)
      return 'uri' in found ? await downloadFile(found, dependencies) : found
    },
    fileMetas: async ({ params, query }) => {
      const found = await findFile(params.executionId, query.path, dependencies)
      return 'uri' in found ? json({ size: found.sizeBytes }) : found
    },
    filePreview: async ({ params, query }) => {
      const found = await findFile(params.executionId, query.path, dependencies)
      return 'uri' in found ? await previewFile(found, query, dependencies) : found
    },
    evaluate: ({ params, body }) => evaluateExpression(body, params, dependencies),
    evaluateInTaskRun: ({ params, body }) => evaluateExpression(body, params, dependencies),
  }
}

type Writing = 'create' | 'createOld' | 'validateInputs' | 'resume' | 'validateResume' | 'delete'

function writeHandlers(dependencies: HttpDependencies): Pick<Handlers<'executions'>, Writing> {
  const { store } = dependencies
  return {
    create: call => startExecution(call, dependencies),
    createOld: call => startExecution(call, dependencies),
    validateInputs: call => validateInputs(call, dependencies),
    resume: call => resumeExecution(call, dependencies),
    validateResume: call => validateResume(call, dependencies),
    delete: async ({ params, query }) => {
      const row = await store.read.findExecution(params.executionId)
      if (!row) throw notFound(`The execution "${params.executionId}"`)
      await deleteExecution(row, query, dependencies)
      return empty(204)
    },
  }
}

type Calling = 'webhookGet' | 'webhookPost' | 'webhookPut' | 'webhookPathGet' | 'webhookPathPost' | 'webhookPathPut'

function webhookHandlers(dependencies: HttpDependencies): Pick<Handlers<'executions'>, Calling> {
  const call = (exchange: WebhookExchange): Promise<Reply> => {
    const { incoming } = exchange
    if (!hasBody(incoming)) return callWebhook(callOf(exchange, undefined), dependencies)
    return readBytes(incoming, BODY_BYTES_MAX).then(bytes => callWebhook(callOf(exchange, bytes), dependencies))
  }
  return {
    webhookGet: call,
    webhookPost: call,
    webhookPut: call,
    webhookPathGet: call,
    webhookPathPost: call,
    webhookPathPut: call,
  }
}

function callOf(exchange: WebhookExchange, bytes: Buffer | undefined): WebhookCall {
  const { params, dialect, incoming } = exchange
  const { url = '', rawHeaders } = incoming
  const at = url.indexOf('?')
  return {
    namespace: params.namespace,
    flowId: params.id,
    key: params.key,
    path: params.path,
    dialect,
    rawHeaders,
    search: at < 0 ? '' : url.slice(at + 1),
    bytes,
    body: bytes && textOf(bytes),
    plannedId: exchange.plannedId,
    isBegun: exchange.isBegun,
    signal: exchange.signal,
    traceparent: readTraceparent(incoming),
  }
}

interface WebhookExchange {
  readonly params: { readonly namespace: string; readonly id: string; readonly key: string; readonly path?: string }
  readonly dialect: ApiDialect
  readonly incoming: IncomingMessage
  readonly plannedId: string | undefined
  isBegun(): void
  signal(): AbortSignal
}
