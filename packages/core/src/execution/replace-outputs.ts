// Other outputs in a copied journal: what a run gave then is what whoever made the copy says it gave.
import type { ValueMap } from '../std/value.ts'
import { decodeEventList, encodeEvents } from './event-codec.ts'
import type { CopiedTurn, Event } from './event.ts'

type Told = Extract<Event, { type: 'run-moved' | 'run-resumed' | 'attempt-settled' }>

/** What a run gave is told last by the event that carries outputs, or else by the one that ended it. */
export function replaceOutputs(
  turns: readonly CopiedTurn[],
  outputs: ReadonlyMap<number, ValueMap>,
): readonly CopiedTurn[] {
  if (outputs.size === 0) return turns
  const left = new Map(outputs)
  const changed = turns.toReversed().map(turn => {
    if (left.size === 0) return turn
    const events = decodeEventList(turn.events)
    const carries = new Set([...left.keys()].filter(run => events.some(event => isTold(event, run) && event.outputs)))
    const next = events.toReversed().map(event => {
      const run = 'run' in event ? event.run : undefined
      const given = run === undefined ? undefined : left.get(run)
      if (run === undefined || given === undefined || !isTold(event, run)) return event
      if (carries.has(run) && event.outputs === undefined) return event
      left.delete(run)
      return { ...event, outputs: given }
    })
    return { ...turn, events: encodeEvents(next.toReversed()) }
  })
  return changed.toReversed()
}

function isTold(event: Event, run: number): event is Told {
  if (event.type !== 'run-moved' && event.type !== 'run-resumed' && event.type !== 'attempt-settled') return false
  return event.run === run && (event.to === 'SUCCESS' || event.to === 'WARNING')
}
