// The draft of a flow stands beside its revisions, where neither engine nor triggers look: they go on with what is published. To publish it is to save it
// as a revision like any other, judged as any other. A draft that says what is published already is none.
import { isMap, mapGet, parseYaml, trust } from '@batuta/core'
import type { Caller } from '../../access/caller.ts'
import type { FlowKey, FlowRow, UserSettingKey, UserSettingRow } from '../../storage/store.ts'
import type { HttpDependencies } from '../dependencies.ts'
import { RequestError, notFound, unprocessable } from '../request-error.ts'

/** Of one namespace: they are listed with their texts. */
const DRAFTS_MAX = 200

export interface DraftHead {
  readonly namespace: string
  readonly id: string
  readonly revision: number
  readonly follows: number
  readonly isOutdated: boolean
  readonly version: number
  readonly author?: string
  readonly updated: string
}

export interface Draft extends DraftHead {
  readonly source: string
}

export interface DraftWish {
  readonly source: string
  readonly follows?: number | undefined
  /** The versions that the request names, one of which must be the one that is there. */
  readonly basedOn?: readonly number[] | undefined
  readonly caller: Pick<Caller, 'name' | 'via'>
}

interface DraftBody {
  readonly source: string
  readonly follows: number
  readonly version: number
  readonly author?: string
}

type DraftWorld = Pick<HttpDependencies, 'store' | 'flows' | 'config' | 'platform'>

export async function findDraft(key: FlowKey, { store }: Pick<DraftWorld, 'store'>): Promise<Draft | undefined> {
  const row = await store.read.findUserSetting(placeOf(key))
  return row && presentDraft(row, await store.read.findFlow(key))
}

export async function getDraft(key: FlowKey, world: DraftWorld): Promise<Draft> {
  const draft = await findDraft(key, world)
  if (!draft) throw noDraft(key)
  return draft
}

/** Without their texts, by namespace and id. */
export async function listDrafts(
  { namespace, grants }: { readonly namespace?: string | undefined; readonly grants: Caller['grants'] },
  { store, config }: DraftWorld,
): Promise<readonly DraftHead[]> {
  const { tenant } = config
  const rows = await store.read.listUserSettings(tenant, 'draft', namespace)
  const heads: DraftHead[] = []
  for (const row of rows) {
    if (!grants.may('FLOW', 'READ', row.owner)) continue
    const key = { tenant, namespace: row.owner, flowId: row.id }
    const draft = presentDraft(row, await store.read.findFlow(key))
    if (!draft) continue
    const { source: _, ...head } = draft
    heads.push(head)
  }
  return heads
}

/** @throws {RequestError} 412 when the draft is another one by now, 422 for a text that names another flow. */
export async function saveDraft(key: FlowKey, wish: DraftWish, world: DraftWorld): Promise<Draft> {
  const { store, platform } = world
  const { source, basedOn, caller } = wish
  expectSameFlow(source, key)
  const newest = await store.read.findFlow(key)
  const follows = wish.follows ?? newest?.revision ?? 0
  if (follows > (newest?.revision ?? 0)) throw notFound(`Revision ${follows} of the flow "${nameOf(key)}"`)
  const row = await store.read.findUserSetting(placeOf(key))
  const there = row && presentDraft(row, newest)
  if (there && basedOn && !basedOn.includes(there.version)) throw outdated(there)
  if (!row) await expectRoom(key, store)
  const body: DraftBody = {
    ...{ source, follows, version: (row ? bodyOf(row).version : 0) + 1 },
    ...(caller.via === 'open' ? {} : { author: caller.name }),
  }
  // Two of one moment would pass for the same one.
  const updatedMs = Math.max(platform.nowMs(), (row?.updatedMs ?? 0) + 1)
  const change = { ...placeOf(key), body: JSON.stringify(body), updatedMs }
  if (!(await store.perform('reviseUserSetting', { ...change, follows: row?.updatedMs ?? null })))
    throw outdated((await findDraft(key, world)) ?? there)
  return draftOf(change, newest)
}

export async function discardDraft(key: FlowKey, world: DraftWorld): Promise<void> {
  const row = await world.store.read.findUserSetting(placeOf(key))
  if (!row) throw noDraft(key)
  await world.store.perform('deleteUserSetting', placeOf(key))
}

