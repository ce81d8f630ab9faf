// Journal rows: the events of one turn, packed. A row knows its version; older ones are lifted here when they are read.
import { BatutaError } from '../std/errors.ts'
import { decodeEventList } from './event-codec.ts'
import { rebuildAgenda } from './agenda.ts'
import { apply, born } from './apply.ts'
import { EVENT_VERSION, type Event } from './event.ts'
import type { Plan } from './plan.ts'
import type { ExecutionState } from './state.ts'

export interface JournalRow {
  readonly turn: number
  readonly version: number
  readonly atMs: number
  /** What `encodeEvents` wrote. */
  readonly events: string
}

export function decodeEvents(row: JournalRow): readonly Event[] {
  if (row.version > EVENT_VERSION) {
    throw new BatutaError(
      'journal-newer-version',
      `The journal row has version ${row.version}, this node knows ${EVENT_VERSION}: upgrade it.`,
    )
  }
  return decodeEventList(row.events)
}

/** The state as its journal tells it, ready to go on. `rows` are in the order of their turns. */
export function fold(id: string, rows: readonly JournalRow[], plan: Plan): ExecutionState {
  return foldOn(id, undefined, { rows, plan })
}

/** As `fold`, from what the rows before have made: a long journal is read a page at a time. */
export function foldOn(
  id: string,
  before: ExecutionState | undefined,
  page: { readonly rows: readonly JournalRow[]; readonly plan: Plan },
): ExecutionState {
  return foldRows(id, before, page)
}

interface Rows {
  readonly rows: readonly JournalRow[]
  readonly plan: Plan
  /** Of the first row, when it is decoded already. */
  readonly first?: readonly Event[]
}

function foldRows(id: string, before: ExecutionState | undefined, { rows, plan, first }: Rows): ExecutionState {
  let state = before
  for (const [index, row] of rows.entries()) {
    for (const event of index === 0 && first ? first : decodeEvents(row)) {
      if (state) apply(state, event, plan, row.atMs)
      else if (event.type === 'created') state = born(id, event, plan, row.atMs)
    }
    if (!state) continue
    state.turn = row.turn
    // It is told at the end what there is to look at.
    state.agenda.length = 0
  }
  if (!state) throw new BatutaError('journal-without-birth', `The journal of the execution "${id}" has no beginning.`)
  rebuildAgenda(state)
  return state
}

/** A journal whose beginning was read. It is folded once, with the plan that its birth names, and no row is decoded twice. */
export interface OpenedJournal {
  readonly birth: Birth
  fold(plan: Plan): ExecutionState
}

export function openJournal(id: string, rows: readonly JournalRow[]): OpenedJournal {
  const [first] = rows
  const events = first ? decodeEvents(first) : []
  return { birth: bornBy(id, events), fold: plan => foldRows(id, undefined, { rows, plan, first: events }) }
}

type Birth = Extract<Event, { type: 'created' }>

/** The flow revision that an execution runs, read from its first row. */
export function birthOf(id: string, rows: readonly JournalRow[]): Birth {
  const [first] = rows
  return bornBy(id, first ? decodeEvents(first) : [])
}

function bornBy(id: string, [event]: readonly Event[]): Birth {
  if (event?.type !== 'created')
    throw new BatutaError('journal-without-birth', `The journal of the execution "${id}" has no beginning.`)
  return event
}
