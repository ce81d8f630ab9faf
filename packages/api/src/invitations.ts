// Invitations: a link by which somebody makes their own user, with roles and groups that were chosen before.
import Type from 'typebox'
import { GroupSummary, Instant, Password, RoleSummary } from './access-shapes.ts'
import { defineRoute, ofInstance, ofTenant } from './route.ts'
import { DELETE, EMPTY, GET, OfId, POST, gives, maybe, takes } from './route-parts.ts'
import { Paging, pageOf } from './shapes.ts'

const Status = Type.Union([Type.Literal('PENDING'), Type.Literal('ACCEPTED'), Type.Literal('EXPIRED')])

const Invitation = Type.Object({
  id: Type.String(),
  email: Type.String(),
  roles: Type.Array(RoleSummary),
  groups: Type.Array(GroupSummary),
  tenantId: Type.String(),
  status: Status,
  sentAt: Instant,
  expiredAt: Instant,
  acceptedAt: Type.Optional(Instant),
  superAdmin: Type.Boolean(),
  link: Type.Optional(Type.String({ description: 'Shown when it is made, and never again.' })),
})

const InvitationBody = Type.Object({
  email: Type.String({ minLength: 1, maxLength: 256 }),
  roles: maybe(
    Type.Array(Type.Object({ id: Type.String(), namespaces: maybe(Type.Array(Type.String())) }), { maxItems: 100 }),
  ),
  groups: maybe(Type.Array(Type.String(), { maxItems: 1_000 })),
  superAdmin: maybe(Type.Boolean()),
  createUserIfNotExist: maybe(Type.Boolean({ description: 'Makes the user at once, who has no password yet.' })),
})

const OfLink = Type.Object({ invitationId: Type.String({ description: 'What the link ends with' }) })

export const invitationRoutes = {
  search: defineRoute({
    ...GET,
    paths: ofTenant('/invitations/search'),
    query: Type.Object({ ...Paging, email: Type.Optional(Type.String()), status: Type.Optional(Status) }),
    reply: gives(pageOf(Invitation)),
    permission: 'INVITATION:READ',
    summary: 'Invitations.',
  }),
  byEmail: defineRoute({
    ...GET,
    paths: ofTenant('/invitations/email/{email}'),
    params: Type.Object({ email: Type.String() }),
    reply: gives(Type.Array(Invitation)),
    permission: 'INVITATION:READ',
    summary: 'Invitations of somebody.',
  }),
  create: defineRoute({
    ...POST,
    isToldOnce: true,
    paths: ofTenant('/invitations'),
    body: takes(InvitationBody),
    status: 201,
    reply: gives(Invitation),
    refusals: [204, 403, 404, 409],
    permission: 'INVITATION:CREATE',
    summary: 'Invite somebody, for seven days. A user who exists gets roles and groups at once (204).',
  }),
  get: defineRoute({
    ...GET,
    paths: ofTenant('/invitations/{id}'),
    params: OfId,
    reply: gives(Invitation),
    refusals: [404],
    permission: 'INVITATION:READ',
    summary: 'An invitation.',
  }),
  delete: defineRoute({
    ...DELETE,
    paths: ofTenant('/invitations/{id}'),
    params: OfId,
    refusals: [404],
    permission: 'INVITATION:DELETE',
    summary: 'Take an invitation back.',
  }),
  own: defineRoute({
    ...GET,
    paths: ofInstance('/api/v1/me/invitations'),
    reply: gives(Type.Array(Invitation)),
    permission: 'person',
    summary: 'Invitations for you.',
  }),
  accept: defineRoute({
    ...POST,
    paths: ofInstance('/api/v1/invitation/accept/{invitationId}'),
    params: OfLink,
    reply: EMPTY,
    refusals: [403, 404, 410],
    permission: 'person',
    summary: 'Take what an invitation to your address offers.',
  }),
  show: defineRoute({
    ...GET,
    paths: ofInstance('/api/v1/invitation/{invitationId}'),
    params: OfLink,
    reply: gives(Type.Object({ email: Type.String(), expiredAt: Instant })),
    refusals: [404, 410],
    permission: 'public',
    summary: 'For whom a link is.',
  }),
  enter: defineRoute({
    ...POST,
    paths: ofInstance('/api/v1/invitation/create/{invitationId}'),
    params: OfLink,
    body: takes(
      Type.Object({
        firstName: Type.String({ maxLength: 256 }),
        lastName: Type.String({ maxLength: 256 }),
        password: Password,
      }),
    ),
    reply: EMPTY,
    refusals: [404, 409, 410],
    permission: 'public',
    summary: 'Make your user of an invitation, once.',
  }),
}
