import Type from 'typebox'
import { CSV, defineRoute, ofTenant, type Method, type Paths } from './route.ts'
import { BulkReply, NoParams, NoQuery, Paging, pageOf } from './shapes.ts'

const NONE = { type: 'none' } as const
const AnyMap = Type.Record(Type.String(), Type.Unknown())
const Id = { namespace: Type.String(), flowId: Type.String(), triggerId: Type.String() }
const OfTrigger = Type.Object(Id)
/** Clients send the whole state of a trigger; what names it counts. */
const TriggerId = Type.Object(Id)
const Backfill = Type.Object({
  start: Type.String(),
  end: Type.Optional(Type.Union([Type.String(), Type.Null()])),
  inputs: Type.Optional(Type.Union([AnyMap, Type.Null()])),
  labels: Type.Optional(Type.Unknown()),
  paused: Type.Optional(Type.Boolean()),
})
export const MissedPolicy = Type.Union([Type.Literal('ALL'), Type.Literal('LAST'), Type.Literal('NONE')])
/** When a schedule is switched on. */
const missed = Type.Optional(
  Type.Union(MissedPolicy.anyOf, {
    description:
      'With `disabled: false`: which of the dates that a schedule missed while it was off are run. What the trigger says unless given, else none',
  }),
)
const TriggerUpdate = Type.Object({
  ...Id,
  missed,
  disabled: Type.Optional(Type.Union([Type.Boolean(), Type.Null()])),
  backfill: Type.Optional(Type.Union([Backfill, Type.Null()])),
})

/** Where a trigger stands. */
export const TriggerState = Type.Object({
  tenantId: Type.Optional(Type.String()),
  ...Id,
  date: Type.Optional(Type.String()),
  nextExecutionDate: Type.Optional(Type.String()),
  executionId: Type.Optional(Type.String()),
  disabled: Type.Boolean(),
  backfill: Type.Optional(AnyMap),
})
const Row = Type.Object({
  abstractTrigger: Type.Optional(AnyMap),
  triggerContext: Type.Optional(AnyMap),
  trigger: Type.Optional(AnyMap),
  state: Type.Optional(AnyMap),
})
const Reason = Type.Object({
  code: Type.String(),
  reason: Type.String(),
  count: Type.Integer(),
  firstDate: Type.String(),
  lastDate: Type.String(),
})

const Missed = Type.Object({
  count: Type.Integer(),
  hasOlder: Type.Boolean({ description: 'There are more, older ones, that cannot be made up for: backfill them' }),
  maximum: Type.Integer(),
  policy: Type.Union(MissedPolicy.anyOf, { description: 'What becomes of them when nothing is said' }),
  zone: Type.Optional(Type.String()),
  dates: Type.Array(Type.Object({ at: Type.String(), local: Type.String() }), { description: 'Oldest first' }),
})

const Search = {
  q: Type.Optional(Type.String()),
  namespace: Type.Optional(Type.String()),
  flowId: Type.Optional(Type.String()),
  workerId: Type.Optional(Type.String()),
}
const STATE = { type: 'json', schema: TriggerState } as const
const BULK = { type: 'json', schema: BulkReply } as const
const TRIGGER_ID = { type: 'json', schema: TriggerId } as const
const TRIGGER_IDS = { type: 'json', schema: Type.Array(TriggerId) } as const

interface Verb {
  readonly method: Method
  readonly paths: Paths
  readonly summary: string
}

const write = {
  params: NoParams,
  query: NoQuery,
  status: 200,
  refusals: [404, 409],
} as const

/** Of one trigger, named by the body. */
function one({ method, paths, summary }: Verb) {
  return defineRoute({ ...write, ...guardOf(method), method, paths, body: TRIGGER_ID, reply: STATE, summary })
}

function byTriggers({ method, paths, summary }: Verb) {
  return defineRoute({ ...write, ...guardOf(method), method, paths, body: TRIGGER_IDS, reply: BULK, summary })
}

function byQuery({ method, paths, summary }: Verb) {
  const query = Type.Object(Search)
  return defineRoute({ ...write, ...guardOf(method), method, paths, query, body: NONE, reply: BULK, summary })
}

function guardOf(method: Method): {
  readonly permission: 'TRIGGER:DELETE' | 'TRIGGER:UPDATE'
  readonly namespaceFrom: 'scope'
} {
  return { permission: method === 'DELETE' ? 'TRIGGER:DELETE' : 'TRIGGER:UPDATE', namespaceFrom: 'scope' }
}

function from1(path: string): Paths {
  const { b, c } = ofTenant(path)
  return { b, c }
}

