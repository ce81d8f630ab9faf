// Groups: users who have the same roles. A provider that says who belongs to what is mapped by its names.
import Type from 'typebox'
import { Description, GroupSummary, Membership, Name } from './access-shapes.ts'
import { defineRoute, ofTenant } from './route.ts'
import { Autocomplete, DELETE, GET, Ids, OfId, POST, PUT, gives, maybe, takes } from './route-parts.ts'
import { Paging, pageOf } from './shapes.ts'

const Group = Type.Object({
  id: Type.String(),
  name: Type.String(),
  description: Type.Optional(Type.String()),
  externalNames: Type.Array(Type.String()),
})

const Member = Type.Object({
  id: Type.String(),
  username: Type.String(),
  displayName: Type.String(),
  groups: Type.Array(
    Type.Object({ id: Type.String(), name: Type.String(), external: Type.Boolean(), membership: Membership }),
  ),
})

const GroupBody = Type.Object({
  name: Name,
  description: maybe(Description),
  externalNames: maybe(
    Type.Array(Name, { maxItems: 100, description: 'What identity providers call it: who has it there belongs to it' }),
  ),
})

const OfMember = Type.Object({ id: Type.String(), userId: Type.String() })
const Search = Type.Object({ ...Paging, q: Type.Optional(Type.String()) })

export const groupRoutes = {
  search: defineRoute({
    ...GET,
    paths: ofTenant('/groups/search'),
    query: Search,
    reply: gives(pageOf(GroupSummary)),
    permission: 'GROUP:READ',
    summary: 'Groups.',
  }),
  autocomplete: defineRoute({
    ...POST,
    paths: ofTenant('/groups/autocomplete'),
    body: takes(Autocomplete),
    reply: gives(Type.Array(GroupSummary)),
    permission: 'GROUP:READ',
    summary: 'Groups whose name begins so, for a field that completes.',
  }),
  byIds: defineRoute({
    ...POST,
    paths: ofTenant('/groups/ids'),
    body: takes(Ids),
    reply: gives(Type.Array(GroupSummary)),
    permission: 'GROUP:READ',
    summary: 'These groups.',
  }),
  create: defineRoute({
    ...POST,
    paths: ofTenant('/groups'),
    body: takes(
      Type.Object({ ...GroupBody.properties, membersId: maybe(Type.Array(Type.String(), { maxItems: 10_000 })) }),
    ),
    reply: gives(Group),
    refusals: [403, 404, 409],
    permission: 'GROUP:CREATE',
    summary: 'Make a group.',
  }),
  get: defineRoute({
    ...GET,
    paths: ofTenant('/groups/{id}'),
    params: OfId,
    reply: gives(Group),
    refusals: [404],
    permission: 'GROUP:READ',
    summary: 'A group.',
  }),
  update: defineRoute({
    ...PUT,
    paths: ofTenant('/groups/{id}'),
    params: OfId,
    body: takes(GroupBody),
    reply: gives(Group),
    refusals: [403, 404, 409],
    permission: 'GROUP:UPDATE',
    summary: 'Change the name of a group, its description, or what providers call it.',
  }),
  delete: defineRoute({
    ...DELETE,
    status: 200,
    paths: ofTenant('/groups/{id}'),
    params: OfId,
    refusals: [403, 404],
    permission: 'GROUP:DELETE',
    summary: 'Delete a group with its bindings.',
  }),
  members: defineRoute({
    ...GET,
    paths: ofTenant('/groups/{id}/members'),
    params: OfId,
    query: Search,
    reply: gives(pageOf(Member)),
    refusals: [404],
    permission: 'GROUP:READ',
    summary: 'Who belongs to a group.',
  }),
  addMember: defineRoute({
    ...PUT,
    paths: ofTenant('/groups/{id}/members/{userId}'),
    params: OfMember,
    reply: gives(Member),
    refusals: [403, 404, 409],
    permission: 'person',
    summary: 'Take a user into a group: with GROUP_MEMBERSHIP:CREATE, or as an owner of the group.',
  }),
  removeMember: defineRoute({
    ...DELETE,
    status: 200,
    paths: ofTenant('/groups/{id}/members/{userId}'),
    params: OfMember,
    reply: gives(Member),
    refusals: [403, 404, 409],
    permission: 'person',
    summary: 'Take a user out of a group: with GROUP_MEMBERSHIP:DELETE, or as an owner of the group.',
  }),
  setMembership: defineRoute({
    ...PUT,
    paths: ofTenant('/groups/{id}/members/membership/{userId}'),
    params: OfMember,
    query: Type.Object({ membership: Membership }),
    reply: gives(Member),
    refusals: [403, 404, 409],
    permission: 'person',
    summary:
      'Make an owner of a member, or a member of an owner: with GROUP_MEMBERSHIP:UPDATE, or as an owner of the group.',
  }),
}
