// The job that looks at a source: a poll, or the watch of a realtime trigger, which has no end. It is a job like any other but for its ordinal,
// which no run of an execution has, so that what is said of it comes to the triggers and not to an execution.
import {
  DEFAULT_QUEUE,
  encodeValue,
  isMap,
  mapFrom,
  shardOf,
  slugOf,
  type Flow,
  type Plan,
  type Trigger,
  type Value,
  type ValueMap,
} from '@batuta/core'
import { SOURCE_RUN, encodeJob, type HostJob } from '@batuta/plugin-sdk'
import type { JobKey, JobRow } from '../storage/batch.ts'

export type SourceKind = 'polling' | 'realtime'

export interface SourceJob {
  readonly plan: Plan
  readonly trigger: Trigger
  readonly kind: SourceKind
  readonly id: string
  readonly epoch: number
  /** Of a poll: the execution that it may start. */
  readonly birthId: string | undefined
  /** What its templates see as `trigger`. */
  readonly variables: ValueMap
  readonly roots: ReadonlyMap<string, Value>
  readonly mark: Value | undefined
  /** The node that begins it at once; undefined leaves it to whoever claims it. */
  readonly place: { readonly node: string; readonly incarnation: number } | undefined
  readonly nowMs: number
}

export function sourceJobKey(id: string, epoch: number): JobKey {
  return { executionId: id, run: SOURCE_RUN, epoch }
}

export function sourceJobRow({
  plan,
  trigger,
  kind,
  id,
  epoch,
  birthId,
  variables,
  roots,
  mark,
  place,
  nowMs,
}: SourceJob): JobRow {
  const { flow, tenant } = plan
  const key = sourceJobKey(id, epoch)
  // What a poll stores goes with the execution that it starts. An event of a watch has one only when it is taken.
  const folder =
    birthId === undefined
      ? `triggers/${trigger.id}/${id}-${epoch}`
      : `executions/${birthId}/trigger/${slugOf(trigger.id)}`
  const payload: HostJob = {
    key,
    taskRunId: id,
    taskId: trigger.id,
    type: trigger.type,
    dialect: flow.dialect,
    attempt: epoch - 1,
    ...(trigger.logLevel === undefined ? {} : { logLevel: trigger.logLevel }),
    properties: encodeValue(propertiesOf(trigger)),
    context: encodeValue(contextOf(plan, { variables, roots })),
    flow: { tenant, namespace: flow.namespace, id: flow.id },
    filesPrefix: `kestra:///${flow.namespace.replaceAll('.', '/')}/${flow.id}/${folder}/`,
    sentMs: nowMs,
    source: { kind, ...(mark === undefined ? {} : { mark: encodeValue(mark) }) },
  }
  return {
    ...key,
    shard: shardOf(id),
    queue: DEFAULT_QUEUE,
    rank: nowMs,
    node: place?.node ?? null,
    incarnation: place?.incarnation ?? null,
    claimedMs: place ? nowMs : null,
    payload: encodeJob(payload),
  }
}

/** Those of the type; what all triggers have is the engine's. */
function propertiesOf({ properties }: Trigger): ValueMap {
  const entries = properties instanceof Map ? [...properties] : Object.entries(properties)
  return mapFrom(entries.filter(([key]) => !ENGINE_KEYS.includes(key)))
}

const ENGINE_KEYS = ['interval', 'when', 'allowConcurrent', 'failOnTriggerError', 'version', 'workerGroup']

function contextOf(
  { flow, tenant, revision }: Plan,
  { variables, roots }: Pick<SourceJob, 'variables' | 'roots'>,
): ValueMap {
  return mapFrom([
    ...roots,
    ['flow', flowRoot(flow, { tenant, revision })],
    ['vars', flow.variables],
    ['trigger', variables],
  ])
}

function flowRoot(
  { id, namespace }: Flow,
  { tenant, revision }: { readonly tenant: string; readonly revision: number },
): Value {
  return { id, namespace, revision, tenantId: tenant }
}

/** What a poll found, or an event brought: a map of its fields. */
export function variablesOf(outputs: Value | undefined): ValueMap {
  return outputs !== undefined && isMap(outputs) ? outputs : {}
}
