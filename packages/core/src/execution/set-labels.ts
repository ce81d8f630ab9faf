// Labels of an ended execution, set by hand: those of its own are replaced, those of the system stay (recorded).
import type { View } from './context.ts'
import type { Command, Decision } from './event.ts'
import { isFinal } from './state.ts'

export const SYSTEM_PREFIX = 'system.'

export function decideLabels({ state }: View, { labels }: Extract<Command, { name: 'set-labels' }>): Decision {
  if (!isFinal(state.state)) {
    const message = `The execution "${state.id}" is ${state.state}: labels can be set when it has ended.`
    return { events: [], effects: [], refusal: { code: 'wrong-state', message } }
  }
  const given = new Map(labels.filter(({ key }) => key !== '').map(({ key, value }) => [key, value]))
  const kept = state.labels.filter(({ key }) => key.startsWith(SYSTEM_PREFIX) && !given.has(key))
  return {
    events: [{ type: 'labels', labels: [...kept, ...[...given].map(([key, value]) => ({ key, value }))] }],
    effects: [],
  }
}
