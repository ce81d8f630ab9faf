// The same to many, in the background: with progress, to be paused and cancelled, and taken back where that can be. What was chosen is frozen when the
// operation begins.
import Type from 'typebox'
import { defineRoute, ofTenant, type Method } from './route.ts'
import { Labels, NoParams, NoQuery } from './shapes.ts'
import { MissedPolicy } from './triggers.ts'

const NONE = { type: 'none' } as const
const OfOperation = Type.Object({ operationId: Type.String() })

const What = {
  resource: Type.String({ pattern: '^(executions|flows|triggers)$' }),
  action: Type.String({
    pattern: '^[a-z-]{1,32}$',
    description:
      'Of executions: restart, replay, kill, pause, resume, force-run, unqueue, labels, delete; of flows: enable, disable, delete; of triggers: enable, disable',
  }),
  ids: Type.Optional(
    Type.Array(Type.String({ maxLength: 700 }), {
      maxItems: 10_000,
      description: 'Ids of executions, namespace/flow, or namespace/flow/trigger',
    }),
  ),
  query: Type.Optional(
    Type.String({ maxLength: 8_000, description: 'Instead of ids: the search that finds them, as in an address' }),
  ),
}

const Wish = Type.Object({
  ...What,
  labels: Type.Optional(Labels),
  latestRevision: Type.Optional(Type.Boolean({ description: 'Of replays' })),
  missed: Type.Optional(
    Type.Union(MissedPolicy.anyOf, {
      description:
        'Of triggers that are enabled: which of the dates that schedules missed while they were off are run. What each says unless given, else none',
    }),
  ),
  perMinute: Type.Optional(Type.Integer({ minimum: 1, maximum: 100_000, description: 'Not faster than this' })),
})

const Operation = Type.Object({
  id: Type.String(),
  resource: Type.String(),
  action: Type.String(),
  state: Type.String({ description: 'gathering, running, paused, done, cancelled or failed' }),
  owner: Type.Optional(Type.String()),
  total: Type.Integer(),
  done: Type.Integer(),
  skipped: Type.Integer({ description: 'It could not be done to them in the state that they were in.' }),
  failed: Type.Integer(),
  problems: Type.Array(Type.Object({ item: Type.String(), message: Type.String() }), {
    description: 'The first of those that were skipped or failed.',
  }),
  message: Type.Optional(Type.String({ description: 'Why the operation ended early.' })),
  undoOf: Type.Optional(Type.String()),
  undoneBy: Type.Optional(Type.String()),
  canUndo: Type.Boolean(),
  undoUntil: Type.Optional(Type.String()),
  created: Type.String(),
  ended: Type.Optional(Type.String()),
})

function command(verb: string, summary: string) {
  return defineRoute({
    method: 'POST' satisfies Method,
    paths: ofTenant(`/operations/{operationId}/${verb}`),
    params: OfOperation,
    query: NoQuery,
    body: NONE,
    status: 202,
    reply: { type: 'json', schema: Operation },
    refusals: [404, 409],
    permission: 'person',
    summary,
  })
}

export const operationRoutes = {
  list: defineRoute({
    method: 'GET',
    paths: ofTenant('/operations'),
    params: NoParams,
    query: Type.Object({ size: Type.Optional(Type.Integer({ minimum: 1, maximum: 200, default: 50 })) }),
    body: NONE,
    status: 200,
    reply: { type: 'json', schema: Type.Object({ results: Type.Array(Operation) }) },
    permission: 'person',
    summary: 'Operations of the last days, the newest first.',
  }),
  get: defineRoute({
    method: 'GET',
    paths: ofTenant('/operations/{operationId}'),
    params: OfOperation,
    query: NoQuery,
    body: NONE,
    status: 200,
    reply: { type: 'json', schema: Operation },
    refusals: [404],
    permission: 'person',
    summary: 'How far an operation has come.',
  }),
  create: defineRoute({
    method: 'POST',
    paths: ofTenant('/operations'),
    params: NoParams,
    query: NoQuery,
    body: { type: 'json', schema: Wish },
    status: 202,
    reply: { type: 'json', schema: Operation },
    permission: 'person',
    summary: 'Do the same to many: those it cannot be done to are skipped and told.',
  }),
  preview: defineRoute({
    method: 'POST',
    paths: ofTenant('/operations/preview'),
    params: NoParams,
    query: NoQuery,
    body: { type: 'json', schema: Type.Object(What) },
    status: 200,
    reply: {
      type: 'json',
      schema: Type.Object({
        total: Type.Integer(),
        isEstimate: Type.Boolean({ description: 'There are at least so many.' }),
        fit: Type.Integer(),
        groups: Type.Array(
          Type.Object({ state: Type.String(), count: Type.Integer(), why: Type.Optional(Type.String()) }),
          { description: 'By state; `why` tells why it cannot be done to them.' },
        ),
      }),
    },
    permission: 'person',
    summary: 'To how many it would be done, and to which it cannot be. Nothing is done.',
  }),
  cancel: command('cancel', 'End an operation where it is: what is done stays done.'),
  pause: command('pause', 'Let an operation rest.'),
  resume: command('resume', 'Let a paused operation go on.'),
  undo: command(
    'undo',
    'Take an operation back, by another one whose number is answered: it tells what could not be taken back.',
  ),
}
