// Roles: those that come with the server cannot be changed; others are made of what their maker may do.
import { ACTIONS, MANAGED_ROLES, RESOURCE_NAMES, type Role } from '@batuta/core'
import { completionsOf, pageOfList, type Columns } from '../access/narrow-list.ts'
import { newRecordId } from '../access/new-user.ts'
import { Powers, forbidden, getRole } from '../access/powers.ts'
import { presentRole, presentRoleSummary } from '../access/present-people.ts'
import { toPermissions } from '../access/to-permissions.ts'
import type { HttpDependencies } from '../dependencies.ts'
import type { Handlers } from '../exchange.ts'
import { empty, json } from '../reply.ts'
import { RequestError } from '../request-error.ts'

const COLUMNS: Columns<Role> = { name: role => role.name, description: role => role.description, id: role => role.id }

export function roleHandlers({ access: { book }, platform }: HttpDependencies): Handlers<'roles'> {
  const all = (): readonly Role[] => book.list('role').toSorted((a, b) => (a.name < b.name ? -1 : 1))
  const requireFree = (name: string, ownId?: string): void => {
    if (book.list('role').some(role => role.name === name && role.id !== ownId))
      throw new RequestError(409, 'name-taken', `There is a role "${name}" already.`)
  }
  const asNow = (id: string): { readonly kind: 'role'; readonly id: string; readonly version: number } => ({
    kind: 'role',
    id,
    version: book.versionOf({ kind: 'role', id }),
  })
  return {
    search: ({ query, filters }) =>
      pageOfList(all(), { ...query, filters }, { columns: COLUMNS, present: presentRoleSummary }),
    autocomplete: ({ body }) => json(completionsOf(all(), body, COLUMNS).map(presentRoleSummary)),
    byIds: ({ body: { ids } }) =>
      json(
        all()
          .filter(({ id }) => ids?.includes(id))
          .map(presentRole),
      ),
    get: ({ params: { id } }) => json(presentRole(getRole(book, id))),
    create: async ({ body, caller, note }) => {
      requireFree(body.name)
      const role: Role = { id: newRecordId(platform), isManaged: false, ...saidOf(body) }
      new Powers(book, caller).requireRoleOf(role.permissions, role.isDefault)
      await book.change({ put: [{ kind: 'role', record: role }] })
      note({ itemId: role.id, after: presentRole(role) })
      return json(presentRole(role))
    },
    update: async ({ params: { id }, body, caller, note }) => {
      const role = getOwnRole(getRole(book, id))
      requireFree(body.name, id)
      const changed: Role = { ...role, ...saidOf(body) }
      new Powers(book, caller).requireRoleChange(role, changed)
      await book.change({ put: [{ kind: 'role', record: changed }], expect: [asNow(id)] })
      note({ itemId: id, before: presentRole(role), after: presentRole(changed) })
      return json(presentRole(changed))
    },
    delete: async ({ params: { id }, caller, note }) => {
      const role = getOwnRole(getRole(book, id))
      new Powers(book, caller).requireBindingsOfRole(id)
      const bound = book.list('binding').filter(({ roleId }) => roleId === id)
      const remove = bound.map(binding => ({ kind: 'binding' as const, id: binding.id }))
      await book.change({ remove: [{ kind: 'role', id }, ...remove], expect: [asNow(id)] })
      note({ itemId: id, before: presentRole(role) })
      return empty(204)
    },
    actions: () => json(ACTIONS),
    permissions: ({ dialect }) =>
      json(dialect === 'c' ? Object.fromEntries(RESOURCE_NAMES.map(name => [name, ACTIONS])) : RESOURCE_NAMES),
    templates: () =>
      json(Object.fromEntries(MANAGED_ROLES.map(({ id, permissions }) => [id.toUpperCase(), permissions]))),
  }
}

interface Said {
  readonly name: string
  readonly description?: string | null
  readonly permissions: Readonly<Record<string, readonly string[]>>
  readonly isDefault?: boolean | null
}

function saidOf({ name, description, permissions, isDefault }: Said): Omit<Role, 'id' | 'isManaged'> {
  return {
    name,
    description: description ?? '',
    permissions: toPermissions(permissions),
    isDefault: isDefault === true,
  }
}

function getOwnRole(role: Role): Role {
  if (!role.isManaged) return role
  throw forbidden(`The role "${role.name}" comes with the server: copy it to change it.`)
}
