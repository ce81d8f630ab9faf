// Timers are rows with a name: what a name means when it fires stands here.
import { getRun } from './look-up.ts'
import type { View } from './context.ts'
import type { Decision, Event } from './event.ts'
import { forceKill } from './kill.ts'
import { beginPass } from './passes.ts'
import { expireWait } from './resume.ts'
import { fireSla } from './sla.ts'
import { RENEW_TIMER } from './state.ts'

export function fireTimer(view: View, name: string): Decision {
  const fired: Event = { type: 'timer-fired', name }
  if (name.startsWith('retry:')) return retryRun(view, fired, Number(name.slice('retry:'.length)))
  if (name.startsWith('delay:')) return endWait(view, fired, name, 'delay')
  if (name.startsWith('timeout:')) return endWait(view, fired, name, 'timeout')
  if (name.startsWith('pass:')) {
    const { events, effects } = beginPass(view, Number(name.slice('pass:'.length)))
    return { events: [fired, ...events], effects }
  }
  if (name === 'kill') {
    const forced = forceKill(view)
    return { events: [fired, ...forced.events], effects: forced.effects }
  }
  if (name === RENEW_TIMER) return renewExecution(view, fired)
  return fireSla(view, name) ?? { events: [fired], effects: [] }
}

function endWait(view: View, fired: Event, name: string, cause: 'delay' | 'timeout'): Decision {
  const ordinal = Number(name.slice(cause.length + 1))
  if (getRun(view.state, ordinal).state !== 'PAUSED') return { events: [fired], effects: [] }
  const { events, effects } = expireWait(view, ordinal, cause)
  return { events: [fired, ...events], effects }
}

function retryRun({ state }: View, fired: Event, ordinal: number): Decision {
  const run = getRun(state, ordinal)
  if (run.state !== 'RETRYING') return { events: [fired], effects: [] }
  const events: Event[] = [fired, { type: 'run-moved', run: ordinal, to: 'CREATED' }]
  const isLast = [...state.timers.keys()].filter(name => name.startsWith('retry:')).length === 1
  if (isLast && state.state === 'RETRYING') events.push({ type: 'moved', to: 'RUNNING' })
  return { events, effects: [] }
}

/** The execution that takes the place of a RETRIED one: same inputs, labels, trigger and revision. */
function renewExecution({ state, env }: View, fired: Event): Decision {
  return {
    events: [fired],
    effects: [
      {
        type: 'signal',
        signal: {
          type: 'create',
          executionId: env.newId(state),
          birth: {
            tenant: state.tenant,
            namespace: state.namespace,
            flowId: state.flowId,
            revision: state.revision,
            inputs: state.inputs,
            labels: state.labels,
            ...(state.trigger ? { trigger: state.trigger } : {}),
            parentId: state.id,
            originalId: state.originalId,
            originalCreatedMs: state.originalCreatedMs,
            attemptNumber: state.attemptNumber + 1,
            ...(state.isSealed ? { isSealed: true } : {}),
            depth: state.depth,
            rootId: state.rootId,
            ...(state.traceparent === undefined ? {} : { traceparent: state.traceparent }),
          },
        },
      },
    ],
  }
}
