// The flows of a run that are not made by chance: each has one kind of trigger, and does little, so that it can be said what must come of it.
import type { FlowKey } from '../../packages/server/src/storage/store.ts'
import { JOB_TYPE, NAMESPACE } from './random-flow.ts'
import { START_MS } from './ledger.ts'
import { POLL_TYPE, WATCH_TYPE } from './stranger.ts'

const ENDS = ['SUCCESS', 'WARNING', 'FAILED', 'KILLED', 'CANCELLED', 'RETRIED']
export const SCHEDULE_ID = 'every'
/** The schedule strikes this often. */
export const SCHEDULE_EVERY_MS = 5_000
const SCHEDULE_TYPE = 'io.kestra.plugin.core.trigger.Schedule'

export const SCHEDULE = {
  id: SCHEDULE_ID,
  type: 'io.kestra.plugin.core.trigger.Schedule',
  cron: '*/5 * * * * *',
  withSeconds: true,
  // It strikes on time, whatever becomes of its executions.
  allowConcurrent: true,
}
/** Hears of the end of every other execution. */
export const LISTENER: FlowKey = { tenant: 'main', namespace: NAMESPACE, flowId: 'heard' }
export const LISTENER_DOCUMENT = {
  id: LISTENER.flowId,
  namespace: NAMESPACE,
  tasks: [{ id: 'told', type: 'io.kestra.plugin.core.log.Log', message: "{{ trigger.executionId ?? 'nobody' }}" }],
  triggers: [{ id: 'ends', type: 'io.kestra.plugin.core.trigger.Flow' }],
}

/** Is told once an execution of each of the first two flows has ended, and then anew. */
export const JOINER: FlowKey = { tenant: 'main', namespace: NAMESPACE, flowId: 'joined' }
export const JOINER_DOCUMENT = {
  id: JOINER.flowId,
  namespace: NAMESPACE,
  tasks: [{ id: 'told', type: 'io.kestra.plugin.core.log.Log', message: 'both' }],
  triggers: [
    {
      id: 'both',
      type: 'io.kestra.plugin.core.trigger.Flow',
      preconditions: {
        id: 'pair',
        resetOnSuccess: true,
        flows: [0, 1].map(number => ({ namespace: NAMESPACE, flowId: `f${number}`, states: ENDS })),
      },
    },
  ],
}
/** Reads the messages of a stranger as they come. */
export const READER: FlowKey = { tenant: 'main', namespace: NAMESPACE, flowId: 'read' }
export const READER_DOCUMENT = {
  id: READER.flowId,
  namespace: NAMESPACE,
  tasks: [{ id: 'told', type: 'io.kestra.plugin.core.log.Log', message: "{{ trigger.number ?? 'none' }}" }],
  triggers: [{ id: 'messages', type: WATCH_TYPE }],
}
/** Asks the stranger now and then, and not while what it found is worked on. */
export const ASKER: FlowKey = { tenant: 'main', namespace: NAMESPACE, flowId: 'asked' }
export const ASKER_DOCUMENT = {
  id: ASKER.flowId,
  namespace: NAMESPACE,
  tasks: [{ id: 'works', type: JOB_TYPE, outcomes: 'S' }],
  triggers: [{ id: 'poll', type: POLL_TYPE, interval: 'PT2S' }],
}

/** Is called from outside; two calls that ask for it to fail hold it. */
export const CALLED: FlowKey = { tenant: 'main', namespace: NAMESPACE, flowId: 'called' }
export const NUMBER_MAX = 900
export const CALLED_BREAKER = { failures: 2, window: 'PT1M' } as const
/** By which key, and whether the caller waits for the end. */
export const DOORS = [
  { id: 'open', isWaiting: false },
  { id: 'waiting', isWaiting: true },
] as const
export function calledDocument(release: string | undefined): object {
  const inputs = { number: '{{ trigger.body.number }}', fails: '{{ trigger.body.fails }}' }
  return {
    id: CALLED.flowId,
    namespace: NAMESPACE,
    inputs: [
      { id: 'number', type: 'INT', min: 1, max: NUMBER_MAX },
      { id: 'fails', type: 'BOOL', defaults: false },
      { id: 'kind', type: 'SELECT', values: ['plain', 'other'], defaults: 'plain' },
    ],
    circuitBreaker: { ...CALLED_BREAKER, ...(release === undefined ? {} : { release }) },
    tasks: [
      { id: 'works', type: JOB_TYPE, outcomes: 'S' },
      { id: 'fails', type: 'io.kestra.plugin.core.execution.Fail', runIf: '{{ inputs.fails }}' },
    ],
    outputs: [{ id: 'number', type: 'INT', value: '{{ inputs.number }}' }],
    triggers: DOORS.map(({ id, isWaiting }) => ({
      id,
      type: 'io.kestra.plugin.core.trigger.Webhook',
      key: id,
      inputs,
      ...(isWaiting ? { wait: true, returnOutputs: true } : {}),
    })),
  }
}

