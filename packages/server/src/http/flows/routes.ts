import {
  encodeValue,
  isList,
  isMap,
  mapEntries,
  mapGet,
  parseYaml,
  splitDocuments,
  type ApiDialect,
  type Value,
} from '@batuta/core'
import { PAGE_SIZE_MAX } from '@batuta/api'
import { judgeAsked } from '../../flows/judge-asked.ts'
import { deleteFlow, judgeFlow, withTaskFiles } from '../../flows/save-flow.ts'
import type { FlowKey, FlowRow } from '../../storage/store.ts'
import type { HttpDependencies } from '../dependencies.ts'
import { tagged } from '../etag.ts'
import type { AuditNotes } from '../audited.ts'
import type { Handlers } from '../exchange.ts'
import { mapInTurns } from '../map-in-turns.ts'
import { empty, json, jsonText, listText, pageText } from '../reply.ts'
import { notFound, unprocessable } from '../request-error.ts'
import { bulkHandlers } from './bulk-routes.ts'
import { createDraft, draftHandlers, updateDraft } from './draft-routes.ts'
import { endDraft } from './drafts.ts'
import { findRow } from './find-row.ts'
import { runHandlers } from './run-routes.ts'
import { planFlow } from './plan-flow.ts'
import { presentFlow } from './present-flow.ts'
import { reportFlow } from './report-flow.ts'
import { readIfMatch, withRevision } from './revision-tag.ts'
import { keepMessage, listAuthors } from './list-authors.ts'
import { createFlow, saveMany, updateFlow } from './save-documents.ts'
import { deleteRevisions, updateTask } from './edit-revisions.ts'
import { outlineFlows } from './outline-flow.ts'
import { findFlows, flowSearchOf } from './search-flows.ts'
import { tryFlow } from './try-flow.ts'
import { viewHandlers } from './view-routes.ts'

const DOCUMENTS_MAX = 5_000

export function flowHandlers(dependencies: HttpDependencies): Handlers<'flows'> {
  return {
    ...readHandlers(dependencies),
    ...writeHandlers(dependencies),
    ...bulkHandlers(dependencies),
    ...draftHandlers(dependencies),
    ...viewHandlers(dependencies),
    plan: async ({ body }) => await planFlow(body, dependencies),
    try: async ({ body, dialect, signal }) => await tryFlow(body, { dialect, signal: signal() }, dependencies),
    ...runHandlers(dependencies),
  }
}

type Reading =
  'search' | 'distinctNamespaces' | 'listOfNamespace' | 'get' | 'revisions' | 'authors' | 'task' | 'validate'

function readHandlers(dependencies: HttpDependencies): Pick<Handlers<'flows'>, Reading> {
  const { store, flows, saveWorld, config, platform } = dependencies
  const { tenant } = config
  const keyOf = ({ namespace, id }: { readonly namespace: string; readonly id: string }): FlowKey => ({
    tenant,
    namespace,
    flowId: id,
  })
  const showNewest = async (entries: readonly FlowKey[], dialect: ApiDialect): Promise<readonly string[]> => {
    const show = async ({ namespace, flowId }: FlowKey): Promise<readonly string[]> => {
      const row = await store.read.findFlow({ tenant, namespace, flowId })
      return row ? [presentFlow(row, { dialect })] : []
    }
    return (await mapInTurns(entries, show, platform)).flat()
  }
  return {
    search: async ({ query, filters, dialect }) => {
      const { page = 1, size = 10, sort, outline } = query
      const found = findFlows(flowSearchOf(query, filters), dependencies, sort)
      const shown = found.slice((page - 1) * size, page * size)
      return pageText(await (outline ? outlineFlows(shown, dependencies) : showNewest(shown, dialect)), found.length)
    },
    distinctNamespaces: ({ query }) => {
      const names = new Set([...flows.all()].filter(entry => entry.tenant === tenant).map(entry => entry.namespace))
      const q = query.q?.toLowerCase() ?? ''
      return json([...names].filter(name => name.toLowerCase().includes(q)).sort())
    },
    listOfNamespace: async ({ params, dialect }) => {
      const found = findFlows(
        flowSearchOf({}, [{ field: 'namespace', operation: 'EQUALS', value: params.namespace }]),
        dependencies,
      )
      return listText(await showNewest(found.slice(0, PAGE_SIZE_MAX * 10), dialect))
    },
    get: async ({ params, query, dialect, incoming: { headers } }) => {
      const row = await findRow(keyOf(params), query.revision, {
        dependencies,
        isWithDeleted: query.allowDeleted ?? false,
      })
      const text = presentFlow(row, { dialect, isWithSource: query.source ?? false })
      return tagged(jsonText(text), `"${row.revision}"`, headers)
    },
    revisions: async ({ params, query, dialect }) => {
      const rows = await store.read.listRevisions(keyOf(params))
      const shown = rows.filter(row => query.allowDelete === true || !row.isDeleted)
      if (shown.length === 0) throw notFound(`The flow "${params.namespace}.${params.id}"`)
      return listText(shown.map(row => presentFlow(row, { dialect, isWithSource: true })))
    },
    authors: async ({ params }) => json(await listAuthors(keyOf(params), dependencies)),
    task: async ({ params, query }) => {
      const row = await findRow(keyOf(params), query.revision, { dependencies, isWithDeleted: false })
      const task = findTask(parseYaml(row.source).value ?? null, params.taskId)
      if (!task) throw notFound(`The task "${params.taskId}" of the flow "${params.namespace}.${params.id}"`)
      return jsonText(encodeValue(task))
    },
    validate: async ({ body }) => {
      const documents = splitDocuments(body)
      if (documents.length > DOCUMENTS_MAX)
        throw unprocessable('too-many-documents', `At most ${DOCUMENTS_MAX} documents are judged at once.`)
      const sources = documents.length === 0 ? [body] : documents
      const report = async (source: string, index: number): Promise<ReturnType<typeof reportFlow>> => {
        const { flow, positions, diagnostics } = judgeFlow(source, await withTaskFiles(source, saveWorld))
        const asked =
          flow === undefined ? [] : await judgeAsked(flow, positions, { saved: saveWorld, ask: dependencies.ask })
        return reportFlow(source, index, { ...(flow && { flow }), diagnostics: [...diagnostics, ...asked] })
      }
      return json(await mapInTurns(sources, report, platform))
    },
  }
}

