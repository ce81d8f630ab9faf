// I9: an execution of a schedule stands on a date of the schedule that its own revision names, and no two stand on the same. That no date was left
// out cannot be told from the database: outages, disabled triggers and their policies leave no trace.
import {
  BACKFILL_LABEL,
  decodeEvents,
  decodeTriggerState,
  formatZoned,
  isMap,
  mapGet,
  openSchedule,
  type ExecutionState,
  type Flow,
  type Schedule,
} from '@batuta/core'
import { flag, number, text, triggerOf, type SqlRow } from '../storage/sql/rows.ts'
import { SOURCE_JOBS, TRIGGERS } from './audit.sql.ts'
import type { Findings } from './findings.ts'
import type { Ranges } from './ranges.ts'
import type { Query } from './read-only-database.ts'

/** How many of the latest dates of each trigger are remembered. */
const DATES_MAX = 256

export class TickJudge {
  readonly #findings: Findings
  readonly #zone: string
  readonly #dates = new Map<string, Map<number, string>>()
  readonly #schedules = new WeakMap<Flow, Map<string, Schedule | undefined>>()

  constructor(findings: Findings, zone: string) {
    this.#findings = findings
    this.#zone = zone
  }

  judge(state: ExecutionState, flow: Flow): void {
    const { trigger } = state
    // One that takes the place of another carries its trigger on.
    if (!trigger || state.parentId !== undefined || state.parentLink) return
    // A backfill runs dates again.
    if (state.labels.some(({ key }) => key === BACKFILL_LABEL.key)) return
    const shown = mapGet(trigger.variables, 'date')
    const schedule = this.#scheduleOf(flow, trigger.id)
    if (!schedule || typeof shown !== 'string') return
    const dateMs = Date.parse(shown)
    if (Number.isNaN(dateMs)) return
    this.#findings.saw('I9')
    const place = `${state.namespace}.${state.flowId}/${trigger.id}`
    const twin = this.#remember(`${state.tenant}/${place}`, dateMs, state.id)
    if (twin !== undefined)
      this.#findings.add('I9', state.id, `the tick ${shown} of ${place} had fired already, as ${twin}`)
    // A schedule without a zone follows the server's: where this one prints another hour, nothing can be said.
    if (formatZoned(dateMs, schedule.zone) === shown && schedule.next(dateMs - 1) !== dateMs)
      this.#findings.add('I9', state.id, `${shown} is no date of the schedule ${place}`)
  }

  /** The cursors: what fired last is the execution that the cursor names, and the next date lies after it. */
  async judgeCursors(query: Query, ranges: Ranges): Promise<void> {
    const triggers = await query(TRIGGERS)
    for (const row of triggers) await this.#judgeCursor(row, query, ranges)
    await this.#judgeWatches(triggers, query)
  }

  /** A source has one owner: whatever job looks at one is the job that its trigger names, or is to stop. */
  async #judgeWatches(triggers: readonly SqlRow[], query: Query): Promise<void> {
    const named = new Set<string>()
    for (const row of triggers) {
      const { watch } = decodeTriggerState(triggerOf(row).state)
      if (watch?.isOut) named.add(`${watch.id} ${watch.epoch}`)
    }
    for (const row of await query(SOURCE_JOBS)) {
      const name = `${text(row, 'execution_id')} ${number(row, 'epoch')}`
      this.#findings.saw('I9')
      if (!named.has(name) && !flag(row, 'is_killed'))
        this.#findings.add('I9', name, 'a job looks at a source, and no trigger names it')
    }
  }

  async #judgeCursor(row: SqlRow, query: Query, ranges: Ranges): Promise<void> {
    const { namespace, flowId, triggerId, nextMs, lastMs, executionId, state } = triggerOf(row)
    const { backfill, watch } = decodeTriggerState(state)
    // Sources have no dates, and a backfill goes back.
    if (watch || backfill) return
    const place = `${namespace}.${flowId}/${triggerId}`
    this.#findings.saw('I9')
    if (nextMs !== null && lastMs !== null && nextMs <= lastMs)
      this.#findings.add(
        'I9',
        place,
        `its next date ${iso(nextMs)} is not after the last one that fired, ${iso(lastMs)}`,
      )
    if (executionId === null || lastMs === null) return
    const birth = await ranges.findBirth(query, executionId)
    const event = birth && decodeEvents(birth)[0]
    if (event?.type !== 'created' || !event.trigger || !isMap(event.trigger.variables)) return
    const shown = mapGet(event.trigger.variables, 'date')
    // Dates that started nothing move the cursor on.
    if (typeof shown === 'string' && Date.parse(shown) > lastMs)
      this.#findings.add(
        'I9',
        place,
        `its cursor says ${iso(lastMs)}, and the execution ${executionId} that it names is of ${shown}`,
      )
  }

  /** The execution that had this date before. */
  #remember(key: string, dateMs: number, id: string): string | undefined {
    const dates = this.#dates.get(key) ?? new Map<number, string>()
    this.#dates.set(key, dates)
    const twin = dates.get(dateMs)
    if (twin === undefined) dates.set(dateMs, id)
    const [oldest] = dates.keys()
    if (dates.size > DATES_MAX && oldest !== undefined) dates.delete(oldest)
    return twin
  }

  #scheduleOf(flow: Flow, triggerId: string): Schedule | undefined {
    const known = this.#schedules.get(flow) ?? new Map<string, Schedule | undefined>()
    this.#schedules.set(flow, known)
    if (!known.has(triggerId)) {
      const trigger = flow.triggers.find(({ id }) => id === triggerId)
      known.set(triggerId, trigger && openSchedule(trigger, this.#zone))
    }
    return known.get(triggerId)
  }
}

function iso(ms: number): string {
  return new Date(ms).toISOString()
}
