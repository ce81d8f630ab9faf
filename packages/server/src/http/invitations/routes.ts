// Invitations. What they offer is what the one who invites may give; the link is told once, the store knows its hash alone.
import { createHash, randomBytes, timingSafeEqual } from 'node:crypto'
import type { Binding } from '@batuta/core'
import type { AccessBook, AccessChanges, AccessPut } from '../../access/access-book.ts'
import type { InvitationRecord, UserRecord } from '../../access/records.ts'
import { joinGroups, together } from '../access/join-groups.ts'
import { pageOfList, type Columns } from '../access/narrow-list.ts'
import {
  defaultBindings,
  newRecordId,
  newUser,
  refuseOpen,
  requireFreeName,
  requireUsername,
  withPassword,
} from '../access/new-user.ts'
import { Powers, forbidden, getRole } from '../access/powers.ts'
import { dateOf, presentGroupSummary, presentRoleSummary } from '../access/present-people.ts'
import { ipOf } from '../client-address.ts'
import type { HttpDependencies } from '../dependencies.ts'
import type { Handlers } from '../exchange.ts'
import { empty, json, type Reply } from '../reply.ts'
import { RequestError, notFound } from '../request-error.ts'

type Invitations = Handlers<'invitations'>
type Document = Readonly<Record<string, unknown>>

export const INVITATION_LIFE_MS: number = 7 * 24 * 60 * 60_000
const SECRET_BYTES = 32

const COLUMNS: Columns<InvitationRecord> = { email: ({ email }) => email, status: ({ status }) => status }

export function invitationHandlers(dependencies: HttpDependencies): Invitations {
  return { ...adminHandlers(dependencies), ...guestHandlers(dependencies) }
}

/** Of those who invite. */
function adminHandlers(
  dependencies: HttpDependencies,
): Pick<Invitations, 'search' | 'byEmail' | 'create' | 'get' | 'delete'> {
  const { access, platform } = dependencies
  const { book } = access
  const shown = presenter(dependencies)
  const all = (): readonly InvitationRecord[] =>
    book
      .list('invitation')
      .map(invitation => asOf(invitation, platform.nowMs()))
      .toSorted((a, b) => b.createdMs - a.createdMs)
  const getInvitation = (id: string): InvitationRecord => {
    const invitation = book.get('invitation', id)
    if (!invitation) throw notFound(`The invitation "${id.slice(0, 100)}"`)
    return invitation
  }
  return {
    search: ({ query: { email, status, ...query }, filters }) => {
      const wanted = all().filter(
        each => (email === undefined || isSame(each.email, email)) && (status === undefined || each.status === status),
      )
      return pageOfList(wanted, { ...query, filters }, { columns: COLUMNS, present: shown })
    },
    byEmail: ({ params: { email } }) =>
      json(
        all()
          .filter(each => isSame(each.email, email))
          .map(shown),
      ),
    get: ({ params: { id } }) => json(shown(getInvitation(id))),
    create: async exchange => await invite(exchange, dependencies),
    delete: async ({ params: { id }, note }) => {
      const before = shown(getInvitation(id))
      await book.change({ remove: [{ kind: 'invitation', id }] })
      note({ itemId: id, before })
      return empty(204)
    },
  }
}

/** What the one who invites may give: anything else is refused. */
function offerOf(
  body: InvitationBody,
  { book, powers }: { readonly book: AccessBook; readonly powers: Powers },
): Offer {
  const isSuperAdmin = body.superAdmin === true
  if (isSuperAdmin) powers.requireSuperAdmin('To invite a super admin')
  const bindings = (body.roles ?? []).flatMap(({ id, namespaces }) =>
    (namespaces?.length ? namespaces : [undefined]).map(namespace => ({
      roleId: id,
      ...(namespace === undefined ? {} : { namespace }),
    })),
  )
  for (const binding of bindings) powers.requireBinding(binding)
  const groupIds = [...new Set(body.groups ?? [])]
  for (const id of groupIds) {
    if (!book.get('group', id)) throw notFound(`The group "${id}"`)
    powers.requireGroup(id)
  }
  return { bindings, groupIds, isSuperAdmin }
}

