import { object } from './inspection.ts'
import type { Inspection } from './inspection.ts'

const STATES: ReadonlySet<string> = new Set([
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
    object(inspection, { code: 'unknown-state', message: `Unknown state "${state}".`, path: `${path}[${index}]` })
  })
}
