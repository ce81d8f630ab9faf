// batuta trigger …: where triggers stand, why they started nothing, switches and backfills.
import { connect } from '../connect.ts'
import { EXIT, type ExitCode } from '../exit-code.ts'
import { triggerNameOf } from '../flow-name.ts'
import type { GlobalOptions } from '../global-options.ts'
import { parseMissed, type MissedOptions } from '../missed-policy.ts'
import { printJson, printLine, printTable } from '../print.ts'
import { labelsOf } from './execution-act.ts'

const SHOWN_MAX = 1_000

interface State {
  readonly namespace: string
  readonly flowId: string
  readonly triggerId: string
  readonly date?: string
  readonly nextExecutionDate?: string
  readonly executionId?: string
  readonly disabled: boolean
  readonly backfill?: Readonly<Record<string, unknown>>
}

export async function triggerList(
  options: GlobalOptions & { readonly namespace?: string; readonly flow?: string; readonly query?: string },
): Promise<ExitCode> {
  const { namespace, flow, query: q } = options
  const query = { size: SHOWN_MAX, ...(namespace && { namespace }), ...(flow && { flowId: flow }), ...(q && { q }) }
  const { results } = await connect(options).triggers.search({ query })
  if (options.json) printJson(results)
  else
    printTable(
      ['FLOW', 'TRIGGER', 'LAST', 'NEXT', 'STANDS'],
      results.map(({ triggerContext = {} }) => {
        const { date, nextExecutionDate, disabled, executionId, backfill } = triggerContext
        const stands = standing({ disabled: disabled === true, executionId, backfill })
        return [
          `${String(triggerContext['namespace'])}.${String(triggerContext['flowId'])}`,
          String(triggerContext['triggerId']),
          moment(date),
          moment(nextExecutionDate),
          stands,
        ]
      }),
    )
  return EXIT.ok
}

export async function triggerWhy(args: readonly string[], options: GlobalOptions): Promise<ExitCode> {
  const params = triggerNameOf(args)
  const { state, reasons } = await connect(options).triggers.why({ params })
  if (options.json) {
    printJson({ state, reasons })
    return EXIT.ok
  }
  printState(state)
  if (reasons.length === 0) printLine('no evaluation of it started nothing')
  else
    printTable(
      ['LAST', 'TIMES', 'WHY', 'REASON'],
      reasons.map(({ lastDate, count, code, reason }) => [moment(lastDate), String(count), code, reason]),
    )
  return EXIT.ok
}

/** What a schedule that is off would run, were it switched on with `--missed`. */
export async function triggerMissed(args: readonly string[], options: GlobalOptions): Promise<ExitCode> {
  const found = await connect(options).triggers.missed({ params: triggerNameOf(args) })
  if (options.json) {
    printJson(found)
    return EXIT.ok
  }
  const { count, hasOlder, maximum, policy, dates } = found
  printLine(
    count === 0 ? 'it missed no date since it was switched off' : `${count} dates missed; ${POLICY_WORDS[policy]}`,
  )
  if (hasOlder) printLine(`only the latest ${maximum} can be made up for: run the older ones with a backfill`)
  if (dates.length > 0)
    printTable(
      ['DATE', 'LOCAL'],
      dates.map(({ at, local }) => [moment(at), local]),
    )
  return EXIT.ok
}

const POLICY_WORDS = {
  ALL: 'all of them run when it is switched on, unless --missed says otherwise',
  LAST: 'the last of them runs when it is switched on, unless --missed says otherwise',
  NONE: 'none of them runs when it is switched on, unless --missed says otherwise',
} as const

export type Switch = 'enable' | 'disable' | 'unlock' | 'restart'

export async function triggerSwitch(
  verb: Switch,
  args: readonly string[],
  options: GlobalOptions & MissedOptions,
): Promise<ExitCode> {
  const { triggers } = connect(options)
  const named = triggerNameOf(args)
  const missed = parseMissed(options.missed)
  const done = (): Promise<State> => {
    switch (verb) {
      case 'enable':
        return triggers.update({ body: { ...named, disabled: false, ...(missed && { missed }) } })
      case 'disable':
        return triggers.update({ body: { ...named, disabled: true } })
      case 'unlock':
        return triggers.unlock({ params: named })
      case 'restart':
        return triggers.restart({ params: named })
    }
  }
  return show(await done(), options)
}

export interface BackfillOptions extends GlobalOptions {
  readonly start: string
  readonly end?: string
  readonly input: readonly string[]
  readonly label: readonly string[]
}

export async function backfillCreate(args: readonly string[], options: BackfillOptions): Promise<ExitCode> {
  const { start, end, input, label } = options
  const backfill = {
    start,
    ...(end !== undefined && { end }),
    ...(input.length > 0 && { inputs: Object.fromEntries(labelsOf(input).map(({ key, value }) => [key, value])) }),
    ...(label.length > 0 && { labels: labelsOf(label) }),
  }
  const body = { ...triggerNameOf(args), backfill }
  return show(await connect(options).triggers.update({ body }), options)
}

export type BackfillVerb = 'pause' | 'resume' | 'delete'

export async function backfillDo(
  verb: BackfillVerb,
  args: readonly string[],
  options: GlobalOptions,
): Promise<ExitCode> {
  const { triggers } = connect(options)
  const body = triggerNameOf(args)
  const done = (): Promise<State> => {
    switch (verb) {
      case 'pause':
        return triggers.pauseBackfill({ body })
      case 'resume':
        return triggers.unpauseBackfill({ body })
      case 'delete':
        return triggers.deleteBackfill({ body })
    }
  }
  return show(await done(), options)
}

function show(state: State, options: GlobalOptions): ExitCode {
  if (options.json) printJson(state)
  else printState(state)
  return EXIT.ok
}

function printState(state: State): void {
  const { namespace, flowId, triggerId, date, nextExecutionDate } = state
  printLine(`${triggerId} of ${namespace}.${flowId}: ${standing(state)}`)
  printLine(`last ${moment(date)}, next ${moment(nextExecutionDate)}`)
}

function standing({
  disabled,
  executionId,
  backfill,
}: {
  readonly disabled: boolean
  readonly executionId?: unknown
  readonly backfill?: unknown
}): string {
  if (disabled) return 'disabled'
  if (backfill !== undefined) return 'backfill'
  return typeof executionId === 'string' ? `waits for ${executionId}` : 'on'
}

function moment(date: unknown): string {
  return typeof date === 'string' ? date.slice(0, 19).replace('T', ' ') : '-'
}
