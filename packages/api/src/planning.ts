// When schedules fire, and why something did not run.
import Type from 'typebox'
import { StateCounts } from './execution-lists.ts'
import { defineRoute, ofTenant } from './route.ts'
import { NoParams, NoQuery } from './shapes.ts'

const NONE = { type: 'none' } as const
const OptionalDate = Type.Union([Type.String(), Type.Null()])

const SimulateBody = Type.Object({
  trigger: Type.Optional(
    Type.Record(Type.String(), Type.Unknown(), {
      description: 'A Schedule or ScheduleOnDates as a flow would hold it',
    }),
  ),
  cron: Type.Optional(Type.String({ maxLength: 500, description: 'Instead of a trigger' })),
  timezone: Type.Optional(Type.String({ maxLength: 100 })),
  when: Type.Optional(Type.String({ maxLength: 10_000 })),
  withSeconds: Type.Optional(Type.Boolean()),
  namespace: Type.Optional(Type.String({ description: 'With flowId: the flow whose variables the conditions see' })),
  flowId: Type.Optional(Type.String()),
  triggerId: Type.Optional(Type.String({ description: 'One of that flow, as it is saved' })),
  from: Type.Optional(Type.String()),
  count: Type.Optional(Type.Integer({ minimum: 1, maximum: 1_000 })),
  durationMs: Type.Optional(Type.Integer({ minimum: 0, description: 'How long an execution takes: tells overlaps' })),
})

const Simulation = Type.Object({
  zone: Type.String(),
  fires: Type.Array(
    Type.Object({
      at: Type.String(),
      local: Type.String({ description: 'With the offset of the zone then' }),
      isRepeated: Type.Optional(Type.Boolean({ description: 'The clocks show this hour for the second time.' })),
      isShifted: Type.Optional(
        Type.Boolean({ description: 'It is the first moment after an hour that does not exist.' }),
      ),
      overlaps: Type.Optional(Type.Boolean({ description: 'The one before would still run.' })),
    }),
  ),
  changes: Type.Array(
    Type.Object({
      at: Type.String(),
      type: Type.Union([Type.Literal('gap'), Type.Literal('overlap')]),
      minutes: Type.Integer(),
      skipped: Type.Array(Type.String(), { description: 'Local times of the schedule that do not exist that day.' }),
    }),
  ),
  warnings: Type.Array(Type.Object({ code: Type.String(), message: Type.String() })),
})

const Calendar = Type.Object({
  from: Type.String(),
  to: Type.String(),
  buckets: Type.Array(
    Type.Object({
      start: Type.String(),
      end: Type.String(),
      states: StateCounts,
      planned: Type.Integer(),
      durationMs: Type.Optional(Type.Number()),
    }),
  ),
  planned: Type.Array(
    Type.Object({
      at: Type.String(),
      namespace: Type.String(),
      flowId: Type.String(),
      triggerId: Type.Optional(Type.String()),
      executionId: Type.Optional(Type.String({ description: 'It exists already and waits for its date.' })),
    }),
    { description: 'The first ones, in their order.' },
  ),
  isPartial: Type.Boolean({ description: 'Some schedule fires more often than was counted.' }),
  countedFrom: Type.Optional(Type.String()),
})

const Decisions = Type.Object({
  subject: Type.String(),
  at: OptionalDate,
  answer: Type.Object({ code: Type.String(), reason: Type.String() }),
  checks: Type.Array(Type.Object({ check: Type.String(), ok: Type.Boolean(), detail: Type.Optional(Type.String()) })),
  decisions: Type.Array(
    Type.Object({
      code: Type.String(),
      reason: Type.String(),
      count: Type.Integer(),
      firstDate: Type.String(),
      lastDate: Type.String(),
    }),
  ),
  executions: Type.Array(Type.Object({ id: Type.String(), state: Type.String(), startDate: Type.String() })),
  next: OptionalDate,
})

export const planningRoutes = {
  simulate: defineRoute({
    method: 'POST',
    paths: ofTenant('/triggers/simulate'),
    params: NoParams,
    query: NoQuery,
    body: { type: 'json', schema: SimulateBody },
    status: 200,
    reply: { type: 'json', schema: Simulation },
    refusals: [404],
    permission: 'TRIGGER:READ',
    namespaceFrom: 'body',
    summary: 'The next dates of a schedule, by the rules of the scheduler itself; nothing is saved.',
  }),
  calendar: defineRoute({
    method: 'GET',
    paths: ofTenant('/calendar'),
    params: NoParams,
    query: Type.Object({
      from: Type.String(),
      to: Type.String(),
      bucket: Type.Optional(Type.String({ description: 'ISO 8601 duration; a day unless said' })),
      zone: Type.Optional(Type.String()),
      namespace: Type.Optional(Type.String({ description: 'And those below it' })),
      flowId: Type.Optional(Type.String()),
    }),
    body: NONE,
    status: 200,
    reply: { type: 'json', schema: Calendar },
    permission: 'TRIGGER:READ',
    namespaceFrom: 'scope',
    summary: 'What ran and what is planned, bucket by bucket.',
  }),
  decisions: defineRoute({
    method: 'GET',
    paths: ofTenant('/decisions'),
    params: NoParams,
    query: Type.Object({
      subject: Type.String({
        maxLength: 600,
        description: 'trigger:{namespace}.{flow}.{trigger} or execution:{id}',
      }),
      at: Type.Optional(Type.String()),
    }),
    body: NONE,
    status: 200,
    reply: { type: 'json', schema: Decisions },
    refusals: [404],
    permission: 'TRIGGER:READ',
    namespaceFrom: 'scope',
    summary:
      'Why a trigger started nothing, or what an execution waits for: the answer, what was checked, and what comes next.',
  }),
}
