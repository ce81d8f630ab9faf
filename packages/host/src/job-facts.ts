import { isMap, isNumber, mapGet, printValue, toPlain } from '@batuta/core'
import type { Value, ValueMap } from '@batuta/core'
import { egressRulesOf, keyText, newEgress, OPEN_EGRESS } from '@batuta/plugin-sdk'
import type { Egress, EgressRules, HostInit, HostJob, RunFacts } from '@batuta/plugin-sdk'

/** What a task may know about where it stands, out of the roots of its expressions. */
export function factsOf(job: HostJob, context: ValueMap, init: HostInit): RunFacts {
  const flow = rootOf(context, 'flow')
  const value = mapGet(rootOf(context, 'taskrun'), 'value')
  const revision = mapGet(flow, 'revision')
  return {
    execution: { id: job.key.executionId },
    flow: {
      tenantId: textAt(flow, 'tenantId') ?? 'main',
      namespace: textAt(flow, 'namespace') ?? '',
      id: textAt(flow, 'id') ?? '',
      revision: revision !== undefined && isNumber(revision) ? Number(toPlain(revision)) : 0,
    },
    task: { id: job.taskId, type: job.type },
    taskRun: {
      id: job.taskRunId,
      attempt: job.attempt,
      ...(value === undefined || value === null ? {} : { value: printValue(value) }),
    },
    idempotencyKey: job.taskRunId,
    attemptId: keyText(job.key),
    cacheDir: init.cacheDir,
    settingOf: name => (Object.hasOwn(init.settings ?? {}, name) ? init.settings?.[name] : undefined),
    egress: egressBy(egressRulesOf(init.egress ?? OPEN_EGRESS, job.flow.namespace)),
    ...(job.traceparent === undefined ? {} : { traceparent: job.traceparent }),
  }
}

const doors = new WeakMap<EgressRules, Egress>()

/** One door for all jobs under the same rules: its lists of networks are made once. */
function egressBy(rules: EgressRules): Egress {
  const known = doors.get(rules)
  if (known) return known
  const door = newEgress(rules)
  doors.set(rules, door)
  return door
}

function rootOf(context: ValueMap, name: string): ValueMap {
  const root: Value | undefined = mapGet(context, name)
  return root !== undefined && isMap(root) ? root : {}
}

function textAt(map: ValueMap, key: string): string | undefined {
  const value = mapGet(map, key)
  return value === undefined || value === null ? undefined : printValue(value)
}