async function invite({ body, caller, note }: Inviting, dependencies: HttpDependencies): Promise<Reply> {
  const { access, platform, config } = dependencies
  const { book } = access
  const shown = presenter(dependencies)
  refuseOpen(access)
  const { email } = body
  requireUsername(email)
  const offer = offerOf(body, { book, powers: new Powers(book, caller) })
  const known = book.userNamed(email)
  if (known) {
    await book.change(offered(known, offer, dependencies))
    note({ itemId: known.id, after: { email, ...offer } })
    return empty(204)
  }
  if (
    book.list('invitation').some(each => asOf(each, platform.nowMs()).status === 'PENDING' && isSame(each.email, email))
  )
    throw new RequestError(409, 'invited-already', `There is an invitation for "${email}" already.`)
  const secret = randomBytes(SECRET_BYTES).toString('base64url')
  const nowMs = platform.nowMs()
  const invitation: InvitationRecord = {
    id: newRecordId(platform),
    email,
    status: 'PENDING',
    hash: hashOf(secret),
    ...offer,
    createdMs: nowMs,
    expiresMs: nowMs + INVITATION_LIFE_MS,
  }
  const user =
    body.createUserIfNotExist === true
      ? newUser({ username: email, email, isSuperAdmin: offer.isSuperAdmin }, platform)
      : undefined
  const made: AccessPut[] = user ? [{ kind: 'user', record: user }] : []
  const given = user ? together(offered(user, offer, dependencies), defaultBindings(access, user.id, platform)) : {}
  await book.change(together({ put: [...made, { kind: 'invitation', record: invitation }] }, given))
  note({ itemId: invitation.id, after: shown(invitation) })
  const link = `${config.url ?? ''}/ui/invitation/${invitation.id}.${secret}`
  return json({ ...shown(invitation), link }, 201)
}

type Inviting = Parameters<Invitations['create']>[0]
type InvitationBody = Inviting['body']

/** Of those who are invited. */
function guestHandlers(dependencies: HttpDependencies): Pick<Invitations, 'own' | 'accept' | 'show' | 'enter'> {
  const { access, platform } = dependencies
  const { book } = access
  const shown = presenter(dependencies)
  const accepted = (invitation: InvitationRecord): AccessChanges => ({
    put: [{ kind: 'invitation', record: { ...invitation, status: 'ACCEPTED', acceptedMs: platform.nowMs() } }],
    expect: [
      { kind: 'invitation', id: invitation.id, version: book.versionOf({ kind: 'invitation', id: invitation.id }) },
    ],
  })
  return {
    own: ({ caller }) => {
      const email = caller.userId === undefined ? undefined : book.user(caller.userId)?.email
      if (email === undefined) return json([])
      const own = book.list('invitation').filter(each => isSame(each.email, email))
      return json(own.map(each => shown(asOf(each, platform.nowMs()))))
    },
    show: ({ params: { invitationId } }) => {
      const { email, expiresMs } = findInvitation(invitationId, dependencies)
      return json({ email, expiredAt: dateOf(expiresMs) })
    },
    accept: async ({ params: { invitationId }, caller, note }) => {
      const invitation = findInvitation(invitationId, dependencies)
      const user = caller.userId === undefined ? undefined : book.user(caller.userId)
      if (!user || !isSame(user.email ?? user.username, invitation.email))
        throw forbidden('The invitation is for somebody else.')
      await book.change(together(accepted(invitation), offered(user, invitation, dependencies)))
      note({ resource: 'INVITATION', itemId: invitation.id, detail: { accepted: user.username } })
      return empty(200)
    },
    enter: async ({ params: { invitationId }, body, incoming }) => {
      const invitation = findInvitation(invitationId, dependencies)
      const { email, isSuperAdmin } = invitation
      // Made with the invitation, and nobody has logged in as this one yet.
      const waiting = book.userNamed(email)
      const isNew = waiting?.passwordHash === undefined && waiting?.identities.length === 0 && !waiting.isDisabled
      if (!isNew) requireFreeName(access, email)
      const { firstName, lastName, password } = body
      const bare = waiting ?? newUser({ username: email, email, isSuperAdmin }, platform)
      const named: UserRecord = { ...bare, firstName, lastName }
      // Of before the hashing: who is switched off meanwhile stays so.
      const key = { kind: 'user', id: bare.id } as const
      const expect = [{ ...key, version: book.versionOf(key) }]
      const user = await withPassword(named, password, { access, nowMs: platform.nowMs() })
      const basics = waiting ? {} : defaultBindings(access, user.id, platform)
      const offer = offered(user, invitation, dependencies)
      const own: AccessChanges = { put: [{ kind: 'user', record: user }], expect }
      await book.change(together(accepted(invitation), basics, offer, own))
      const ip = ipOf(incoming, dependencies)
      await access.audit.write({
        caller: { userId: user.id, name: user.username, via: 'session', ...(ip === undefined ? {} : { ip }) },
        resource: 'INVITATION',
        action: 'UPDATE',
        outcome: 'done',
        itemId: invitation.id,
        detail: { accepted: user.username },
      })
      const opened = await access.sessions.open(user.id, {
        provider: 'password',
        ip,
        agent: incoming.headers['user-agent'],
      })
      return { type: 'empty', status: 200, headers: { 'set-cookie': opened.cookie } }
    },
  }
}