function of2(path: string): Paths {
  return { c: ofTenant(path).c }
}

function until2(path: string): Paths {
  const { a, b } = ofTenant(path)
  return { a, b }
}

const ofBackfills = {
  createBackfill: defineRoute({
    ...write,
    method: 'PUT',
    paths: of2('/triggers/backfill/create'),
    body: { type: 'json', schema: Type.Object({ ...Id, backfill: Type.Optional(Backfill), ...partial(Backfill) }) },
    reply: STATE,
    permission: 'TRIGGER:UPDATE',
    namespaceFrom: 'scope',
    summary: 'Run the dates of a schedule between two moments.',
  }),
  deleteBackfill: one({
    method: 'POST',
    paths: ofTenant('/triggers/backfill/delete'),
    summary: 'End a backfill: the schedule goes on where it stood.',
  }),
  deleteBackfillsByTriggers: byTriggers({
    method: 'POST',
    paths: ofTenant('/triggers/backfill/delete/by-triggers'),
    summary: 'End the backfills of these triggers.',
  }),
  deleteBackfillsByQuery: byQuery({
    method: 'POST',
    paths: ofTenant('/triggers/backfill/delete/by-query'),
    summary: 'End the backfills of the triggers that a search finds.',
  }),
  pauseBackfill: one({
    method: 'PUT',
    paths: ofTenant('/triggers/backfill/pause'),
    summary: 'Pause a backfill; it keeps its position.',
  }),
  pauseBackfillsByTriggers: byTriggers({
    method: 'POST',
    paths: ofTenant('/triggers/backfill/pause/by-triggers'),
    summary: 'Pause the backfills of these triggers.',
  }),
  pauseBackfillsByQuery: byQuery({
    method: 'POST',
    paths: ofTenant('/triggers/backfill/pause/by-query'),
    summary: 'Pause the backfills of the triggers that a search finds.',
  }),
  unpauseBackfill: one({
    method: 'PUT',
    paths: ofTenant('/triggers/backfill/unpause'),
    summary: 'Let a paused backfill go on.',
  }),
  unpauseBackfillsByTriggers: byTriggers({
    method: 'POST',
    paths: ofTenant('/triggers/backfill/unpause/by-triggers'),
    summary: 'Let the paused backfills of these triggers go on.',
  }),
  unpauseBackfillsByQuery: byQuery({
    method: 'POST',
    paths: ofTenant('/triggers/backfill/unpause/by-query'),
    summary: 'Let the paused backfills of the triggers that a search finds go on.',
  }),
}

/** The fields of a backfill beside the names of its trigger. */
function partial({ properties }: typeof Backfill) {
  return { ...properties, start: Type.Optional(properties.start) }
}

const ofSwitches = {
  setDisabled: defineRoute({
    ...write,
    method: 'PUT',
    paths: of2('/triggers/set-disabled'),
    body: { type: 'json', schema: Type.Object({ ...Id, disabled: Type.Boolean(), missed }) },
    reply: STATE,
    permission: 'TRIGGER:UPDATE',
    namespaceFrom: 'scope',
    summary: 'Switch a trigger on or off.',
  }),
  setDisabledByTriggers: defineRoute({
    ...write,
    method: 'POST',
    paths: ofTenant('/triggers/set-disabled/by-triggers'),
    body: {
      type: 'json',
      schema: Type.Object({ triggers: Type.Array(TriggerId), disabled: Type.Optional(Type.Boolean()), missed }),
    },
    reply: BULK,
    permission: 'TRIGGER:UPDATE',
    namespaceFrom: 'scope',
    summary: 'Switch these triggers on or off.',
  }),
  setDisabledByQuery: defineRoute({
    ...write,
    method: 'POST',
    paths: ofTenant('/triggers/set-disabled/by-query'),
    query: Type.Object({ ...Search, disabled: Type.Optional(Type.Boolean({ default: true })), missed }),
    body: NONE,
    reply: BULK,
    permission: 'TRIGGER:UPDATE',
    namespaceFrom: 'scope',
    summary: 'Switch the triggers that a search finds on or off.',
  }),
  unlock: defineRoute({
    ...write,
    method: 'POST',
    paths: ofTenant('/triggers/{namespace}/{flowId}/{triggerId}/unlock'),
    params: OfTrigger,
    body: NONE,
    reply: STATE,
    permission: 'TRIGGER:UPDATE',
    namespaceFrom: 'path',
    summary: 'Let a trigger no longer wait for the execution that it started.',
  }),
  unlockByTriggers: byTriggers({
    method: 'POST',
    paths: ofTenant('/triggers/unlock/by-triggers'),
    summary: 'Unlock those of these triggers that are locked.',
  }),
  unlockByQuery: byQuery({
    method: 'POST',
    paths: ofTenant('/triggers/unlock/by-query'),
    summary: 'Unlock the locked triggers that a search finds.',
  }),
  restart: defineRoute({
    ...write,
    method: 'POST',
    paths: ofTenant('/triggers/{namespace}/{flowId}/{triggerId}/restart'),
    params: OfTrigger,
    body: NONE,
    reply: STATE,
    permission: 'TRIGGER:UPDATE',
    namespaceFrom: 'path',
    summary: 'Give up what a trigger is at and let it begin anew.',
  }),
}

