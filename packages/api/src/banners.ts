// Announcements: what everybody is to read at the top of every page.
import Type from 'typebox'
import { defineRoute, ofInstance } from './route.ts'
import { DELETE, GET, OfId, POST, PUT, gives, maybe, takes } from './route-parts.ts'

const Kind = Type.Union([Type.Literal('INFO'), Type.Literal('WARNING'), Type.Literal('ERROR')])

const Banner = Type.Object({
  id: Type.String(),
  message: Type.String(),
  type: Kind,
  startDate: Type.Optional(Type.String()),
  endDate: Type.Optional(Type.String()),
  tenantId: Type.Optional(Type.String()),
  active: Type.Boolean({ description: 'The time is now.' }),
})

const BannerBody = Type.Object({
  message: Type.String({ minLength: 1, maxLength: 2_000 }),
  type: maybe(Kind),
  startDate: maybe(Type.String()),
  endDate: maybe(Type.String()),
  tenantId: maybe(Type.String()),
})

const INSTANCE = '/api/v1/banners'

export const bannerRoutes = {
  search: defineRoute({
    ...GET,
    paths: ofInstance(`${INSTANCE}/search`),
    reply: gives(Type.Array(Banner)),
    permission: 'ANNOUNCEMENT:READ',
    summary: 'All announcements, also those of other times.',
  }),
  active: defineRoute({
    ...GET,
    paths: ofInstance(`${INSTANCE}/active`),
    reply: gives(Type.Array(Banner)),
    permission: 'person',
    summary: 'What is to be shown now: announcements, and kill switches that are in force.',
  }),
  create: defineRoute({
    ...POST,
    paths: ofInstance(INSTANCE),
    body: takes(BannerBody),
    reply: gives(Banner),
    permission: 'ANNOUNCEMENT:CREATE',
    summary: 'Announce something.',
  }),
  update: defineRoute({
    ...PUT,
    paths: ofInstance(`${INSTANCE}/{id}`),
    params: OfId,
    body: takes(BannerBody),
    reply: gives(Banner),
    refusals: [404],
    permission: 'ANNOUNCEMENT:UPDATE',
    summary: 'Change an announcement.',
  }),
  delete: defineRoute({
    ...DELETE,
    status: 200,
    paths: ofInstance(`${INSTANCE}/{id}`),
    params: OfId,
    refusals: [404],
    permission: 'ANNOUNCEMENT:DELETE',
    summary: 'Take an announcement away.',
  }),
}