type Offer = Pick<InvitationRecord, 'bindings' | 'groupIds' | 'isSuperAdmin'>

/** What an invitation gives, to a user who is there. */
function offered(user: UserRecord, offer: Offer, { access: { book }, platform }: HttpDependencies): AccessChanges {
  const has = ({ roleId, namespace }: Pick<Binding, 'roleId' | 'namespace'>): boolean =>
    book
      .list('binding')
      .some(each => each.externalId === user.id && each.roleId === roleId && each.namespace === namespace)
  const put = offer.bindings
    .filter(binding => book.get('role', binding.roleId) && !has(binding))
    .map((binding): AccessPut => ({
      kind: 'binding',
      record: { id: newRecordId(platform), type: 'USER', externalId: user.id, ...binding },
    }))
  const own = book.list('group').filter(({ members }) => members.some(({ userId }) => userId === user.id))
  const wanted = [...own.map(({ id }) => id), ...offer.groupIds].filter(id => book.get('group', id))
  const raised: readonly AccessPut[] =
    offer.isSuperAdmin && !user.isSuperAdmin ? [{ kind: 'user', record: { ...user, isSuperAdmin: true } }] : []
  return together({ put: [...raised, ...put] }, joinGroups(book, user.id, wanted).changes)
}

function presenter({
  access: { book },
  config,
  platform,
}: HttpDependencies): (invitation: InvitationRecord) => Document {
  return given => {
    const { id, email, status, bindings, groupIds, createdMs, expiresMs, acceptedMs, isSuperAdmin } = asOf(
      given,
      platform.nowMs(),
    )
    const roles = [...new Set(bindings.map(({ roleId }) => roleId))].flatMap(roleId => book.get('role', roleId) ?? [])
    return {
      id,
      email,
      roles: roles.map(role => presentRoleSummary(getRole(book, role.id))),
      groups: groupIds.flatMap(group => book.get('group', group) ?? []).map(presentGroupSummary),
      tenantId: config.tenant,
      status,
      sentAt: dateOf(createdMs),
      expiredAt: dateOf(expiresMs),
      ...(acceptedMs === undefined ? {} : { acceptedAt: dateOf(acceptedMs) }),
      superAdmin: isSuperAdmin,
    }
  }
}

/** @throws {RequestError} 410 for a link that is wrong, used or too old: nobody learns which. */
function findInvitation(link: string, { access: { book }, platform }: HttpDependencies): InvitationRecord {
  const [id = '', secret = ''] = link.split('.')
  const invitation = book.get('invitation', id)
  const isRight = invitation && timingSafeEqual(Buffer.from(invitation.hash), Buffer.from(hashOf(secret)))
  if (!isRight || asOf(invitation, platform.nowMs()).status !== 'PENDING')
    throw new RequestError(410, 'link-invalid', 'The invitation is wrong, used or too old: ask for a new one.')
  return invitation
}

function asOf(invitation: InvitationRecord, nowMs: number): InvitationRecord {
  const isOver = invitation.status === 'PENDING' && invitation.expiresMs <= nowMs
  return isOver ? { ...invitation, status: 'EXPIRED' } : invitation
}

function hashOf(secret: string): string {
  return createHash('sha256').update(secret).digest('hex')
}

function isSame(left: string, right: string): boolean {
  return left.toLowerCase() === right.toLowerCase()
}