const ofDeletion = {
  delete: defineRoute({
    ...write,
    method: 'DELETE',
    paths: from1('/triggers/{namespace}/{flowId}/{triggerId}'),
    params: OfTrigger,
    body: NONE,
    reply: { type: 'empty' },
    permission: 'TRIGGER:DELETE',
    namespaceFrom: 'path',
    summary: 'Forget the state of a trigger: it goes on as a new one.',
  }),
  deleteByTriggers: byTriggers({
    method: 'DELETE',
    paths: from1('/triggers/delete/by-triggers'),
    summary: 'Forget the state of these triggers.',
  }),
  deleteByQuery: byQuery({
    method: 'DELETE',
    paths: from1('/triggers/delete/by-query'),
    summary: 'Forget the state of the triggers that a search finds.',
  }),
}

export const triggerRoutes = {
  search: defineRoute({
    method: 'GET',
    paths: ofTenant('/triggers/search'),
    params: NoParams,
    query: Type.Object({
      ...Paging,
      ...Search,
      dateFilter: Type.Optional(Type.String()),
      all: Type.Optional(
        Type.Boolean({ description: 'Those that stand nowhere, too: webhooks, and what listens to other flows' }),
      ),
      dueBefore: Type.Optional(
        Type.String({ description: 'Only those that are on and whose next date is before this moment' }),
      ),
    }),
    body: NONE,
    status: 200,
    reply: { type: 'json', schema: pageOf(Row) },
    permission: 'TRIGGER:READ',
    namespaceFrom: 'scope',
    summary: 'Search triggers: what they are and where they stand.',
  }),
  export: defineRoute({
    method: 'GET',
    paths: from1('/triggers/export/by-query/csv'),
    params: NoParams,
    query: Type.Object(Search),
    body: NONE,
    status: 200,
    reply: CSV,
    permission: 'TRIGGER:READ',
    namespaceFrom: 'scope',
    summary: 'The triggers that a search finds, as CSV.',
  }),
  listOfFlow: defineRoute({
    method: 'GET',
    paths: ofTenant('/triggers/{namespace}/{flowId}'),
    params: Type.Object({ namespace: Type.String(), flowId: Type.String() }),
    query: Type.Object({ ...Paging, q: Type.Optional(Type.String()) }),
    body: NONE,
    status: 200,
    reply: { type: 'json', schema: pageOf(TriggerState) },
    permission: 'TRIGGER:READ',
    namespaceFrom: 'path',
    summary: 'Where the triggers of a flow stand.',
  }),
  why: defineRoute({
    method: 'GET',
    paths: ofTenant('/triggers/{namespace}/{flowId}/{triggerId}/why'),
    params: OfTrigger,
    query: NoQuery,
    body: NONE,
    status: 200,
    reply: {
      type: 'json',
      schema: Type.Object({ state: TriggerState, reasons: Type.Array(Reason) }),
    },
    refusals: [404],
    permission: 'TRIGGER:READ',
    namespaceFrom: 'path',
    summary: 'Why a trigger started nothing, the latest reason first.',
  }),
  missed: defineRoute({
    method: 'GET',
    paths: ofTenant('/triggers/{namespace}/{flowId}/{triggerId}/missed'),
    params: OfTrigger,
    query: NoQuery,
    body: NONE,
    status: 200,
    reply: { type: 'json', schema: Missed },
    refusals: [404],
    permission: 'TRIGGER:READ',
    namespaceFrom: 'path',
    summary: 'Which dates a schedule missed since it was switched off, for whoever switches it on again.',
  }),
  update: defineRoute({
    ...write,
    method: 'PUT',
    paths: until2('/triggers'),
    body: { type: 'json', schema: TriggerUpdate },
    reply: STATE,
    permission: 'TRIGGER:UPDATE',
    namespaceFrom: 'scope',
    summary: 'Switch a trigger on or off, or begin a backfill.',
  }),
  ...ofBackfills,
  ...ofSwitches,
  ...ofDeletion,
}
