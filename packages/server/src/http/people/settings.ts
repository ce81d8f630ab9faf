// Views of lists and preferences, each its owner's. A view that is shared is seen by all, and changed by its owner only. Where nobody logs in there is one
// owner without a name.
import { encodeValue, fromPlain, trust } from '@batuta/core'
import type { UserSettingRow } from '../../storage/store.ts'
import type { Caller } from '../../access/caller.ts'
import type { HttpDependencies } from '../dependencies.ts'
import type { Handlers } from '../exchange.ts'
import { ownerOf } from '../owner-of.ts'
import { empty, json } from '../reply.ts'
import { notFound, unprocessable } from '../request-error.ts'

const VIEWS_MAX = 500
const BODY_LENGTH_MAX = 64 * 1024
const VIEW_ID = /^[A-Za-z0-9][A-Za-z0-9_.-]{0,99}$/

type Own = 'listViews' | 'saveView' | 'deleteView' | 'preferences' | 'savePreferences' | 'deletePreferences'

export function settingHandlers(dependencies: HttpDependencies): Pick<Handlers<'people'>, Own> {
  const { store, config, platform } = dependencies
  const { tenant } = config
  const save = async (key: Pick<UserSettingRow, 'kind' | 'owner' | 'id'>, value: unknown): Promise<UserSettingRow> => {
    // Not JSON.stringify, which knows no wide integers.
    const body = encodeValue(fromPlain(value))
    if (body.length > BODY_LENGTH_MAX)
      throw unprocessable('body-invalid', `That is too much to keep: ${BODY_LENGTH_MAX} characters at most.`)
    const row = { tenant, ...key, body, updatedMs: platform.nowMs() }
    await store.perform('saveUserSetting', row)
    return row
  }
  return {
    listViews: async ({ query: { page }, caller }) => {
      const owner = ownerOf(caller)
      const rows = await store.read.listUserSettings(tenant, 'view')
      const views = rows.map(row => presentView(row, owner))
      return json(
        views.filter(view => (view.isOwn || isSharedWith(caller, view)) && (page === undefined || view.page === page)),
      )
    },
    saveView: async ({ params: { id }, body, caller }) => {
      const owner = ownerOf(caller)
      if (!VIEW_ID.test(id))
        throw unprocessable(
          'view-invalid',
          `The id "${id.slice(0, 100)}" is invalid: letters, digits, ".", "_" and "-".`,
        )
      const own = await store.read.listUserSettings(tenant, 'view', owner)
      if (own.length >= VIEWS_MAX && !own.some(row => row.id === id))
        throw unprocessable('too-many-views', `You have ${VIEWS_MAX} views already: delete some first.`)
      return json(presentView(await save({ kind: 'view', owner, id }, body), owner))
    },
    deleteView: async ({ params: { id }, caller }) => {
      const owner = ownerOf(caller)
      if (!(await store.perform('deleteUserSetting', { tenant, kind: 'view', owner, id })))
        throw notFound(`Your view "${id}"`)
      return empty(204)
    },
    preferences: async ({ caller }) => {
      const owner = ownerOf(caller)
      const [row] = await store.read.listUserSettings(tenant, 'preferences', owner)
      return json(presentPreferences(row))
    },
    savePreferences: async ({ body, caller }) =>
      json(presentPreferences(await save({ kind: 'preferences', owner: ownerOf(caller), id: '' }, body))),
    deletePreferences: async ({ caller }) => {
      await store.perform('deleteUserSetting', { tenant, kind: 'preferences', owner: ownerOf(caller), id: '' })
      return empty(204)
    },
  }
}

interface ShownView {
  readonly page?: string
  readonly isShared?: boolean
  readonly isOwn: boolean
}

function presentView({ body, id, owner, updatedMs }: UserSettingRow, reader: string): ShownView {
  const view = trust<{ readonly page?: string; readonly isShared?: boolean }>(JSON.parse(body))
  const by = owner === '' ? {} : { owner }
  return { ...view, ...{ id, ...by, updated: new Date(updatedMs).toISOString() }, isOwn: owner === reader }
}

function presentPreferences(row: UserSettingRow | undefined): unknown {
  if (!row) return { values: {}, updated: null }
  return { values: JSON.parse(row.body), updated: new Date(row.updatedMs).toISOString() }
}

/** What is shared with a namespace is for whoever may look at something of it. */
export function isSharedWith(
  { grants }: Caller,
  { isShared, namespace }: { readonly isShared?: boolean; readonly namespace?: string },
): boolean {
  if (isShared !== true) return false
  return namespace === undefined || grants.may('EXECUTION', 'READ', namespace) || grants.may('FLOW', 'READ', namespace)
}