/** Once the flow is saved: the draft that was published is over. One that somebody saved in the meantime stays. */
export async function endDraft(key: FlowKey, version: number, { store }: Pick<DraftWorld, 'store'>): Promise<void> {
  const row = await store.read.findUserSetting(placeOf(key))
  if (!row || bodyOf(row).version !== version) return
  const { updatedMs: follows } = row
  await store.perform('reviseUserSetting', { ...placeOf(key), body: null, updatedMs: follows, follows })
}

/** As a flow, for clients that ask for one. */
export function rowOfDraft(key: FlowKey, { source, revision, updated }: Draft): FlowRow {
  return { ...key, source, revision, parsed: '{}', isDisabled: false, isDeleted: false, nowMs: Date.parse(updated) }
}

/** What the text says it is; undefined for what it does not say, or where it cannot be read. */
export function flowNamedIn(source: string): { readonly namespace?: string; readonly id?: string } {
  const { value } = parseYaml(source)
  if (value === undefined || !isMap(value)) return {}
  const [namespace, id] = [mapGet(value, 'namespace'), mapGet(value, 'id')]
  return { ...(typeof namespace === 'string' && { namespace }), ...(typeof id === 'string' && { id }) }
}

function presentDraft(row: UserSettingRow, newest: FlowRow | undefined): Draft | undefined {
  return bodyOf(row).source === newest?.source ? undefined : draftOf(row, newest)
}

function draftOf(
  { owner, id, body, updatedMs }: Pick<UserSettingRow, 'owner' | 'id' | 'body' | 'updatedMs'>,
  newest: FlowRow | undefined,
): Draft {
  const { source, follows, version, author } = bodyOf({ body })
  return {
    ...{ namespace: owner, id, revision: (newest?.revision ?? 0) + 1, follows },
    ...{ isOutdated: newest !== undefined && newest.revision > follows, version },
    ...(author === undefined ? {} : { author }),
    ...{ updated: new Date(updatedMs).toISOString(), source },
  }
}

/** The address says which flow it is; a text that cannot be read yet may stand there, one of another flow may not. */
function expectSameFlow(source: string, key: FlowKey): void {
  const { namespace = key.namespace, id = key.flowId } = flowNamedIn(source)
  if (namespace === key.namespace && id === key.flowId) return
  const message = `The draft is of the flow "${namespace}.${id}", the address says "${nameOf(key)}".`
  const path = namespace === key.namespace ? 'flow.id' : 'flow.namespace'
  throw unprocessable('flow-mismatch', `Invalid entity: ${path}: ${message}`, [{ path, message }])
}

async function expectRoom({ tenant, namespace }: FlowKey, store: DraftWorld['store']): Promise<void> {
  const known = await store.read.listUserSettings(tenant, 'draft', namespace)
  if (known.length >= DRAFTS_MAX)
    throw unprocessable(
      'too-many-drafts',
      `The namespace "${namespace}" has ${DRAFTS_MAX} drafts already: publish some or throw them away.`,
    )
}

/** With what is there, so that it can be merged without asking again. */
function outdated(there: Draft | undefined): RequestError {
  if (!there) return new RequestError(412, 'draft-outdated', 'The draft was published or thrown away in the meantime.')
  const { namespace, id, revision, source, updated, version } = there
  const message = `The draft of the flow "${namespace}.${id}" was saved by somebody else in the meantime (version ${version}): merge both and save again.`
  return new RequestError(412, 'draft-outdated', message, {
    fields: { newest: { namespace, id, revision, source, updated } },
  })
}

function noDraft(key: FlowKey): RequestError {
  return notFound(`A draft of the flow "${nameOf(key)}"`)
}

function nameOf({ namespace, flowId }: FlowKey): string {
  return `${namespace}.${flowId}`
}

function bodyOf({ body }: Pick<UserSettingRow, 'body'>): DraftBody {
  return trust<DraftBody>(JSON.parse(body))
}

function placeOf({ tenant, namespace, flowId }: FlowKey): UserSettingKey {
  return { tenant, kind: 'draft', owner: namespace, id: flowId }
}
