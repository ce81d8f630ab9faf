import { object } from './inspection.ts'
import type { Inspection } from './inspection.ts'
import { nearest } from './nearest.ts'

export const STATES: ReadonlySet<string> = new Set([
  ...[
    'CREATED',
    'SUBMITTED',
    'RUNNING',
    'PAUSED',
    'RESTARTED',
    'KILLING',
    'QUEUED',
    'RETRYING',
    'BREAKPOINT',
    'SUCCESS',
  ],
  ...['WARNING', 'FAILED', 'KILLED', 'CANCELLED', 'RETRIED', 'SKIPPED', 'RESUBMITTED'],
])

export function inspectStates(inspection: Inspection, states: readonly string[], path: string): void {
  states.forEach((state, index) => {
    if (STATES.has(state)) return
    const close = nearest(state, STATES)
    const hint = close === undefined ? `known are ${[...STATES].join(', ')}.` : `did you mean ${close}?`
    object(inspection, {
      code: 'unknown-state',
      message: `Unknown state "${state}"; ${hint}`,
      path: `${path}[${index}]`,
    })
  })
}
