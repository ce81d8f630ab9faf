// Failures that are alike: of the same task and type, with the same message but for what differs from one to the next – numbers, ids, dates, what is quoted.
// What made an execution fail is read from its journal and its log once, and kept: it has ended. Reading hundreds takes longer than anybody should wait for a
// page: a call reads the newest for a moment and tells from when on it counts, the others are read behind its back.
import { getTask, hashText } from '@batuta/core'
import type { ExecutionRow } from '../../storage/batch.ts'
import type { ExecutionQuery } from '../../storage/store.ts'
import type { HttpDependencies } from '../dependencies.ts'
import { findFailure } from '../executions/light-rows.ts'
import { foldExecution } from '../executions/read-execution.ts'
import { mapInTurns } from '../map-in-turns.ts'
import { parseMoment } from '../parse-moment.ts'

export interface IncidentQuery {
  readonly from?: string
  readonly to?: string
  readonly namespace?: string
  readonly flowId?: string
  readonly fingerprint?: string
}

const RANGE_MS = 7 * 24 * 60 * 60_000
/** Failures that one call looks at. */
const FAILURES_MAX = 2_000
/** Read in one go: everybody else waits for 5 ms (a cause took 0.5 ms where each was of another flow). */
const TOGETHER = 10
const TURNS_MAX = 40
/** A call begins to read no more causes after this time; a page may wait for 50 ms. */
const READ_MS = 15
/** Between two parts that nobody waits for. */
const PAUSE_MS = 10
const KEPT_MAX = 20_000
const SHOWN_MAX = 200
const EXECUTIONS_SHOWN = 10
/** Those where it happens most often. */
const FLOWS_SHOWN = 50
const PARTS = 20
/** Executions before the first failure among which the last success is looked for: mostly it is near. */
const BEFORE = [5, 100]

interface Cause {
  readonly fingerprint: string
  readonly taskId: string
  readonly type: string
  readonly pattern: string
  readonly message: string
}

type Journals = Awaited<ReturnType<HttpDependencies['store']['read']['journalsOf']>>
const NOTHING: Journals = new Map()

interface Gathered extends Cause {
  readonly rows: ExecutionRow[]
}

/** Of each way to look at the executions: who may see fewer of them has a store that answers for those alone. */
const causesOfStore = new WeakMap<HttpDependencies['store'], Map<string, Cause>>()

export class Incidents {
  readonly #world: HttpDependencies
  readonly #causes: Map<string, Cause>
  #isReadingOn = false

  constructor(world: HttpDependencies) {
    this.#world = world
    this.#causes = causesOfStore.get(world.store) ?? new Map()
    causesOfStore.set(world.store, this.#causes)
  }

  async list({ from, to, namespace, flowId, fingerprint }: IncidentQuery): Promise<unknown> {
    const { platform } = this.#world
    const toMs = to === undefined ? platform.nowMs() : parseMoment(to, 'to')
    const fromMs = from === undefined ? toMs - RANGE_MS : parseMoment(from, 'from')
    const rows = await this.#failures({
      ...(namespace === undefined ? {} : { namespace, isPrefix: true }),
      ...(flowId === undefined ? {} : { flowId }),
      startFromMs: fromMs,
      startToMs: toMs,
    })
    const { found: all, count } = await this.#gather(rows)
    const isReading = count < rows.length
    if (isReading) this.#readOn(rows.slice(count))
    const wanted = all.filter(one => fingerprint === undefined || one.fingerprint === fingerprint)
    const shown = wanted.sort((a, b) => b.rows.length - a.rows.length).slice(0, SHOWN_MAX)
    const results = await mapInTurns(shown, one => this.#present(one, { fromMs, toMs }), platform)
    const oldest = rows[count - 1]
    const isCut = (isReading || rows.length === FAILURES_MAX) && oldest !== undefined
    const cut = isCut ? { countedFrom: new Date(oldest.createdMs).toISOString() } : {}
    return { results, total: count, ...cut, ...(isReading ? { isReading } : {}) }
  }

  /** Reads what made executions fail since then, so that whoever asks finds it read. Ends sooner when it is aborted. */
  async prepare(fromMs: number, signal: AbortSignal): Promise<void> {
    await this.#readSlowly(await this.#failures({ startFromMs: fromMs }), signal)
  }

