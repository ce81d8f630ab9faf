// A stored execution as a template: the rows that a real one left, with its id and its moments taken out. What is multiplied from them differs
// from real executions in nothing else.
import type { Execution } from './stored-rows.ts'

export interface Template {
  readonly namespace: string
  readonly flowId: string
  readonly revision: number
  readonly state: string
  readonly turn: number
  readonly triggerId: string | null
  readonly triggerType: string | null
  readonly events: string
  readonly lines: string | null
  readonly levelMax: number
  /** JSON of pairs. */
  readonly labels: string
}

/** These stand where the id and the moments were; no flow of the suite writes them. */
export const ID_MARK = '@id@'
export const MS_MARK = '@ms@'
/** Milliseconds from 2020 to 2033. */
const MOMENT = /\b1[5-9]\d{11}\b/g

export function templateOf({ header, events, lines, levelMax, labels }: Execution): Template {
  const blank = (text: string): string => text.replaceAll(header.id, ID_MARK).replace(MOMENT, MS_MARK)
  const { namespace, flowId, revision, state, turn, triggerId, triggerType } = header
  return {
    namespace,
    flowId,
    revision,
    state,
    turn,
    triggerId,
    triggerType,
    events: blank(events),
    lines: lines === null ? null : blank(lines),
    levelMax,
    labels: JSON.stringify(labels),
  }
}
