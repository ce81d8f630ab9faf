import type { ApiDialect } from '@batuta/core'
import type { Caller } from '../../access/caller.ts'
import type { FlowKey } from '../../storage/store.ts'
import type { AuditNotes } from '../audited.ts'
import type { HttpDependencies } from '../dependencies.ts'
import type { Handlers } from '../exchange.ts'
import { empty, json, jsonText, type Reply } from '../reply.ts'
import { unprocessable } from '../request-error.ts'
import { missing } from '../sight/sight.ts'
import { discardDraft, flowNamedIn, getDraft, listDrafts, rowOfDraft, saveDraft, type Draft } from './drafts.ts'
import { findRow } from './find-row.ts'
import { presentFlow } from './present-flow.ts'
import { readIfMatch } from './revision-tag.ts'

type OfDrafts = 'listDrafts' | 'getDraft' | 'saveDraft' | 'discardDraft'

export interface DraftCall {
  readonly dialect: ApiDialect
  readonly caller: Caller
  note(said: AuditNotes): void
}

export function draftHandlers(dependencies: HttpDependencies): Pick<Handlers<'flows'>, OfDrafts> {
  const { tenant } = dependencies.config
  const keyOf = ({ namespace, id }: { readonly namespace: string; readonly id: string }): FlowKey => ({
    tenant,
    namespace,
    flowId: id,
  })
  return {
    listDrafts: async ({ query: { namespace }, caller: { grants } }) =>
      json(await listDrafts({ namespace, grants }, dependencies)),
    getDraft: async ({ params }) => tagged(await getDraft(keyOf(params), dependencies)),
    saveDraft: async ({ params, query: { follows }, body, caller, incoming, note }) => {
      const wish = { source: body, follows, basedOn: readIfMatch(incoming), caller }
      const draft = await saveDraft(keyOf(params), wish, dependencies)
      note(noteOf(draft))
      return tagged(draft)
    },
    discardDraft: async ({ params }) => {
      await discardDraft(keyOf(params), dependencies)
      return empty(204)
    },
  }
}

/** As Kestra's clients ask for it: a flow that is not there yet begins as a draft. */
export async function createDraft(source: string, call: DraftCall, dependencies: HttpDependencies): Promise<Reply> {
  const { namespace, id } = flowNamedIn(source)
  if (namespace === undefined || id === undefined)
    throw unprocessable('flow-unnamed', 'Invalid entity: a draft needs at least the id and the namespace of its flow.')
  if (!call.caller.grants.may('FLOW', 'CREATE', namespace)) throw missing('FLOW', 'CREATE', namespace)
  const key = { tenant: dependencies.config.tenant, namespace, flowId: id }
  if (dependencies.flows.newest(key))
    throw unprocessable('flow-exists', `Invalid entity: flow.id: Flow id already exists: "${namespace}.${id}"`)
  return await keepDraft(key, source, { ...call, dependencies })
}

export async function updateDraft(
  key: FlowKey,
  source: string,
  call: DraftCall & { readonly dependencies: HttpDependencies },
): Promise<Reply> {
  await findRow(key, undefined, { dependencies: call.dependencies, isWithDeleted: false })
  return await keepDraft(key, source, call)
}

async function keepDraft(
  key: FlowKey,
  source: string,
  { dialect, caller, note, dependencies }: DraftCall & { readonly dependencies: HttpDependencies },
): Promise<Reply> {
  const draft = await saveDraft(key, { source, caller }, dependencies)
  note(noteOf(draft))
  return jsonText(presentFlow(rowOfDraft(key, draft), { dialect, isWithSource: true, isDraft: true }))
}

function tagged(draft: Draft): Reply {
  const reply = json(draft)
  return { ...reply, headers: { ...reply.headers, etag: `"${draft.version}"` } }
}

function noteOf({ namespace, id, version }: Draft): AuditNotes {
  return { namespace, flowId: id, itemId: id, detail: { draft: version } }
}
