// Kill switches: executions of a flow, of a namespace or of the whole tenant are not begun any more, and those that run are stopped.
import Type from 'typebox'
import { Description, Name } from './access-shapes.ts'
import { defineRoute, ofInstance } from './route.ts'
import { DELETE, GET, OfId, POST, PUT, gives, maybe, takes } from './route-parts.ts'

const Kind = Type.Union([Type.Literal('PASS'), Type.Literal('KILL'), Type.Literal('CANCEL'), Type.Literal('IGNORE')], {
  description:
    'KILL: what runs is killed, what is new is born KILLED. CANCEL: the same with CANCELLED. IGNORE: what is new is not born. PASS: exempts from wider switches.',
})

const Body = {
  name: Name,
  description: maybe(Description),
  tenantId: maybe(Type.String()),
  namespace: maybe(Type.String({ maxLength: 200 })),
  flowId: maybe(Type.String({ maxLength: 200 })),
  executionIds: maybe(Type.Array(Type.String(), { maxItems: 1_000 })),
  startDate: maybe(Type.String()),
  endDate: maybe(Type.String()),
  evaluationType: Kind,
  enabled: maybe(Type.Boolean()),
}

const KillSwitch = Type.Object({
  id: Type.String(),
  name: Type.String(),
  description: Type.Optional(Type.String()),
  tenantId: Type.Optional(Type.String()),
  namespace: Type.Optional(Type.String()),
  flowId: Type.Optional(Type.String()),
  executionIds: Type.Array(Type.String()),
  startDate: Type.String(),
  endDate: Type.Optional(Type.String()),
  evaluationType: Kind,
  enabled: Type.Boolean(),
  deleted: Type.Boolean(),
  isInForce: Type.Boolean({ description: 'Enabled, and the time is now.' }),
})

const INSTANCE = '/api/v1/kill-switches'

export const killSwitchRoutes = {
  search: defineRoute({
    ...GET,
    paths: ofInstance(`${INSTANCE}/search`),
    reply: gives(Type.Array(KillSwitch)),
    permission: 'KILL_SWITCH:READ',
    summary: 'Kill switches.',
  }),
  create: defineRoute({
    ...POST,
    paths: ofInstance(INSTANCE),
    body: takes(Type.Object(Body)),
    reply: gives(KillSwitch),
    permission: 'KILL_SWITCH:CREATE',
    summary: 'Stop what a flow, a namespace or everything would start.',
  }),
  update: defineRoute({
    ...PUT,
    paths: ofInstance(`${INSTANCE}/{id}`),
    params: OfId,
    body: takes(Type.Object(Body)),
    reply: gives(KillSwitch),
    refusals: [404],
    permission: 'KILL_SWITCH:UPDATE',
    summary: 'Change a kill switch.',
  }),
  delete: defineRoute({
    ...DELETE,
    status: 200,
    paths: ofInstance(`${INSTANCE}/{id}`),
    params: OfId,
    refusals: [404],
    permission: 'KILL_SWITCH:DELETE',
    summary: 'Let everything begin again.',
  }),
}