/** A schedule whose first executions fail, so that its own breaker holds it. */
export const TICKED: FlowKey = { tenant: 'main', namespace: NAMESPACE, flowId: 'ticked' }
export const TICKED_EVERY_MS = 4_000
export const TICKED_BREAKER = { failures: 2, window: 'PT1M' } as const
export function tickedDocument(release: string | undefined): object {
  return {
    id: TICKED.flowId,
    namespace: NAMESPACE,
    tasks: [
      {
        id: 'fails',
        type: 'io.kestra.plugin.core.execution.Fail',
        runIf: "{{ (trigger.date | date('mmss') | number) < 12 }}",
      },
    ],
    triggers: [
      {
        ...{ id: 'ticks', type: SCHEDULE_TYPE, cron: '*/4 * * * * *', withSeconds: true, allowConcurrent: true },
        circuitBreaker: { ...TICKED_BREAKER, ...(release === undefined ? {} : { release }) },
      },
    ],
  }
}

/** Schedules with what they say of dates that nobody was there for. */
export const DATED: FlowKey = { tenant: 'main', namespace: NAMESPACE, flowId: 'dated' }
export const DATED_EVERY_MS = 5_000
export const LATE_BY_MAX_MS = 3_000
const EVERY = { type: SCHEDULE_TYPE, cron: '*/5 * * * * *', withSeconds: true, allowConcurrent: true } as const
export const DATED_TRIGGERS = [
  { ...EVERY, id: 'all', recoverMissedSchedules: 'ALL' },
  { ...EVERY, id: 'last', recoverMissedSchedules: 'LAST' },
  { ...EVERY, id: 'none', recoverMissedSchedules: 'NONE' },
  { ...EVERY, id: 'late', lateMaximumDelay: `PT${LATE_BY_MAX_MS / 1_000}S` },
  {
    ...{ id: 'dates', type: 'io.kestra.plugin.core.trigger.ScheduleOnDates', recoverMissedSchedules: 'ALL' },
    dates: [3, 4, 11, 19].map(second => new Date(START_MS + second * 1_000).toISOString()),
  },
] as const
export function datedDocument(ids: readonly string[]): object {
  return {
    id: DATED.flowId,
    namespace: NAMESPACE,
    tasks: [{ id: 'told', type: 'io.kestra.plugin.core.log.Log', message: '{{ trigger.date }}' }],
    triggers: DATED_TRIGGERS.filter(({ id }) => ids.includes(id)),
  }
}

/** Is told of the first flow in every window, or that it did not end within it. */
export const DEADLINE: FlowKey = { tenant: 'main', namespace: NAMESPACE, flowId: 'deadline' }
export const WINDOW_MS = 8_000
export const DEADLINE_DOCUMENT = {
  id: DEADLINE.flowId,
  namespace: NAMESPACE,
  tasks: [{ id: 'told', type: 'io.kestra.plugin.core.log.Log', message: "{{ trigger.executionId ?? 'nobody' }}" }],
  triggers: [
    {
      id: 'deadline',
      type: 'io.kestra.plugin.core.trigger.Flow',
      dependsOn: [{ namespace: NAMESPACE, flowId: 'f0', states: ENDS }],
      window: { every: `PT${WINDOW_MS / 1_000}S` },
      onMiss: { labels: { missed: 'true' } },
    },
  ],
}
