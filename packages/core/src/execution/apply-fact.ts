// The part of the fold that only writes down what is true of the execution now: it moves nothing and brings nothing on the agenda.
import { withMember } from '../std/sparse.ts'
import type { Event } from './event.ts'
import type { ExecutionState } from './state.ts'

type Fact = Extract<
  Event,
  {
    type: 'outputs' | 'labels' | 'variables' | 'breakpoints' | 'limit-waits' | 'limit-granted' | 'sla-broken' | 'sealed'
  }
>

export function applyFact(state: ExecutionState, event: Fact): void {
  switch (event.type) {
    case 'outputs':
      state.outputs = event.outputs
      return
    case 'labels':
      state.labels = event.labels
      return
    case 'variables':
      state.variables = event.variables
      if (event.isWhole) state.hasOwnVariables = true
      return
    case 'breakpoints':
      state.breakpoints = event.breakpoints
      return
    case 'limit-waits':
      state.slot = { type: 'waits', keys: event.keys }
      return
    case 'limit-granted':
      state.slot = { type: 'holds', keys: event.keys, ...(event.isForced ? { isForced: true } : {}) }
      return
    case 'sla-broken':
      state.brokenSla = withMember(state.brokenSla, event.index)
      return
    case 'sealed':
      state.isSealed = true
      return
  }
}
