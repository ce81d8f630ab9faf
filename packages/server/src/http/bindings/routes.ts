// Bindings: who has which role where. To give one is to have all of it, there and below; to take one away, too.
import type { Binding } from '@batuta/core'
import type { AccessBook, AccessPut } from '../../access/access-book.ts'
import { pageOfList, type Columns } from '../access/narrow-list.ts'
import { newRecordId } from '../access/new-user.ts'
import { Powers } from '../access/powers.ts'
import { presentBinding } from '../access/present-people.ts'
import type { HttpDependencies } from '../dependencies.ts'
import type { Handlers } from '../exchange.ts'
import { empty, json } from '../reply.ts'
import { notFound, unprocessable } from '../request-error.ts'

interface Wanted {
  readonly type: 'USER' | 'GROUP'
  readonly externalId: string
  readonly roleId: string
  readonly namespaceId?: string | null
  readonly isDeny?: boolean | null
}

const NAMESPACE = /^[a-zA-Z0-9][a-zA-Z0-9._-]*$/

export function bindingHandlers({ access: { book }, platform, config }: HttpDependencies): Handlers<'bindings'> {
  const shown = (binding: Binding): unknown =>
    presentBinding(binding, { book, tenant: config.tenant, nowMs: platform.nowMs() })
  const nameOf = ({ type, externalId }: Binding): string | undefined =>
    type === 'USER' ? book.user(externalId)?.username : book.get('group', externalId)?.name
  const columns: Columns<Binding> = {
    name: nameOf,
    role: ({ roleId }) => book.get('role', roleId)?.name,
    namespace: binding => binding.namespace,
    type: binding => binding.type,
    external_id: binding => binding.externalId,
    externalId: binding => binding.externalId,
    roleId: binding => binding.roleId,
  }
  const getBinding = (id: string): Binding => {
    const binding = book.get('binding', id)
    if (!binding) throw notFound(`The binding "${id.slice(0, 100)}"`)
    return binding
  }
  const create = (wanted: readonly Wanted[], powers: Powers): Promise<readonly Binding[]> =>
    giveRoles(wanted, { book, powers, newId: () => newRecordId(platform) })
  return {
    search: ({ query: { type, id, namespace, ...query }, filters }) => {
      const wanted = book
        .list('binding')
        .filter(
          binding =>
            (type === undefined || binding.type === type) &&
            (id === undefined || binding.externalId === id) &&
            (namespace === undefined || binding.namespace === namespace),
        )
      return pageOfList(wanted, { ...query, filters }, { columns, present: shown })
    },
    get: ({ params: { id } }) => json(shown(getBinding(id))),
    create: async ({ body, caller, note }) => {
      const [binding] = await create([body], new Powers(book, caller))
      const document = binding && shown(binding)
      note({ ...(binding && { itemId: binding.id }), after: document })
      return json(document)
    },
    createMany: async ({ body, caller, note }) => {
      const documents = (await create(body, new Powers(book, caller))).map(shown)
      note({ after: documents })
      return json(documents)
    },
    delete: async ({ params: { id }, caller, note }) => {
      const binding = getBinding(id)
      new Powers(book, caller).requireBinding(binding)
      await book.change({ remove: [{ kind: 'binding', id }] })
      note({ itemId: id, before: shown(binding) })
      return empty(204)
    },
  }
}

interface Giving {
  readonly book: AccessBook
  readonly powers: Powers
  newId(): string
}

/** All of them or none. */
async function giveRoles(wanted: readonly Wanted[], giving: Giving): Promise<readonly Binding[]> {
  const { book, powers } = giving
  const bindings = wanted.map(each => toBinding(each, giving))
  for (const binding of bindings) powers.requireBinding(binding)
  // A role that two people give at once is given once.
  const known = bindings.map(binding => book.list('binding').find(each => isSame(each, binding)) ?? binding)
  const put = known
    .filter(binding => book.get('binding', binding.id) === undefined)
    .map((record): AccessPut => ({ kind: 'binding', record }))
  if (put.length > 0) await book.change({ put })
  return known
}

function toBinding({ type, externalId, roleId, namespaceId, isDeny }: Wanted, { book, newId }: Giving): Binding {
  if (!(type === 'USER' ? book.user(externalId) : book.get('group', externalId)))
    throw notFound(`The ${type === 'USER' ? 'user' : 'group'} "${externalId.slice(0, 100)}"`)
  if (typeof namespaceId === 'string' && namespaceId !== '' && !NAMESPACE.test(namespaceId))
    throw unprocessable('namespace-invalid', `"${namespaceId}" is no name of a namespace.`)
  return {
    id: newId(),
    type,
    externalId,
    roleId,
    ...(typeof namespaceId === 'string' && namespaceId !== '' ? { namespace: namespaceId } : {}),
    ...(isDeny === true ? { isDeny } : {}),
  }
}

function isSame(left: Binding, right: Binding): boolean {
  return (
    left.type === right.type &&
    left.externalId === right.externalId &&
    left.roleId === right.roleId &&
    left.namespace === right.namespace &&
    (left.isDeny ?? false) === (right.isDeny ?? false)
  )
}
