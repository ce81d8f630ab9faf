// What ran and what is planned. The past is counted, the future follows from the schedules themselves and from executions that wait for their date.
import type { FlowEntry, HttpDependencies } from '../dependencies.ts'
import { presentCounts, tallyOf } from '../executions/count-executions.ts'
import { foldExecution } from '../executions/read-execution.ts'
import { mapInTurns } from '../map-in-turns.ts'
import { parseMoment } from '../parse-moment.ts'
import { bucketAt, bucketsOf, slotOf } from '../time-buckets.ts'
import { areKept, datesOfFlow, offName, schedulesOf } from './flow-dates.ts'

export interface CalendarWish {
  readonly from: string
  readonly to: string
  readonly bucket?: string
  readonly zone?: string
  readonly namespace?: string
  readonly flowId?: string
}

interface Planned {
  readonly atMs: number
  readonly namespace: string
  readonly flowId: string
  readonly triggerId?: string
  readonly executionId?: string
}

/** Of all schedules. */
const ALL_DATES_MAX = 50_000
const SHOWN_MAX = 2_000
const WAITING_MAX = 200
/** Schedules looked at and dates found until others have their turn: some milliseconds. */
const STEPS_PER_TURN = 2_000
const DAY = 'P1D'

export async function calendar(wish: CalendarWish, dependencies: HttpDependencies): Promise<unknown> {
  const [fromMs, toMs] = [parseMoment(wish.from, 'from'), parseMoment(wish.to, 'to')]
  const { bucket = DAY, zone, namespace, flowId } = wish
  const buckets = bucketsOf({ fromMs, toMs, bucket, ...(zone === undefined ? {} : { zone }) })
  const nowMs = dependencies.platform.nowMs()
  const own = {
    tenant: dependencies.config.tenant,
    ...(namespace === undefined ? {} : { namespace, isPrefix: true }),
    ...(flowId === undefined ? {} : { flowId }),
  }
  const range = { fromMs, toMs: Math.min(toMs - 1, nowMs), slotMs: slotOf(buckets) }
  const past = fromMs > nowMs ? { rows: [], countedFromMs: fromMs } : await tallyOf({ query: own }, range, dependencies)
  const counted = presentCounts(buckets, past, { fromMs, toMs })
  const { dates, isPartial } = await plannedOf(wish, { fromMs: Math.max(fromMs, nowMs), toMs }, dependencies)
  const perBucket = new Map<number, number>()
  for (const { atMs } of dates) {
    const at = bucketAt(buckets, atMs)
    if (at !== undefined) perBucket.set(at, (perBucket.get(at) ?? 0) + 1)
  }
  return {
    ...counted,
    buckets: counted.buckets.map((one, at) => ({ ...one, planned: perBucket.get(at) ?? 0 })),
    planned: dates.slice(0, SHOWN_MAX).map(({ atMs, ...more }) => ({ at: new Date(atMs).toISOString(), ...more })),
    isPartial,
  }
}

interface Range {
  readonly fromMs: number
  readonly toMs: number
}

async function plannedOf(
  wish: CalendarWish,
  range: Range,
  dependencies: HttpDependencies,
): Promise<{ readonly dates: readonly Planned[]; readonly isPartial: boolean }> {
  if (range.fromMs >= range.toMs) return { dates: [], isPartial: false }
  const { store, flows, config, platform } = dependencies
  const off = new Set((await store.read.listDisabledTriggers()).map(row => offName(row, row.triggerId)))
  const entries = [...flows.all()].filter(
    entry => entry.tenant === config.tenant && !entry.isDisabled && isWanted(entry, wish),
  )
  const unread = entries.filter(entry => !areKept(entry))
  await mapInTurns(unread, entry => void schedulesOf(entry, dependencies), platform)
  let isPartial = false
  const dates: Planned[] = []
  let steps = 0
  for (const entry of entries) {
    if (schedulesOf(entry, dependencies).length === 0) continue
    const found = await datesOfFlow(entry, { range, off, room: ALL_DATES_MAX - dates.length }, dependencies)
    isPartial ||= found.isPartial
    dates.push(...found.dates)
    steps += 1 + found.dates.length
    if (steps < STEPS_PER_TURN) continue
    steps = 0
    await new Promise<void>(resolve => platform.defer(resolve))
  }
  dates.push(...(await waitingOf(wish, range, dependencies)))
  return { dates: dates.sort((a, b) => a.atMs - b.atMs), isPartial }
}

function isWanted(entry: FlowEntry, { namespace, flowId }: CalendarWish): boolean {
  if (flowId !== undefined && entry.flowId !== flowId) return false
  return namespace === undefined || entry.namespace === namespace || entry.namespace.startsWith(`${namespace}.`)
}

/** Executions that were asked for at a date to come. */
async function waitingOf(
  wish: CalendarWish,
  { fromMs, toMs }: Range,
  dependencies: HttpDependencies,
): Promise<readonly Planned[]> {
  const { store, config, flows, platform } = dependencies
  const rows = (
    await store.read.listExecutions({ tenant: config.tenant, states: ['CREATED'], limit: WAITING_MAX })
  ).filter(row => row.waitsFor === 'timer')
  const journals = await store.read.journalsOf(rows.map(row => row.id))
  const found = await mapInTurns(
    rows,
    async ({ id, namespace, flowId }) => {
      const journal = journals.get(id)
      const scheduledMs = journal && (await foldExecution(id, journal, flows))?.state.scheduledMs
      return scheduledMs === undefined ? [] : [{ atMs: scheduledMs, namespace, flowId, executionId: id }]
    },
    platform,
  )
  return found
    .flat()
    .filter(
      ({ atMs, namespace, flowId }) =>
        atMs >= fromMs &&
        atMs < toMs &&
        (wish.flowId === undefined || wish.flowId === flowId) &&
        (wish.namespace === undefined || namespace === wish.namespace || namespace.startsWith(`${wish.namespace}.`)),
    )
}
