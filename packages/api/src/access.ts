// What may somebody do here, and why.
import Type from 'typebox'
import { defineRoute, ofTenant } from './route.ts'
import { GET, gives } from './route-parts.ts'

const Reason = Type.Object({
  type: Type.String({ description: 'allow, deny, super-admin, open, disabled or token' }),
  bindingId: Type.Optional(Type.String()),
  roleId: Type.Optional(Type.String()),
  roleName: Type.Optional(Type.String()),
  groupId: Type.Optional(Type.String()),
  groupName: Type.Optional(Type.String()),
  namespace: Type.Optional(Type.String()),
})

export const accessRoutes = {
  explain: defineRoute({
    ...GET,
    paths: ofTenant('/access/explain'),
    query: Type.Object({
      user: Type.Optional(Type.String({ description: 'Id or name; you unless said' })),
      resource: Type.String(),
      action: Type.String(),
      namespace: Type.Optional(Type.String({ description: 'Everywhere unless said' })),
    }),
    reply: gives(
      Type.Object({
        user: Type.Object({ id: Type.String(), username: Type.String() }),
        resource: Type.String(),
        action: Type.String(),
        namespace: Type.Optional(Type.String()),
        isAllowed: Type.Boolean(),
        sentence: Type.String(),
        reasons: Type.Array(Reason),
      }),
    ),
    refusals: [403, 404],
    permission: 'person',
    summary: 'Whether a user may do something, and which roles say so. Of others, whoever may read bindings.',
  }),
}