  async #failures(filter: Omit<ExecutionQuery, 'tenant' | 'states' | 'limit'>): Promise<readonly ExecutionRow[]> {
    const { store, config } = this.#world
    return await store.read.listExecutions({
      tenant: config.tenant,
      states: ['FAILED'],
      ...filter,
      limit: FAILURES_MAX,
    })
  }

  /** So that whoever asks next finds them. */
  #readOn(rows: readonly ExecutionRow[]): void {
    if (this.#isReadingOn) return
    this.#isReadingOn = true
    void this.#readSlowly(rows)
      .catch(error => this.#world.log.warn('failures could not be read for the incidents', error))
      .finally(() => (this.#isReadingOn = false))
  }

  async #readSlowly(rows: readonly ExecutionRow[], signal?: AbortSignal): Promise<void> {
    const { platform } = this.#world
    for (let from = 0; from < rows.length && signal?.aborted !== true; from += TOGETHER) {
      await this.#causesOf(rows.slice(from, from + TOGETHER))
      await new Promise<void>(resolve => void platform.at(platform.nowMs() + PAUSE_MS, resolve))
    }
  }

  /** Tells of how many rows it is. */
  async #gather(rows: readonly ExecutionRow[]): Promise<{ readonly found: Gathered[]; readonly count: number }> {
    const { platform } = this.#world
    const found = new Map<string, Gathered>()
    const endMs = platform.elapsedMs() + READ_MS
    for (let from = 0; from < rows.length; from += TOGETHER) {
      const part = rows.slice(from, from + TOGETHER)
      const isKnown = part.every(row => this.#causes.has(keyOf(row)))
      // What nobody has read yet costs time, and its first part is read in any case.
      if (!isKnown && from > 0 && platform.elapsedMs() >= endMs) return { found: [...found.values()], count: from }
      for (const [row, cause] of await this.#causesOf(part)) {
        const known = found.get(cause.fingerprint)
        if (known) known.rows.push(row)
        else found.set(cause.fingerprint, { ...cause, rows: [row] })
      }
      if (!isKnown) await new Promise<void>(resolve => platform.defer(resolve))
    }
    return { found: [...found.values()], count: rows.length }
  }

  async #causesOf(rows: readonly ExecutionRow[]): Promise<readonly (readonly [ExecutionRow, Cause])[]> {
    const unknown = rows.filter(row => !this.#causes.has(keyOf(row)) && row.turn <= TURNS_MAX)
    const journals =
      unknown.length === 0 ? NOTHING : await this.#world.store.read.journalsOf(unknown.map(({ id }) => id))
    return await Promise.all(
      rows.map(async row => [row, this.#causes.get(keyOf(row)) ?? (await this.#readCause(row, journals))] as const),
    )
  }

  async #readCause(row: ExecutionRow, journals: Journals): Promise<Cause> {
    const { flows } = this.#world
    const journal = journals.get(row.id)
    const execution = journal && (await foldExecution(row.id, journal, flows))
    const { failure, run } = await findFailure(row, execution, this.#world)
    const type = execution && run ? getTask(execution.plan, run.task).type : ''
    const taskId = failure?.taskId ?? ''
    const message = failure?.message ?? execution?.state.problem ?? ''
    const pattern = patternOf(message)
    const fingerprint = Math.abs(hashText(`${type}\u0000${taskId}\u0000${pattern}`)).toString(36)
    const cause = { fingerprint, taskId, type, pattern, message }
    if (this.#causes.size >= KEPT_MAX) this.#causes.clear()
    this.#causes.set(keyOf(row), cause)
    return cause
  }

  async #present(
    { rows, ...cause }: Gathered,
    { fromMs, toMs }: { readonly fromMs: number; readonly toMs: number },
  ): Promise<unknown> {
    const first = rows.at(-1)
    const byFlow = Map.groupBy(rows, ({ namespace, flowId }) => `${namespace}.${flowId}`)
    const trend = Array.from({ length: PARTS }, () => 0)
    for (const { createdMs } of rows) {
      const part = Math.min(PARTS - 1, Math.max(0, Math.floor(((createdMs - fromMs) / (toMs - fromMs)) * PARTS)))
      trend[part] = (trend[part] ?? 0) + 1
    }
    const success = first && (await this.#lastSuccess(first))
    return {
      ...cause,
      count: rows.length,
      firstDate: instant(first?.createdMs ?? fromMs),
      lastDate: instant(rows[0]?.createdMs ?? toMs),
      flows: [...byFlow.values()]
        .toSorted((one, other) => other.length - one.length)
        .slice(0, FLOWS_SHOWN)
        .map(own => ({
          namespace: own[0]?.namespace ?? '',
          flowId: own[0]?.flowId ?? '',
          count: own.length,
          revisions: [...new Set(own.map(row => row.revision))].sort((a, b) => a - b),
        })),
      executionIds: rows.slice(0, EXECUTIONS_SHOWN).map(row => row.id),
      trend,
      ...(success ? { lastSuccess: success } : {}),
    }
  }

  /** Of the flow that failed first. */
  async #lastSuccess({ tenant, namespace, flowId, id }: ExecutionRow): Promise<unknown> {
    for (const limit of BEFORE) {
      const rows = await this.#world.store.read.listExecutions({ tenant, namespace, flowId, afterId: id, limit })
      const found = rows.find(row => row.state === 'SUCCESS')
      if (found) return { executionId: found.id, startDate: instant(found.createdMs), revision: found.revision }
      if (rows.length < limit) return undefined
    }
    return undefined
  }
}

/** A restart gives it new turns. */
function keyOf({ id, turn }: ExecutionRow): string {
  return `${id} ${turn}`
}

function instant(ms: number): string {
  return new Date(ms).toISOString()
}

const PATTERN_LENGTH_MAX = 300

/** What differs from one message to the next becomes a word in brackets; the order of the rules counts. */
const RULES: readonly (readonly [RegExp, string])[] = [
  [/\d{4}-\d\d-\d\d[T ]\d\d:\d\d(?::\d\d(?:[.,]\d+)?)?(?:Z|[+-]\d\d:?\d\d)?/g, '⟨date⟩'],
  [/[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}/gi, '⟨id⟩'],
  [/\b[a-z][a-z0-9+.-]{1,20}:\/\/[^\s"']+/gi, '⟨address⟩'],
  [/\b\d{1,3}(?:\.\d{1,3}){3}(?::\d+)?\b/g, '⟨host⟩'],
  [/\b[0-9A-Za-z]{22}(?:-\d+)?\b/g, '⟨id⟩'],
  [/\b[0-9a-f]{12,}\b/gi, '⟨id⟩'],
  [/"[^"\n]{0,200}"|'[^'\n]{0,200}'/g, '⟨text⟩'],
  [/\d+(?:[.,]\d+)*/g, '⟨n⟩'],
]

export function patternOf(message: string): string {
  const [line = ''] = message.split('\n', 1)
  let pattern = line.slice(0, PATTERN_LENGTH_MAX)
  for (const [expression, word] of RULES) pattern = pattern.replace(expression, word)
  return pattern.trim()
}