/** For the audit log; what it was before is in the revision before. */
function noteOf({ namespace, flowId, revision }: FlowRow, message = ''): AuditNotes {
  const why = message.trim()
  return { namespace, flowId, itemId: flowId, detail: { revision, ...(why === '' ? {} : { message: why }) } }
}

type Writing = 'deleteRevisions' | 'updateTask' | 'create' | 'update' | 'delete' | 'updateNamespace' | 'updateMany'

function writeHandlers(dependencies: HttpDependencies): Pick<Handlers<'flows'>, Writing> {
  const { saveWorld, config, access } = dependencies
  const { tenant } = config
  const keyOf = ({ namespace, id }: { readonly namespace: string; readonly id: string }): FlowKey => ({
    tenant,
    namespace,
    flowId: id,
  })
  return {
    create: async ({ body, query, dialect, note, caller }) => {
      if (query.draft === true) return await createDraft(body, { dialect, note, caller }, dependencies)
      const row = await createFlow(body, dependencies)
      if (query.publishes !== undefined) await endDraft(row, query.publishes, dependencies)
      note(noteOf(row, query.message))
      await keepMessage(row, query.message, { caller, access })
      return jsonText(presentFlow(row, { dialect, isWithSource: true }))
    },
    update: async ({ params, query, body, dialect, incoming, note, caller }) => {
      if (query.draft === true) return await updateDraft(keyOf(params), body, { dialect, note, caller, dependencies })
      const row = await updateFlow(body, { ...keyOf(params), basedOn: readIfMatch(incoming) }, dependencies)
      if (query.publishes !== undefined) await endDraft(row, query.publishes, dependencies)
      note(noteOf(row, query.message))
      await keepMessage(row, query.message, { caller, access })
      return withRevision(row, jsonText(presentFlow(row, { dialect, isWithSource: true })))
    },
    delete: async ({ params }) => {
      if (!(await deleteFlow(keyOf(params), saveWorld))) throw notFound(`The flow "${params.namespace}.${params.id}"`)
      return empty(204)
    },
    deleteRevisions: async ({ params, query }) => {
      await deleteRevisions(keyOf(params), query.revisions.flatMap(text => text.split(',')).map(Number), dependencies)
      return empty(200)
    },
    updateTask: async ({ params, body, dialect }) => {
      const row = await updateTask(keyOf(params), { taskId: params.taskId, task: body }, dependencies)
      return jsonText(presentFlow(row, { dialect, isWithSource: true }))
    },
    updateNamespace: async ({ params, query, body, dialect }) => {
      const options = {
        isDeleting: query.delete ?? true,
        isOverriding: query.override ?? false,
        namespace: params.namespace,
      }
      const rows = await saveMany(body, options, dependencies)
      return listText(rows.map(row => presentFlow(row, { dialect })))
    },
    updateMany: async ({ query, body, dialect }) => {
      const { namespace, allowNamespaceChild: isWithChildren = false } = query
      const options = {
        isDeleting: query.delete ?? true,
        isWithChildren,
        ...(namespace === undefined ? {} : { namespace }),
      }
      const rows = await saveMany(body, options, dependencies)
      return listText(rows.map(row => presentFlow(row, { dialect })))
    },
  }
}

/** At any depth of the document. */
function findTask(value: Value, id: string): Value | undefined {
  if (isList(value)) {
    for (const item of value) {
      const found = findTask(item, id)
      if (found !== undefined) return found
    }
    return undefined
  }
  if (!isMap(value)) return undefined
  if (mapGet(value, 'id') === id && mapGet(value, 'type') !== undefined) return value
  for (const [, item] of mapEntries(value)) {
    const found = findTask(item, id)
    if (found !== undefined) return found
  }
  return undefined
}
